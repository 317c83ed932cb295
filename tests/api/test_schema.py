"""The HTTP interface keeps what its own OpenAPI document promises, whatever a client sends."""

import os
import subprocess
import sys
from pathlib import Path

import httpx

EXAMPLES_AN_OPERATION = 12


def test_schemathesis_finds_nothing(client: httpx.Client, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{client.base_url.join('/openapi.json')}"]
    bounded = ["--max-examples", str(EXAMPLES_AN_OPERATION), "--no-shrink", "--continue-on-failure"]
    repeatable = ["--seed", "1", "--generation-deterministic", "--no-color"]
    # Its own folder: it reads settings from where it is started, and leaves files there.
    done = subprocess.run(
        [*command, *bounded, *repeatable],
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_TELEMETRY": "off"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[:20_000] + done.stderr[-2_000:]
