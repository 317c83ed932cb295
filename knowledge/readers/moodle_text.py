"""The texts of a Moodle backup: which language of them, in which markup, and where their links lead."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from xml.etree.ElementTree import Element

from knowledge.readers.builder import LessonBuilder
from knowledge.readers.html import add_html
from knowledge.readers.markdown import add_markdown
from knowledge.readers.multilang import in_language

_NOTHING = "$@NULL@$"
_LINK = re.compile(r"\$@[A-Z0-9_]+?(VIEWBYID|VIEWPAGE|VIEWBYIDCH|BYID)?(?:\*(\d+))?(?:\*\d+)*@\$")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BLOCK_TAG = re.compile(r"<(?:p|div|ul|ol|table|h[1-6]|pre|blockquote|br)\b", re.IGNORECASE)


def field(element: Element, name: str) -> str:
    """A field's text as it stands; "" where it is absent or null."""
    text = element.findtext(name) or ""
    return "" if text == _NOTHING else text


def number(element: Element, name: str) -> int:
    """A field's whole number; 0 where it is none."""
    text = field(element, name).strip()
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else 0


def decimal(element: Element, name: str) -> float:
    """A field's number; 0 where it is none."""
    try:
        return float(field(element, name))
    except ValueError:
        return 0.0


@dataclass(frozen=True, slots=True)
class Words:
    """A text to show, as HTML or as Markdown."""

    source: str
    is_markdown: bool = False

    def __bool__(self) -> bool:
        return bool(self.source.strip())


NO_WORDS = Words("")


@dataclass(frozen=True, slots=True)
class Texts:
    """How the texts of one backup are settled: its language, and the address of each activity by its number."""

    lang: str
    addresses: Mapping[str, str]

    def plain(self, text: str) -> str:
        """A title or a label as it is shown; it may hold entities and tags."""
        return " ".join(self.settled(text).split())

    def words(self, element: Element, name: str, *, form: str | None = None) -> Words:
        """A field in its format: the field `form`, else the one that is called after it."""
        text = self.settled(field(element, name))
        match field(element, form if form is not None else f"{name}format").strip():
            case "4":
                return Words(text, is_markdown=True)
            case "2":
                return Words(_paragraphs(escape(text, quote=False)))
            case "0" if not _BLOCK_TAG.search(text):
                return Words(_paragraphs(text))
            case _:
                return Words(text)

    def settled(self, text: str) -> str:
        """The text in the course's language, with links that lead to lessons."""
        if "@" in text:
            text = _LINK.sub(self._address, text)
        return in_language(text, self.lang)

    def _address(self, match: re.Match[str]) -> str:
        found = self.addresses.get(match[2] or "") if match[1] else None
        # What leads nowhere we know is left to the settling of links, which keeps its words only.
        return f"/{found}" if found else "/-"


def add_words(builder: LessonBuilder, words: Words) -> None:
    """Tell the builder what a text says. Raises TooDeep for absurd nesting."""
    if words.is_markdown:
        add_markdown(builder, words.source)
    elif words:
        add_html(builder, words.source)


def without_tags(text: str) -> str:
    """A text that may hold tags, without them, on one line."""
    return " ".join(_TAG.sub(" ", text).split())


def _paragraphs(text: str) -> str:
    parts = (part.strip() for part in re.split(r"\n\s*\n", text))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts if part)
