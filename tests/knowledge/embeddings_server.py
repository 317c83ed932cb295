"""A server on a socket of this machine that speaks OpenAI's embeddings protocol, over a real encoder."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from knowledge.encoder import Encoder

MODEL = "e5-on-a-server"
QUESTION, PASSAGE = "query: ", "passage: "

# What is sent instead of a right answer: status and body, from the right values.
Spoil = Callable[[list[float]], tuple[int, Any]]


class EmbeddingsServer(ThreadingHTTPServer):
    """Texts with the prefix of a role are encoded in that role. `spoil` changes answers; `asked` keeps the requests."""

    daemon_threads = True

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.encoder = encoder
        self.spoil: Spoil | None = None
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def url(self) -> str:
        """What an operator sets as the base URL."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@contextmanager
def embeddings_server(encoder: Encoder) -> Iterator[EmbeddingsServer]:
    """A server that answers while the block runs."""
    with EmbeddingsServer(encoder) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(timeout=10)


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingsServer

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        self.server.keys.append(self.headers.get("Authorization"))
        if self.path != "/v1/embeddings" or asked["model"] != MODEL:
            return self._send(404, {"error": {"message": "no such model"}})
        if not asked["input"].strip():
            return self._send(400, {"error": {"message": "the input is empty"}})
        values = _encoded(self.server.encoder, asked["input"])
        if self.server.spoil is not None:
            return self._send(*self.server.spoil(values))
        return self._send(200, answer(values))

    def _send(self, status: int, body: Any) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def answer(*vectors: list[Any]) -> dict[str, Any]:
    """The protocol's answer with these vectors."""
    rows = [{"object": "embedding", "index": row, "embedding": vector} for row, vector in enumerate(vectors)]
    return {"object": "list", "model": MODEL, "data": rows, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def _encoded(encoder: Encoder, told: str) -> list[float]:
    if told.startswith(QUESTION):
        return encoder.encode_question(told.removeprefix(QUESTION)).tolist()
    return encoder.encode_passage(told.removeprefix(PASSAGE)).tolist()
