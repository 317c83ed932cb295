"""The service starts, tells where it is, and gives the home back when it is told to stop."""

import shutil
import signal
import socket
import sqlite3
from pathlib import Path

import httpx
import pytest

from api.service import listen
from foundation.errors import Conflict
from foundation.lock import HomeLock
from tests.api.serving import COVERED, PRODUCT, STREAMED, TURNS, events_of
from tests.cli.conftest import Run
from tests.cli.processes import companion, end, service, write_course
from tests.prompts.wire import Act, WireServer, delta

SIGNALS = [signal.SIGTERM, signal.SIGINT]


@pytest.mark.parametrize("sign", SIGNALS, ids=lambda sign: sign.name)
def test_a_stopped_service_gives_the_home_back(baked: Path, sign: signal.Signals) -> None:
    with service(baked) as (process, owner):
        assert httpx.get(f"{owner.url}/p/{PRODUCT}").status_code == 200
        done = end(process, sign)
    assert (done.code, done.out) == (0, "")
    assert f"{owner.url}/p/{PRODUCT}" in done.err
    assert "Traceback" not in done.err
    assert not (baked / "service.json").exists()
    assert companion(baked, "index", "verify").code == 0


@pytest.mark.parametrize("sign", SIGNALS, ids=lambda sign: sign.name)
def test_a_reader_is_told_when_the_service_stops_in_mid_answer(baked: Path, sign: signal.Signals) -> None:
    with WireServer([delta("The dough "), Act.HANG]) as model:
        chat = {"COMPANION_CHAT_MODEL": "openai:tiny", "COMPANION_CHAT_BASE_URL": model.base_url}
        with (
            service(baked, COMPANION_CHAT_API_KEY="unused", **chat) as (process, owner),
            httpx.stream("POST", f"{owner.url}{TURNS}", json={"text": COVERED}, headers=STREAMED, timeout=60) as reply,
        ):
            pieces = reply.iter_raw()
            body = next(pieces)
            # The service would wait for its readers, and is killed by whoever runs it when it waits too long.
            process.send_signal(sign)
            body += b"".join(pieces)
            assert process.wait(timeout=30) == 0
    events = events_of(body)
    assert [event.name for event in events] == ["meta", "error"]
    assert events[-1].data["problem"]["status"] == 503
    assert not (baked / "service.json").exists()


def test_nothing_a_learner_wrote_is_in_the_services_output(baked: Path) -> None:
    words = "heliotrope-cartographer"
    with service(baked, COMPANION_LOG_LEVEL="debug") as (process, owner):
        for text in (f"How long does the dough rest, {words}?", f"{words} " * 900):
            httpx.post(f"{owner.url}{TURNS}", json={"text": text}, timeout=60)
        httpx.post(f"{owner.url}/v1/products/bread/feedback", json={"kind": "stuck", "text": words}, timeout=60)
        httpx.post(f"{owner.url}{TURNS}", content=f'{{"text": "{words}')
        done = end(process, signal.SIGTERM)
    assert "turn.answered" in done.err
    assert words not in done.err


def test_a_home_without_products_says_how_to_take_one_in(home: Path) -> None:
    with service(home) as (process, owner):
        assert httpx.get(f"{owner.url}/v1/products").json() == {"products": []}
        done = end(process, signal.SIGTERM)
    assert "companion ingest" in done.err


def test_an_address_that_is_not_ours_is_told_in_a_line(home: Path) -> None:
    for host in ("203.0.113.7", "no-such-host.invalid"):
        done = companion(home, "up", "--host", host, "--port", "0")
        assert done.code == 1
        assert host in done.reason()
    assert not home.exists()


def test_a_home_that_another_command_is_busy_with_is_not_served(run: Run, baked: Path) -> None:
    with HomeLock(baked) as lock:
        assert lock.acquire()
        for words in (("up", "--port", "0"), ("index", "rebuild")):
            done = run(*words)
            assert (done.code, done.out) == (1, "")
            assert "another command" in done.reason()


def test_two_services_never_hold_one_port() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(Conflict, match="--port"), listen("127.0.0.1", port):
            pass


def test_two_services_that_are_bound_at_once_cannot_both_listen() -> None:
    # Both sockets may be bound to the port before either listens.
    with socket.socket() as rival:
        rival.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        rival.bind(("127.0.0.1", 0))
        with listen("127.0.0.1", rival.getsockname()[1]), pytest.raises(OSError, match="in use"):
            rival.listen()


def test_every_shelf_is_laid_out_before_a_service_is_announced(run: Run, baked: Path, tmp_path: Path) -> None:
    with sqlite3.connect(baked / "companion.db") as rows:
        rows.execute("UPDATE vector SET encoder = 'another'")
    shutil.rmtree(baked / "shelves")
    tea = write_course(tmp_path / "tea", {"01.md": "# Tea\n\nGreen tea draws for two minutes.\n"})
    run("ingest", str(tea), "--product", "tea", "--json").json()
    with service(baked) as (process, owner):
        # One product that cannot be used keeps the others, and the service, from nothing.
        assert httpx.get(f"{owner.url}/readyz", timeout=60).status_code == 200
        done = end(process, signal.SIGTERM)
    assert "warning: bread lacks" in done.err
    assert "companion index fill --product bread" in done.err
