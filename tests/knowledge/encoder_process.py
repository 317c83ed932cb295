"""An encoder in a process of its own, so that torch is never imported into the tests' process.

Started as `python -m tests.knowledge.encoder_process FOLDER MODEL`: puts the folder with packages on its path, prints
its port, answers each request in a thread of its own, and ends when its standard input is closed.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np

from foundation.errors import EncoderUnavailable
from knowledge.adapters.sentence_transformers_encoder import SentenceTransformersEncoder
from knowledge.encoder import Vector
from tests.knowledge.encoder_assets import with_bytecode

ROOT = Path(__file__).resolve().parents[2]
FACTS = ("id", "dim", "max_tokens", "languages")


class FarEncoder:
    """The encoder of another process; calls of several threads reach it at the same time."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/"
        # Not through a proxy that the environment names.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.id, self.dim, self.max_tokens, languages = (self._ask(name) for name in FACTS)
        self.languages = None if languages is None else frozenset(languages)
        self.by_token = None

    def count_tokens(self, text: str) -> int:
        return int(self._ask("count_tokens", text))

    def encode_question(self, text: str) -> Vector:
        return np.asarray(self._ask("encode_question", text), dtype=np.float32)

    def encode_passage(self, text: str) -> Vector:
        return np.asarray(self._ask("encode_passage", text), dtype=np.float32)

    def _ask(self, *words: str) -> Any:
        with self._opener.open(self._url, data=json.dumps(words).encode()) as response:
            answer = json.load(response)
        if "error" in answer:
            raise EncoderUnavailable(answer["error"])
        return answer["value"]


@contextmanager
def encoder_process(packages: Path, model: Path) -> Iterator[FarEncoder]:
    """A sentence-transformers model that answers while the block runs."""
    command = [sys.executable, "-m", "tests.knowledge.encoder_process", str(packages), str(model)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=with_bytecode(), text=True, **pipes) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield FarEncoder(int(process.stdout.readline()))
        finally:
            process.stdin.close()


class _Handler(BaseHTTPRequestHandler):
    encoder: SentenceTransformersEncoder

    def do_POST(self) -> None:
        name, *words = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            answer = {"value": _plain(getattr(self.encoder, name), words)}
        except EncoderUnavailable as err:
            answer = {"error": str(err)}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _plain(found: Any, words: list[str]) -> Any:
    value = found(*words) if words else found
    if isinstance(value, np.ndarray):
        return value.tolist()
    return sorted(value) if isinstance(value, frozenset) else value


if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    _Handler.encoder = SentenceTransformersEncoder(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
