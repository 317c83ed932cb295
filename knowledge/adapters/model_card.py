"""What a folder with a model tells of itself: which state of it this is, and which languages it is for."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import yaml

from knowledge.background import LANGS, read_texts

_PARTS_OF_A_MODEL = frozenset({".json", ".txt", ".model", ".safetensors", ".bin"})
_OTHER_FORMATS = frozenset({"onnx", "openvino"})
_CHUNK = 1 << 20

_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n---\s*$", re.DOTALL | re.MULTILINE)
_CODES: dict[str, tuple[str, ...]] = {
    "ru": ("ru",),
    "rus": ("ru",),
    "en": ("en",),
    "eng": ("en",),
    "multilingual": LANGS,
    "mul": LANGS,
}

# Characters a token on the background passages, Russian and English (measured 2026-11): an English WordPiece
# vocabulary 1.2 and 4.6, multilingual-e5 3.5 and 3.9, cl100k 2.1 and 4.7. A tokenizer that has to spell a language
# letter by letter belongs to a model that was never taught it.
_FEWEST_CHARS_A_TOKEN = 1.6
_TEXTS_LOOKED_AT = 20


def content_digest(folder: Path) -> str:
    """Hex digest over configuration, vocabulary and weights: another revision of a model has another one."""
    files = [path for path in sorted(folder.rglob("*")) if _belongs(path.relative_to(folder)) and path.is_file()]
    if any(path.suffix == ".safetensors" for path in files):
        # The same weights a second time, in the older format.
        files = [path for path in files if path.suffix != ".bin"]
    digest = hashlib.blake2b(digest_size=16)
    for path in files:
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def declared_languages(folder: Path) -> frozenset[str] | None:
    """Those of the product's languages its card (front matter of README.md) names; None where it names none at all."""
    try:
        found = _FRONT_MATTER.match((folder / "README.md").read_text(encoding="utf-8", errors="replace"))
        card = yaml.safe_load(found.group(1)) if found else None
    except (OSError, yaml.YAMLError):
        return None
    named = card.get("language") if isinstance(card, dict) else None
    codes = [named] if isinstance(named, str) else named
    if not isinstance(codes, list) or not codes:
        return None
    return frozenset(lang for code in codes for lang in _CODES.get(_primary(code), ()))


def readable_languages(count_tokens: Callable[[str], int]) -> frozenset[str]:
    """Those of the product's languages whose words the tokenizer knows as more than letters."""
    spoken = set()
    for lang in LANGS:
        texts = [text.passage for text in read_texts(lang)[:_TEXTS_LOOKED_AT]]
        if sum(map(len, texts)) >= _FEWEST_CHARS_A_TOKEN * sum(map(count_tokens, texts)):
            spoken.add(str(lang))
    return frozenset(spoken)


def _belongs(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix in _PARTS_OF_A_MODEL and not hidden and _OTHER_FORMATS.isdisjoint(path.parts)


def _primary(code: object) -> str:
    return re.split(r"[-_]", str(code).lower())[0]
