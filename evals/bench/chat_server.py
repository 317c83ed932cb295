"""A chat model's server on this machine: speaks OpenAI's streaming format and says what it was told to.

Run as a process of its own, so that its work never counts for who listens: `python -m evals.bench.chat_server FILE`,
where FILE is JSON, model name → pieces of the reply. Prints its port and serves until it is ended.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_DONE = b"data: [DONE]\n\n"


def main() -> None:
    """Serve."""
    replies: dict[str, list[str]] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler({name: _events(told) for name, told in replies.items()}))
    print(server.server_address[1], flush=True)
    server.serve_forever()


def _events(pieces: list[str]) -> list[bytes]:
    return [*(_event({"content": piece}, None) for piece in pieces), _event({}, "stop"), _DONE]


def _event(delta: dict[str, Any], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "made", "choices": [choice]}
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def _handler(replies: dict[str, list[bytes]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for event in replies[asked["model"]]:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads a log of a benchmark."""

    return Handler


if __name__ == "__main__":
    main()
