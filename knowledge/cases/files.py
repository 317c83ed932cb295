"""Cases in files: a table with one case a row, or Markdown with one case a file. What one gets wrong, others survive.

A table is CSV as spreadsheets write it: with commas, semicolons or tabs, in UTF-8 or Windows' Cyrillic, with a head
line in English or Russian. A Markdown file says in its front matter what a column would, and under its headings what
happened.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from frontmatter.default_handlers import YAMLHandler

from foundation.errors import Invalid
from knowledge.cases.case import ConsentAs, ConsentWhere, NewCase
from knowledge.cases.submit import TEXTS

_MOST_BYTES = 20_000_000
_MARKDOWN = (".md", ".markdown")
_TABLE = (".csv", ".tsv")
_ALIASES = {
    "где застрял": "stuck",
    "на чём застрял": "stuck",
    "ситуация": "stuck",
    "что сделал": "did",
    "что помогло": "did",
    "что изменилось": "changed",
    "название": "title",
    "урок": "lesson",
    "блок": "block",
    "навык": "skill",
    "дата": "date",
    "работодатель": "employer",
    "работодателя можно назвать": "employer_agreed",
    "отрасль": "sector",
    "ссылка": "link",
    "имя": "name",
    "выпускник": "person",
    "согласие как": "consent_as",
    "согласие где": "consent_where",
    "дата согласия": "consent_date",
    "consent_scope": "consent_as",
}
_COLUMNS = {name: name for name in (*TEXTS, "employer_agreed")} | _ALIASES
_YES = {"yes", "true", "1", "y", "да", "истина", "+"}
_CONSENT_WORDS = {
    "аноним": ConsentAs.ANONYMOUS,
    "анонимно": ConsentAs.ANONYMOUS,
    "без имени": ConsentAs.ANONYMOUS,
    "с именем": ConsentAs.NAMED,
    "по имени": ConsentAs.NAMED,
    "застрявшим": ConsentWhere.STUCK,
    "только застрявшим": ConsentWhere.STUCK,
    "всем": ConsentWhere.EVERYONE,
}
_SECTIONS = {
    "stuck": re.compile(r"ситуац|не получал|не выход|застр|трудност|situation|stuck|not work|problem|difficult", re.I),
    "did": re.compile(r"помогл|сделал|решени|helped|\bdid\b|solution|next", re.I),
    "changed": re.compile(r"измени|результат|итог|changed|result|outcome", re.I),
}
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Filed:
    """One case of a file: `where` is its row or file; `case` is None where `reason` says why it cannot be read.

    `front` is what the front matter of an invented example says; it has no case of a person.
    """

    where: str
    case: NewCase | None = None
    reason: str = ""
    front: dict[str, str] | None = None


def read_cases(path: Path) -> Iterator[Filed]:
    """Every case of a table, of a Markdown file or of a folder of such; raises Invalid where there is none to read."""
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.suffix.lower() in (*_MARKDOWN, *_TABLE) and one.is_file())
        if not files:
            raise Invalid(f"{path.name or path} holds no case: neither Markdown nor CSV")
        for one in files:
            yield from _read(one, one.relative_to(path).as_posix())
    elif path.is_file() and path.suffix.lower() in (*_MARKDOWN, *_TABLE):
        yield from _read(path, path.name)
    elif path.exists():
        raise Invalid(f"{path.name} is no file of cases; take CSV or Markdown, or a folder of them")
    else:
        raise Invalid(f"{path} does not exist")


def front_of(source: str) -> dict[str, str]:
    """What a Markdown file says about itself, as text, by small names; empty without front matter that can be read."""
    handler = YAMLHandler()
    try:
        if not handler.detect(source):
            return {}
        found = handler.load(handler.split(source)[0])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    flat: dict[object, object] = {}
    for name, value in found.items():
        inside = value if name == "consent" and isinstance(value, dict) else {}
        flat |= {f"consent_{part}": told for part, told in inside.items()} if inside else {name: value}
    return {str(name).strip().casefold(): _plain(value) for name, value in flat.items()}


def is_example(front: dict[str, str]) -> bool:
    """Whether a case says of itself that it was invented."""
    return front.get("example", "").casefold() in _YES


def _read(path: Path, where: str) -> Iterator[Filed]:
    if path.stat().st_size > _MOST_BYTES:
        yield Filed(where, reason=f"is larger than {_MOST_BYTES // 1_000_000} MB")
        return
    text = _decoded(path.read_bytes())
    if path.suffix.lower() in _TABLE:
        yield from _rows(text, where)
    else:
        yield _page(text, where)


def _decoded(content: bytes) -> str:
    """UTF-8, else Windows' Cyrillic: what spreadsheets save a table as when nobody tells them otherwise."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def _rows(text: str, where: str) -> Iterator[Filed]:
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [_COLUMNS.get(" ".join(name.split()).casefold()) for name in next(table, [])]
        missing = {"stuck", "did", "changed"} - set(names)
        if missing:
            yield Filed(where, reason=f"its first row names no column {', '.join(sorted(missing))}")
            return
        for row in table:
            if any(cell.strip() for cell in row):
                told = {name: cell for name, cell in zip(names, row, strict=False) if name}
                yield Filed(f"{where} row {table.line_num}", _case(told))
    except csv.Error as err:
        yield Filed(f"{where} row {table.line_num}", reason=f"is no CSV: {err}")


def _page(text: str, where: str) -> Filed:
    front = front_of(text)
    if is_example(front):
        return Filed(where, front=front)
    told = {_COLUMNS[name]: value for name, value in front.items() if name in _COLUMNS}
    body = re.sub(r"\A---\r?\n.*?\r?\n---\r?\n", "", text, count=1, flags=re.DOTALL)
    return Filed(where, _case(told | _sections(body)))


def _sections(body: str) -> dict[str, str]:
    """What stands under the headings of each kind, joined; a level-one heading is the title."""
    found: dict[str, list[str]] = {}
    headings = list(_HEADING.finditer(body))
    for heading, after in zip(headings, [*headings[1:], None], strict=True):
        told = body[heading.end() : after.start() if after else len(body)].strip()
        if len(heading[1]) == 1:
            found["title"] = [heading[2]]
            continue
        kind = next((name for name, words in _SECTIONS.items() if words.search(heading[2])), None)
        if kind and told:
            found.setdefault(kind, []).append(told)
    return {name: "\n\n".join(parts) for name, parts in found.items()}


def _case(told: dict[str, str]) -> NewCase:
    agreed = told.get("employer_agreed", "").strip().casefold() in _YES
    texts = {name: told.get(name, "") for name in TEXTS}
    case = NewCase(employer_agreed=agreed, **texts)
    return replace(case, consent_as=_agreed(case.consent_as), consent_where=_agreed(case.consent_where))


def _agreed(word: str) -> str:
    plain = " ".join(word.split()).casefold()
    return _CONSENT_WORDS.get(plain, plain)


def _plain(value: object) -> str:
    return "" if value is None else str(value).strip()
