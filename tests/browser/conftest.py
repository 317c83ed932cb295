"""A real browser, the real service on a copy of the sample home, and a stranger's page on another origin."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.browser.install import BROWSER, COMMAND, browser_environment

ROOT = Path(__file__).resolve().parents[2]
ON_PATH = ("chromium", "chromium-browser", "google-chrome")

# Everything that is not this machine does not resolve. Intercepting requests instead would make the driver answer
# CORS preflights itself, and the tests of other origins would test nothing.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

# A first start reads the encoder's weights and the indexes; the budget for that is measured elsewhere.
START_TIMEOUT_S = 90.0


@pytest.fixture(scope="session")
def browser_executable() -> Path:
    """A Chromium: named by COMPANION_TEST_BROWSER, else on the path, else the one that install.py unpacked."""
    named = os.environ.get("COMPANION_TEST_BROWSER")
    on_path = [Path(path) for name in ON_PATH if (path := shutil.which(name))]
    for candidate in [Path(named)] if named else [*on_path, BROWSER]:
        if candidate.is_file():
            return candidate
    pytest.fail(f"no browser at {named or 'any known place'} for the browser tests; run: {COMMAND}")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright, browser_executable: Path) -> Iterator[Browser]:
    unpacked = browser_environment() if browser_executable == BROWSER else {}
    launched = playwright.chromium.launch(
        executable_path=str(browser_executable), args=list(FLAGS), env={**os.environ, **unpacked}
    )
    yield launched
    launched.close()


@pytest.fixture
def contexts(browser: Browser) -> Iterator[partial[BrowserContext]]:
    """Opens browser contexts; none of them may ask for anything that is not on this machine."""
    opened: list[BrowserContext] = []
    asked: set[str] = set()

    def note(url: str) -> None:
        if url.startswith(("http:", "https:")):
            asked.add(url.split("/")[2].split(":")[0])

    def open_context(**settings: Any) -> BrowserContext:
        context = browser.new_context(**{"locale": "en-US", **settings})
        context.set_default_timeout(15_000)
        context.on("request", lambda request: note(request.url))
        opened.append(context)
        return context

    yield partial(open_context)
    for context in opened:
        context.close()
    assert asked <= {"127.0.0.1"}


@pytest.fixture
def page(contexts: partial[BrowserContext]) -> Page:
    return contexts().new_page()


@pytest.fixture(scope="session")
def host_page() -> Iterator[str]:
    """The address of samples/host-page on an origin of its own."""
    handler = partial(_Quiet, directory=str(ROOT / "samples" / "host-page"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="session")
def service(sample_home: Path, host_page: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service's address. It runs on a copy: its lock and its answers stay out of other tests."""
    home = tmp_path_factory.mktemp("browser") / "home"
    shutil.copytree(sample_home, home, symlinks=True)
    environment = {**os.environ, "COMPANION_HOME": str(home)}
    command = [sys.executable, "-m", "api.cli.main"]
    allow = ["product", "set", "ab-tests-en", "--origin", host_page]
    subprocess.run([*command, *allow], cwd=ROOT, env=environment, check=True, capture_output=True)
    port = _free_port()
    log = home.parent / "service.log"
    with log.open("wb") as output:
        running = subprocess.Popen(
            [*command, "up", "--port", str(port), "--no-demo"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(address, running, log)
        yield address
    finally:
        running.terminate()
        try:
            running.wait(timeout=20)
        except subprocess.TimeoutExpired:
            running.kill()


def _wait_until_ready(address: str, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    pytest.fail(f"the service did not become ready:\n{log.read_text('utf-8', 'replace')[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests of a test's page are no news."""
