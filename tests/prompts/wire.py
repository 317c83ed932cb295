"""A real HTTP server on this machine that speaks OpenAI's streaming wire format, well or badly, as a test asks."""

import json
import threading
import time
from collections.abc import Iterable
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Act(Enum):
    CUT = "close the connection without ending the reply"
    HANG = "send nothing more, until the client goes away"


Step = bytes | float | Act
DONE = b"data: [DONE]\n\n"


def delta(text: str | None, *, finish: str | None = None) -> bytes:
    """One event of the stream, Cyrillic as raw UTF-8 as most servers write it."""
    choice = {"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": finish}
    body = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [choice]}
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def reply(*pieces: str) -> list[Step]:
    """A whole and well-formed reply."""
    return [*(delta(piece) for piece in pieces), delta(None, finish="stop"), DONE]


def error_body(message: str) -> list[Step]:
    return [json.dumps({"error": {"message": message, "type": "invalid_request_error", "code": None}}).encode()]


class WireServer:
    """Answers every request with `status` and the steps; `bodies`, `paths` and `headers` are what it was asked."""

    def __init__(self, steps: Iterable[Step], *, status: int = 200, keep_alive: bool = False) -> None:
        self.steps = steps
        self.status = status
        self.keep_alive = keep_alive
        self.paths: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.client_left = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()


def _handler_for(server: WireServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.do_GET()

        def do_GET(self) -> None:
            server.paths.append(self.path)
            server.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.close_connection = not server.keep_alive
            try:
                self._play()
            except OSError:
                server.client_left.set()

        def _play(self) -> None:
            self.send_response(server.status)
            self.send_header("Content-Type", "text/event-stream" if server.status == 200 else "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "keep-alive" if server.keep_alive else "close")
            self.end_headers()
            for step in server.steps:
                if step is Act.CUT:
                    return
                if step is Act.HANG:
                    self._wait_for_the_client_to_leave()
                    return
                if isinstance(step, bytes):
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(step), step))
                elif isinstance(step, float):
                    time.sleep(step)
            self.wfile.write(b"0\r\n\r\n")

        def _wait_for_the_client_to_leave(self) -> None:
            self.connection.settimeout(10)
            if self.connection.recv(1) == b"":
                server.client_left.set()

        def log_message(self, format: str, *args: object) -> None:
            """Tests read `bodies`, not a log."""

    return Handler
