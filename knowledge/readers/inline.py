"""What a run of text and inline elements says in plain words, and the same run as HTML."""

import re
from collections.abc import Iterator, Sequence
from html import escape

from knowledge.readers.dom import Element, Part, content, name_of, write
from knowledge.readers.tags import BLOCKS

_SPACE = re.compile(r"[ \t\n\f]+")
_SPACE_AT_BREAK = re.compile(r" *\n[ \n]*")
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|svg|webp|bmp)", re.IGNORECASE)
_EMPTY_ALTS = frozenset({"image", "img", "picture", "photo", "screenshot", "alt", "alt text", "alt_text"}) | frozenset(
    {"изображение", "картинка", "рисунок", "фото", "скриншот"}
)


def visible_text(parts: Sequence[Part]) -> str:
    """Return what a reader sees: white space collapsed, `<br>` as a line end, images as their alt text."""
    text = "".join(piece for part in parts for piece in _pieces(part))
    return _SPACE_AT_BREAK.sub("\n", re.sub(" {2,}", " ", text)).strip(" \n")


def inline_html(parts: Sequence[Part]) -> str:
    """Return the run as HTML, not yet sanitised."""
    return "".join(escape(part, quote=False) if isinstance(part, str) else write(part) for part in parts).strip()


def settle_images(root: Element) -> None:
    """Turn every image into its alt text, once for one shown twice (dark, light): a course's files are not served."""
    previous: tuple[Element | None, str] = (None, "")
    for image in list(root.iter("img")):
        alt = _alt(image)
        repeated = bool(alt) and previous == (image.getparent(), alt)
        previous = (image.getparent(), alt)
        tail = image.tail
        image.clear()
        image.tag, image.text, image.tail = "span", "" if repeated else alt, tail


def _pieces(part: Part) -> Iterator[str]:
    if isinstance(part, str):
        yield _SPACE.sub(" ", part)
        return
    tag = name_of(part)
    if not tag:
        return
    if tag == "br":
        yield "\n"
    elif tag == "img":
        yield _SPACE.sub(" ", _alt(part))
    else:
        gap = " " if tag in BLOCKS else ""
        yield gap
        for inner in content(part):
            yield from _pieces(inner)
        yield gap


def _alt(image: Element) -> str:
    alt = (image.get("alt") or "").strip()
    meaningful = bool(alt) and alt.lower().rstrip(".") not in _EMPTY_ALTS and not _FILE_NAME.fullmatch(alt)
    return alt if meaningful and "://" not in alt else ""
