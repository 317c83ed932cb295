"""The one door to lxml: an element's type, parsing and writing.

lxml ships no types, so what the readers use of an element is spelled out here.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any, Protocol, TypeGuard, cast

from lxml import etree, html


class Element(Protocol):
    """An lxml element; `tag` is not text for comments and processing instructions."""

    tag: Any
    text: str | None
    tail: str | None
    attrib: MutableMapping[str, str]

    def __iter__(self) -> Iterator["Element"]: ...
    def __len__(self) -> int: ...
    def get(self, name: str) -> str | None: ...
    def set(self, name: str, value: str) -> None: ...
    def iter(self, *tags: str) -> Iterator["Element"]: ...
    def iterdescendants(self, *tags: str) -> Iterator["Element"]: ...
    def iterancestors(self, *tags: str) -> Iterator["Element"]: ...
    def iterfind(self, path: str) -> Iterator["Element"]: ...
    def find(self, path: str) -> "Element | None": ...
    def getparent(self) -> "Element | None": ...
    def clear(self) -> None: ...
    def drop_tag(self) -> None: ...
    def drop_tree(self) -> None: ...


Part = str | Element

# Real pages stay below 40; the readers walk recursively, so a hostile one must be refused.
MAX_DEPTH = 100


class TooDeep(Exception):
    """The page nests its elements deeper than any real one."""


def is_text(part: Part) -> TypeGuard[str]:
    """Tell a piece of text from an element."""
    return isinstance(part, str)


def name_of(element: Element) -> str:
    """Return the element's lower-case tag; "" for comments and processing instructions."""
    return element.tag.lower() if isinstance(element.tag, str) else ""


def content(element: Element) -> list[Part]:
    """Return what stands inside an element, texts and elements in order."""
    parts: list[Part] = [element.text or ""]
    for child in element:
        parts += [child, child.tail or ""]
    return parts


def parse_page(markup: str) -> Element:
    """Return the root of a page, without comments. Raises TooDeep when a recursive walk could not follow it."""
    # Bytes with a named encoding: given text, libxml2 would believe a <meta charset> inside it.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = cast(Element, html.document_fromstring(markup.encode(), parser=parser))
    except etree.ParserError:
        # lxml's way of saying that there is not one element or word on the page.
        root = cast(Element, html.document_fromstring(b"<html><body></body></html>"))
    depths: dict[Element, int] = {root: 0}
    for element in root.iterdescendants():
        parent = element.getparent()
        depths[element] = depth = depths[parent] + 1 if parent is not None else 0
        if depth > MAX_DEPTH:
            raise TooDeep
    return root


def write(element: Element) -> str:
    """Return the element as HTML, without the text that follows it."""
    return cast(str, etree.tostring(element, encoding="unicode", method="html", with_tail=False))
