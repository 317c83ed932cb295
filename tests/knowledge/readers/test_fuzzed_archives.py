"""A short, seeded run of `make fuzz`, in processes of their own: memory without end is found there and hurts nobody."""

import importlib.util
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# atheris has wheels for one kind of machine; elsewhere the same inputs are drawn by chance, another seed's.
GUIDED = (
    ["fuzz_guided", "60", "60"] if importlib.util.find_spec("atheris") else ["fuzz", "--runs", "300", "--seed", "2"]
)


@pytest.mark.parametrize("words", [["fuzz", "--runs", "260", "--seed", "1"], GUIDED], ids=["by-chance", "guided"])
def test_no_input_breaks_a_reader(words: list[str], tmp_path: Path) -> None:
    module, *told = words
    # By way of a shell that waits: what a process is begun by counts as its own memory, and this one has grown large.
    fuzzing = shlex.join([sys.executable, "-m", f"tests.knowledge.readers.{module}", *told])
    command = ["sh", "-c", f"{fuzzing}; exit $?"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    assert "no finding" in done.stdout or "Done " in done.stderr
