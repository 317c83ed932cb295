"""A stored block written as Markdown again, so that a change can keep all of it but a few words.

Prose, lists, headings and code come back through the reader as they were. A table, or anything with markup that
Markdown has no signs for, is written as its plain text.
"""

import re
from collections.abc import Iterable, Iterator

from knowledge.blocks import BlockKind
from knowledge.readers.dom import Element, Part, content, name_of, parse_page
from knowledge.readers.inline import visible_text
from knowledge.sight import StoredBlock

_SIGNS = re.compile(r"([\\`*_\[\]<>|~])")
# Formulas stand in the text between dollar signs, and are shown as they are written.
_FORMULA = re.compile(r"(?<![\w\\$])(\$\$?(?![\s$])[^$\n]+(?<![\s\\])\$\$?)(?![\w$])")
_LINE_START = re.compile(r"^(\s*)([#>+=-]+|\d+[.)])(?=\s|$)", re.MULTILINE)
_SPACE = re.compile(r"[ \t\n\f]+")
_AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "del": "~~"}
_LANGUAGE = re.compile(r'class="language-([\w+#.-]+)"')
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = ("ul", "ol")


def as_markdown(blocks: Iterable[StoredBlock]) -> str:
    """Blocks as Markdown, an empty line between two."""
    return "\n\n".join(_block(block) for block in blocks)


def escaped(text: str) -> str:
    """Plain text in such a way that Markdown shows it as it is."""
    return _LINE_START.sub(_not_a_mark, _shown(text))


def fenced(code: str, lang: str = "") -> str:
    """Code between fences that it cannot close."""
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    mark = "`" * max(3, longest + 1)
    return f"{mark}{lang}\n{code}\n{mark}"


def _shown(text: str) -> str:
    pieces = _FORMULA.split(text)
    return "".join(piece if number % 2 else _SIGNS.sub(r"\\\1", piece) for number, piece in enumerate(pieces))


def _not_a_mark(found: re.Match[str]) -> str:
    blank, mark = found[1], found[2]
    return f"{blank}{mark[:-1]}\\{mark[-1]}" if mark[0].isdigit() else f"{blank}\\{mark}"


def _block(block: StoredBlock) -> str:
    if block["kind"] == BlockKind.CODE:
        named = _LANGUAGE.search(block["html"])
        return fenced(block["text"], named[1] if named else "")
    body = parse_page(f"<html><body>{block['html']}</body></html>").find("body")
    told = [] if body is None else [_element(element) for element in body]
    if not told or any(part is None for part in told):
        return escaped(block["text"])
    return "\n\n".join(part for part in told if part)


def _element(element: Element) -> str | None:
    """None for what Markdown has no signs for."""
    tag = name_of(element)
    if tag in _HEADINGS:
        return f"{'#' * _HEADINGS[tag]} {_run(element)}"
    if tag == "p":
        return _LINE_START.sub(_not_a_mark, _run(element))
    if tag in _LISTS:
        return "\n".join(_items(element, indent=""))
    return None


def _items(element: Element, *, indent: str) -> Iterator[str]:
    number = int(element.get("start") or 1)
    for item in element:
        mark = f"{number}. " if name_of(element) == "ol" else "- "
        yield f"{indent}{mark}{_run(item)}"
        for inner in item:
            if name_of(inner) in _LISTS:
                yield from _items(inner, indent=indent + " " * len(mark))
        number += 1


def _run(element: Element) -> str:
    """What stands inside an element in one line, without the lists in it."""
    pieces = [piece for part in content(element) for piece in _pieces(part)]
    return re.sub(r" *\n *", "  \n", re.sub(" {2,}", " ", "".join(pieces))).strip()


def _pieces(part: Part) -> Iterator[str]:
    if isinstance(part, str):
        yield _shown(_SPACE.sub(" ", part))
        return
    tag = name_of(part)
    if tag in _LISTS:
        return
    if tag == "br":
        yield "\n"
        return
    if tag == "code":
        yield _code(visible_text(content(part)))
        return
    inner = "".join(piece for each in content(part) for piece in _pieces(each))
    address = part.get("href")
    if tag == "a" and address:
        yield f"[{inner}](<{address}>)"
    elif inner.strip() and tag in _AROUND:
        yield f"{_AROUND[tag]}{inner}{_AROUND[tag]}"
    else:
        yield inner


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    mark, gap = "`" * (longest + 1), " " if longest else ""
    return f"{mark}{gap}{text}{gap}{mark}"
