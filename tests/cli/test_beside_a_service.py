"""Other commands while a service runs on the same home: they work, and never open its index a second time."""

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest

from api.cli.running import ask_service
from api.routers.local import SECRET_HEADER
from foundation.errors import IndexUnavailable
from foundation.lock import Owner
from tests.api.serving import COVERED, LESSONS, NOT_COVERED, TURNS
from tests.cli.processes import companion, service, write_course

TEA = "How long does green tea draw?"


@pytest.fixture(scope="module")
def shared_home(_baked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("shared") / "home"
    shutil.copytree(_baked, home, symlinks=True)
    return home


@pytest.fixture(scope="module")
def owner(shared_home: Path) -> Iterator[Owner]:
    """How to reach the service that runs on the shared home."""
    with service(shared_home) as (_, found):
        yield found


def test_the_way_to_the_service_is_for_the_homes_owner_alone(shared_home: Path, owner: Owner) -> None:
    announced = shared_home / "service.json"
    assert announced.stat().st_mode & 0o777 == 0o600
    assert json.loads(announced.read_text()) == {"pid": owner.pid, "url": owner.url, "secret": owner.secret}
    assert len(owner.secret) >= 32


def test_search_and_ask_work_from_another_process(shared_home: Path, owner: Owner) -> None:
    passages = companion(shared_home, "search", "feed the starter", "--product", "bread", "--json").json()["passages"]
    assert passages[0]["lesson"] == "01-starter"
    here = companion(shared_home, "ask", COVERED, "--product", "bread", "--json").json()
    there = httpx.post(f"{owner.url}{TURNS}", json={"text": COVERED}, timeout=60).json()
    assert (here["outcome"], here["text"]) == (there["outcome"], there["text"])


def test_what_another_process_takes_in_is_answered_at_once(shared_home: Path, owner: Owner, tmp_path: Path) -> None:
    lessons = {"01-tea.md": "# Green tea\n\nGreen tea draws for two minutes at eighty degrees.\n"}
    shown = f"{owner.url}/p/tea-house/lessons/01-tea"
    assert httpx.get(shown).status_code == 404
    first = write_course(tmp_path / "tea", lessons)
    report = companion(shared_home, "ingest", str(first), "--product", "tea-house", "--json").json()
    assert report["lessons"] == 1
    assert "eighty degrees" in httpx.get(shown).text
    nearest = httpx.post(f"{owner.url}/v1/products/tea-house/turns", json={"text": TEA}, timeout=60).json()["nearest"]
    assert [near["lesson"] for near in nearest] == ["01-tea"]
    second = write_course(tmp_path / "more", {**lessons, "02-cups.md": "# Cups\n\nA cup is warmed before the tea.\n"})
    companion(shared_home, "ingest", str(second), "--product", "tea-house", "--json").json()
    found = httpx.get(f"{owner.url}/v1/products/tea-house").json()["lessons"]
    assert [lesson["id"] for lesson in found] == ["01-tea", "02-cups"]


def test_the_index_is_verified_and_rebuilt_by_the_service(shared_home: Path, owner: Owner) -> None:
    verified = companion(shared_home, "index", "verify", "--product", "bread", "--json").json()
    assert (verified["agrees"], verified["shelves"]) == (True, 2)
    rebuilt = companion(shared_home, "index", "rebuild", "--product", "bread", "--json").json()
    assert rebuilt["windows"] >= len(LESSONS)
    assert companion(shared_home, "index", "verify").code == 0
    unknown = companion(shared_home, "index", "rebuild", "--product", "nothing-here")
    assert unknown.code == 1
    assert "no product" in unknown.reason()


@pytest.mark.parametrize("secret", [None, "", "wrong", "é"])
@pytest.mark.parametrize("action", ["verify", "refresh", "rebuild"])
def test_without_the_secret_nobody_touches_the_index(owner: Owner, action: str, secret: str | None) -> None:
    headers = {} if secret is None else {SECRET_HEADER: secret.encode("latin-1")}
    response = httpx.post(f"{owner.url}/local/index/{action}", headers=headers)
    assert response.status_code == 403
    assert owner.secret not in response.text


def test_a_proxy_in_the_environment_is_not_asked_for_the_service_of_this_machine(
    shared_home: Path, owner: Owner
) -> None:
    nowhere = "http://127.0.0.1:9"
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"), nowhere)
    done = companion(shared_home, "index", "verify", **proxies, no_proxy="", NO_PROXY="")
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    "reply", [b"HTTP/1.0 502 Bad Gateway\r\n\r\n<h1>no", b"HTTP/1.0 200 OK\r\n\r\n<h1>yes", b"?", b""]
)
def test_what_answers_without_json_is_told_in_a_line(reply: bytes) -> None:
    def answer() -> None:
        with listener.accept()[0] as asked:
            asked.recv(65536)
            asked.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(IndexUnavailable, match="restart it"):
            ask_service(Owner(pid=1, url=url, secret="s"), "verify", None)
        thread.join(timeout=10)


def test_a_service_that_never_answers_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.cli.running._TIMEOUT_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(IndexUnavailable, match="does not answer"):
            ask_service(Owner(pid=1, url=url, secret="s"), "verify", None)


def test_on_a_terminal_answers_point_into_the_running_service(shared_home: Path, owner: Owner) -> None:
    for question in (COVERED, NOT_COVERED):
        shown = companion(shared_home, "ask", question, "--product", "bread").out
        assert f"{owner.url}/p/bread/lessons/" in shown
        told = companion(shared_home, "ask", question, "--product", "bread", "--json").out
        assert owner.url not in told


def test_a_command_with_an_outdated_secret_says_so(shared_home: Path, owner: Owner) -> None:
    announced = shared_home / "service.json"
    kept = announced.read_text()
    try:
        announced.write_text(json.dumps({**json.loads(kept), "secret": "outdated"}))
        done = companion(shared_home, "index", "verify")
        assert done.code == 1
        assert "owner" in done.reason()
    finally:
        announced.write_text(kept)


def test_a_second_service_on_the_home_is_refused(shared_home: Path, owner: Owner) -> None:
    done = companion(shared_home, "up", "--port", "0")
    assert (done.code, done.out) == (1, "")
    assert owner.url in done.reason()
    assert "COMPANION_HOME" in done.reason()
    assert httpx.get(f"{owner.url}/healthz").status_code == 200
    assert (shared_home / "service.json").exists()


def test_a_second_service_on_the_port_is_refused(home: Path, owner: Owner) -> None:
    port = owner.url.rpartition(":")[2]
    done = companion(home, "up", "--port", port)
    assert (done.code, done.out) == (1, "")
    assert "--port" in done.reason()
    assert not (home / "companion.db").exists()


def test_doctor_says_that_another_process_holds_the_index(shared_home: Path, owner: Owner) -> None:
    done = companion(shared_home, "doctor", "--json").json()
    assert done["ok"] is True
    (index,) = [check for check in done["checks"] if check["name"] == "index"]
    assert "another process" in index["detail"]


def test_a_changed_origin_holds_at_once(shared_home: Path, owner: Owner) -> None:
    asked = {"Origin": "https://school.example"}
    turn = {"text": NOT_COVERED}
    assert httpx.post(f"{owner.url}{TURNS}", json=turn, headers=asked).status_code == 403
    assert companion(shared_home, "product", "set", "bread", "--origin", asked["Origin"]).code == 0
    assert httpx.post(f"{owner.url}{TURNS}", json=turn, headers=asked, timeout=60).status_code == 200


def test_the_service_is_ready(owner: Owner) -> None:
    assert httpx.get(f"{owner.url}/healthz").json() == {"status": "alive"}
    assert httpx.get(f"{owner.url}/readyz", timeout=60).json()["status"] == "ready"
