"""The application on a real socket of this machine, asked as clients ask it, and a small course to ask about."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import httpx
import uvicorn

from api.app import create_app
from companion.wiring import House

PRODUCT = "bread"
TURNS = f"/v1/products/{PRODUCT}/turns"
FEEDBACK = f"/v1/products/{PRODUCT}/feedback"
COVERED = "How long does the dough rest before it is shaped?"
NOT_COVERED = "Who painted the ceiling of the Sistine Chapel?"
STREAMED = {"Accept": "text/event-stream"}

LESSONS = {
    "01-starter.md": """# Sourdough starter

A sourdough starter is flour and water in which wild yeast and lactic bacteria live.

## Feeding

Feed the starter every twelve hours with equal weights of flour and water. A starter that doubles in six hours is ready.
""",
    "02-dough.md": """# Mixing and resting

## Mixing

Mix flour and water first and add the salt after twenty minutes, because salt slows the yeast down.

## Resting

The dough rests for four hours before it is shaped, and it is folded every thirty minutes in the first two hours.
""",
    "03-oven.md": """# Baking

## Steam

Steam in the first fifteen minutes keeps the crust soft, so that the loaf can rise in the oven.

## Temperature

Bake at 240 degrees for fifteen minutes and at 210 degrees for thirty more. The crumb of a done loaf is 96 degrees warm.
""",
    "04-keeping.md": """# Keeping bread

Bread keeps for five days in a linen bag. The refrigerator makes it stale sooner, while the freezer stops staling.
""",
}


@contextmanager
def serving(house: House, *, secret: str = "") -> Iterator[httpx.Client]:
    """A client of a house's application, which runs in a thread until the block ends."""
    server = uvicorn.Server(uvicorn.Config(create_app(house, secret=secret), log_config=None))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=60) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(timeout=30)
    assert not thread.is_alive()


def wait_until(happened: Any) -> None:
    """Wait for something another thread or process does; fail when it never comes."""
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until, "waited for something that does not happen"
        time.sleep(0.02)


@dataclass(frozen=True)
class Sent:
    """One server-sent event as it came."""

    id: str
    name: str
    data: Any


def events_of(body: bytes) -> list[Sent]:
    """A stream's events; signs of life are left out."""
    found = []
    for block in body.decode().split("\n\n"):
        if block and not block.startswith(":"):
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            assert fields.keys() == {"id", "event", "data"}
            found.append(Sent(fields["id"], fields["event"], json.loads(fields["data"])))
    return found


def assert_problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """A response is a problem of this status with something to do; gives the problem."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem
