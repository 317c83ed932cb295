"""Runs the HTTP application on a socket until it is told to stop."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn

from api.app import create_app
from api.cli.show import remark
from companion.upkeep import lay_out_shelves
from companion.wiring import House
from companion.worker import working
from foundation.errors import Conflict, Invalid
from knowledge.products import list_products

_GRACE_S = 5
# How long what a learner said may wait until it is looked at.
_TEND_EVERY_S = 20


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket; raises Conflict when the port is taken, before anything else was begun."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except OSError as err:
        raise Invalid(f"the address {host} cannot be listened on: {err.strerror}") from err
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            # Two processes can bind one port as long as neither listens; whoever connects early waits in the queue.
            listener.listen()
        except OSError as err:
            raise Conflict(f"{host}:{port} cannot be used ({err.strerror}); choose another with --port") from err
        yield listener


class _Server(uvicorn.Server):
    """Ends running turns as soon as a stop is asked for: an open stream would hold the service up for its grace."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        app: Any = self.config.app
        app.state.turns.stop()
        # The parent keeps the signal and raises it again when all is closed; that would end the process before the
        # home is given back.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True


def serve(house: House, listener: socket.socket) -> None:
    """Answer until a signal comes; other processes of the home's owner find the service while it runs."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else shown}:{port}"
    for reason in lay_out_shelves(house):
        remark(f"warning: {reason}")
    owner = house.lock.announce(url)
    app = create_app(house, secret=owner.secret)
    config = uvicorn.Config(
        app, log_config=None, log_level="warning", timeout_graceful_shutdown=_GRACE_S, server_header=False
    )
    _say_hello(house, url)
    with working(house, every_s=_TEND_EVERY_S):
        _Server(config).run(sockets=[listener])


def _say_hello(house: House, url: str) -> None:
    with house.database.read() as session:
        products = list_products(session)
    remark("")
    remark(f"Learning Companion is at {url}")
    for product in products:
        remark(f"  {url}/p/{product.slug}   {product.title}")
    if not products:
        remark("  It has no products yet: companion ingest PATH --product SLUG")
    model = house.settings.chat_model
    remark(f"  {url}/console   for the staff")
    remark(f"  {url}/docs   HTTP interface")
    remark(
        f"Answers: {'worded by ' + model if model else 'quotes from the course (no chat model set)'}. Stop with Ctrl-C."
    )
