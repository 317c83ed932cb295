"""Properties of a Notion page: the lines at its top, and what they say about who may see it.

Who made a page or looks after it is about people and is never told.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.blocks import Seen
from knowledge.readers.withholding import FOR_LEARNERS, UNPUBLISHED

_LINE = re.compile(r"([^\n:#>|\[\]`*-][^\n:\[\]`]{0,60}): ([^\n]*)(?:\n|$)")
_TABLE = re.compile(r"<table[^<>]*\bclass=\"properties\"[^<>]*>")
_LONGEST_TABLE = 100_000
_ROW = re.compile(r"<tr[^>]*class=\"([^\"]*)\"[^>]*>\s*<th[^>]*>(.*?)</th>\s*<td[^>]*>(.*?)</td>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_PERSONAL = re.compile(
    r"(?:created|edited|assign|author|owner|person|people|member|student|learner|mail|phone|reviewer|editor|"
    r"созда(?:л|тель|н)|измен[ие]|автор|ответствен|исполнител|назначен|владелец|участник|студент|ученик|почт|телефон)",
    re.IGNORECASE,
)
_PERSONAL_KINDS = re.compile(r"property-row-(?:person|people|created|last_edited|email|phone)")
_STATE = re.compile(r"status|state|stage|visibility|статус|состояние|стадия|видимость", re.IGNORECASE)
_HIDDEN_STATES = re.compile(
    r"draft|unpublished|not published|hidden|archived?|private|черновик|не опубликован\w*|скрыт\w*|архив\w*",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(r"published|public|visible|опубликован\w*|видим\w*|доступн\w*", re.IGNORECASE)
_NO = frozenset({"no", "false", "нет", "0", "☐"})


@dataclass(frozen=True, slots=True)
class Property:
    """One property as it is shown."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Properties:
    """What stands at the top of a page, without what is about people; `end` is where the page itself begins."""

    told: tuple[Property, ...] = ()
    start: int = 0
    end: int = 0

    @property
    def seen(self) -> Seen:
        """Who may see a page with these properties."""
        return seen_with((one.name, one.value) for one in self.told)


def properties_of_markdown(source: str) -> Properties:
    """The property lines below the title of an exported page."""
    title = re.match(r"\s*#[^\n]*\n\s*\n", source)
    if title is None:
        return Properties()
    position = title.end()
    told: list[Property] = []
    while (line := _LINE.match(source, position)) is not None:
        told.append(Property(line[1].strip(), line[2].strip()))
        position = line.end()
    # They end with an empty line: else it is a paragraph with a colon.
    if not told or (position < len(source) and source[position] != "\n"):
        return Properties()
    return Properties(tuple(one for one in told if not is_personal(one.name)), title.end(), position)


def properties_of_html(source: str) -> Properties:
    """The table of properties at the top of an exported page."""
    table = _TABLE.search(source)
    end = source.find("</table>", table.end()) if table is not None else -1
    if table is None or end < 0:
        return Properties()
    told = tuple(
        Property(_plain(name), _plain(value))
        for kind, name, value in _ROW.findall(source[table.end() : min(end, table.end() + _LONGEST_TABLE)])
        if not _PERSONAL_KINDS.search(kind) and not is_personal(_plain(name))
    )
    return Properties(told, table.start(), end)


def is_personal(name: str) -> bool:
    """Whether a property or a column of this name is about people."""
    return bool(_PERSONAL.search(name))


def seen_with(properties: Iterable[tuple[str, str]]) -> Seen:
    """Who may see something with these properties: what is called a draft, or not published, is."""
    for name, value in properties:
        is_draft = bool(_STATE.fullmatch(name.strip()) and _HIDDEN_STATES.fullmatch(value.strip()))
        is_kept_back = bool(_PUBLISHED.fullmatch(name.strip()) and value.strip().lower() in _NO)
        if is_draft or is_kept_back:
            return UNPUBLISHED
    return FOR_LEARNERS


def _plain(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
