"""The one door to XML: what a course's file says, parsed without ever loading or expanding anything it names.

A DOCTYPE that only names a format is passed over, as older quizzes carry one; one that declares anything is refused,
and so is every entity. How deep and how many elements there may be is counted while reading.
"""

from collections.abc import Container
from contextlib import suppress
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from foundation.errors import ContentUnreadable
from foundation.text import clean_text

# Real exports stay below 40; readers walk recursively, so a hostile one must be refused.
MAX_DEPTH = 100
MAX_ELEMENTS = 1_000_000


def parse_xml(content: bytes, path: str, *, without: Container[str] = ()) -> Element:
    """The root of a file's XML; its texts and attributes are cleaned as all our text is (`foundation.text`).

    Elements of the names in `without` are never built, with all that is in them: what must not be read at all.
    Encoded as it declares itself, else UTF-8 or, with a mark, UTF-16. Raises ContentUnreadable, with the line, for what
    is no XML, declares a document type or entities of its own, or is nested or repeated beyond any real file.
    """
    root = _built(content, path, _CountingBuilder(without))
    _clean(root)
    return root


def check_prolog(content: bytes, path: str) -> None:
    """Refuse XML that some other reader will parse if it declares a document type or entities of its own.

    They stand before the first element: no more of it is looked at. Raises ContentUnreadable.
    """
    with suppress(_Enough):
        _built(content, path, _PrologOnly())


def local_name(element: Element) -> str:
    """An element's name without its namespace; "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


class _Refused(Exception):
    """The file is well-formed so far and nothing a course would hold."""


class _Enough(Exception):
    """The first element was met."""


class _Parser(DefusedXMLParser):
    """Refuses what it meets at the place where it meets it."""

    def __init__(self, target: "_CountingBuilder") -> None:
        super().__init__(target=target, forbid_dtd=True)

    @property
    def line(self) -> int:
        return int(self.parser.CurrentLineNumber)

    def defused_start_doctype_decl(self, name: Any, sysid: Any, pubid: Any, has_internal_subset: Any) -> None:
        if has_internal_subset:
            raise _Refused("declares a document type of its own (DOCTYPE […]), which is not read: remove it")


class _CountingBuilder:
    """Builds the tree no deeper and no larger than the limits, without what is not asked for."""

    def __init__(self, without: Container[str] = ()) -> None:
        builder = TreeBuilder()
        self._start, self._end = builder.start, builder.end
        self._data, self.close = builder.data, builder.close
        self._without = without
        self._depth = self._count = self._passed = 0

    def start(self, tag: str, attributes: dict[str, str]) -> Element | None:
        if self._passed or tag in self._without:
            self._passed += 1
            return None
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            raise _Refused(f"nests its elements more than {MAX_DEPTH} deep")
        if self._count > MAX_ELEMENTS:
            raise _Refused(f"holds more than {MAX_ELEMENTS} elements, split it")
        return self._start(tag, attributes)

    def data(self, text: str) -> None:
        if not self._passed:
            self._data(text)

    def end(self, tag: str) -> Element | None:
        if self._passed:
            self._passed -= 1
            return None
        self._depth -= 1
        return self._end(tag)


class _PrologOnly(_CountingBuilder):
    """Goes no further than the first element."""

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        raise _Enough


def _built(content: bytes, path: str, target: _CountingBuilder) -> Element:
    body = content.lstrip(b" \t\r\n")
    skipped = content[: len(content) - len(body)].count(b"\n")
    parser = _Parser(target)
    try:
        parser.feed(body)
        root: Element = parser.close()
    except ParseError as err:
        line = err.position[0] + skipped
        raise ContentUnreadable(path, f"is no well-formed XML: {_reason(err)}", line=line) from err
    except _Refused as err:
        raise ContentUnreadable(path, str(err), line=parser.line + skipped) from err
    except DefusedXmlException as err:
        reason = "declares entities, which are not read: remove its DOCTYPE"
        raise ContentUnreadable(path, reason, line=parser.line + skipped) from err
    except (ValueError, LookupError) as err:
        raise ContentUnreadable(path, "is XML in an encoding that cannot be read, save it as UTF-8") from err
    return root


def _reason(err: ParseError) -> str:
    return str(err).partition(":")[0]


def _clean(root: Element) -> None:
    for element in root.iter():
        if element.text:
            element.text = _cleaned(element.text)
        if element.tail:
            element.tail = _cleaned(element.tail)
        for name, value in element.attrib.items():
            element.attrib[name] = _cleaned(value)


def _cleaned(text: str) -> str:
    return text if text.isascii() and "\r" not in text else clean_text(text)
