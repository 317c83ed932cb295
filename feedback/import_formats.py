"""Reads files of what learners said, in the forms that course platforms and surveys give, into rows of named fields.

CSV with any common delimiter, JSON lines, JSON lists; exports of a Moodle forum (CSV or JSON) and of Discourse topics;
threads with posts in them. Fields are those of `import_fields.FIELDS`; what a form calls them is known here.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from foundation.errors import Invalid

MAX_BYTES = 200_000_000
# What the fields are called in files, the contract's own word first; compared in lower case.
_CALLED = {
    "text": "text comment message feedback review body content raw answer отзыв комментарий текст сообщение ответ",
    "lesson": "lesson lesson_id lesson_slug unit module урок модуль",
    "author": "author learner student user userid user_id username userfullname email автор студент ученик имя",
    "created": "created created_at date time timestamp submitted_at posted_at дата время",
    "source": "source channel источник",
    "rating": "rating score stars оценка балл",
    "kind": "kind type тип",
    "consent": "consent publish согласие",
    "id": "id external_id uid post_id response_id номер",
}
_NAMES = {name: tuple(called.split()) for name, called in _CALLED.items()}
_POSTS = "posts", "messages", "comments", "replies", "children"
_LISTS = "items", "data", "results", "rows", "feedback", "responses"
_GOOGLE_FORMS_TIME = "отметка времени"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing somebody said: its line in the file, or its number in a list, from 1; fields as they stand."""

    line: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be read."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A file's rows; `left_out` counts what no learner wrote: notices of a forum and posts of its staff."""

    form: str
    rows: tuple[Row, ...]
    unread: tuple[Unread, ...]
    left_out: int = 0


def read_brought(raw: bytes, *, name: str) -> Brought:
    """A file by what is in it; raises Invalid with what to do when it is none of the forms."""
    if len(raw) > MAX_BYTES:
        raise Invalid(f"{name} has {len(raw):,} bytes; {MAX_BYTES:,} are the most, so split it")
    text = _decoded(raw, name)
    if not text.strip():
        raise Invalid(f"{name} is empty")
    if text.lstrip()[0] not in "[{":
        return _from_csv(text, name)
    try:
        whole = json.loads(text)
    except ValueError as err:
        # One object a line is no JSON as a whole, and neither is a list that was cut off.
        if text.lstrip()[0] == "[":
            raise Invalid(f"{name} begins as a JSON list and is none: {err}") from err
        return _from_lines(text)
    except RecursionError as err:
        raise Invalid(f"{name} is JSON nested too deeply to be what learners said") from err
    return _from_json(whole, name)


def row_of(number: int, given: Any) -> Row:
    """A row of what somebody sent; what is no object has no fields."""
    return Row(number, _plain_fields(given) if isinstance(given, dict) else {})


def _decoded(raw: bytes, name: str) -> str:
    is_wide = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1251"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.count("\0") * 100 > len(text):
            break
        return text.replace("\0", "")
    raise Invalid(f"{name} is no text; save it as CSV, JSON or JSON lines in UTF-8")


def _from_csv(text: str, name: str) -> Brought:
    csv.field_size_limit(MAX_BYTES)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next(reader)
    except (csv.Error, StopIteration) as err:
        raise Invalid(f"{name} cannot be read as CSV: {err}") from err
    columns = [cell.strip() for cell in header]
    is_moodle = {"subject", "message", "discussion"} <= {column.lower() for column in columns}
    if not is_moodle and _named(columns, "text") is None:
        shown = ", ".join(columns)[:200]
        raise Invalid(f"{name} has no column for what was said; call it text (its columns are: {shown})")
    rows: list[Row] = []
    unread: list[Unread] = []
    line = reader.line_num + 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as err:
            unread.append(Unread(line, f"this is no CSV: {err}"))
            line = reader.line_num + 1
            continue
        if cells is None:
            break
        if len(cells) > len(columns):
            unread.append(Unread(line, f"the row has {len(cells)} cells and the header {len(columns)}; quote the text"))
        elif any(cell.strip() for cell in cells):
            given = dict(zip(columns, cells, strict=False))
            rows.append(Row(line, _moodle_fields(given) if is_moodle else _plain_fields(given)))
        line = reader.line_num + 1
    return Brought("moodle" if is_moodle else "csv", tuple(rows), tuple(unread))


def _from_lines(text: str) -> Brought:
    rows: list[Row] = []
    unread: list[Unread] = []
    # Not splitlines: that also breaks at characters JSON allows inside a string.
    for line, said in enumerate(text.split("\n"), 1):
        if not said.strip():
            continue
        try:
            given = json.loads(said)
        except (ValueError, RecursionError) as err:
            unread.append(Unread(line, f"the line is no JSON: {err}"))
            continue
        if isinstance(given, dict):
            rows.append(Row(line, _plain_fields(given)))
        else:
            unread.append(Unread(line, "the line is no JSON object"))
    return Brought("jsonl", tuple(rows), tuple(unread))


def _from_json(whole: Any, name: str) -> Brought:
    if isinstance(whole, dict):
        if "post_stream" in whole or "latest_posts" in whole:
            return _from_discourse([whole])
        inner = next((whole[key] for key in (*_LISTS, "threads", "topics") if isinstance(whole.get(key), list)), None)
        whole = [whole] if inner is None else inner
    # Moodle writes a list of sheets.
    while isinstance(whole, list) and len(whole) == 1 and isinstance(whole[0], list):
        whole = whole[0]
    if not isinstance(whole, list) or not all(isinstance(each, dict) for each in whole):
        raise Invalid(f"{name} is JSON of another shape; give a list of objects with a text in each")
    if any("post_stream" in each for each in whole):
        return _from_discourse(whole)
    if any(any(isinstance(each.get(key), list) for key in _POSTS) for each in whole):
        rows = (Row(number, fields) for number, fields in enumerate(_from_threads(whole), 1))
        return Brought("threads", tuple(rows), ())
    is_moodle = any({"subject", "message", "discussion"} <= set(each) for each in whole)
    to_fields = _moodle_fields if is_moodle else _plain_fields
    rows = (Row(number, to_fields(each)) for number, each in enumerate(whole, 1))
    return Brought("moodle" if is_moodle else "json", tuple(rows), ())


def _plain_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields a row has under any of their names; a name outside is nobody's."""
    found: dict[str, Any] = {}
    for name in _NAMES:
        column = _named(list(given), name)
        if column is not None and given[column] not in (None, ""):
            found[name] = given[column]
    return found


def _named(columns: Sequence[str], name: str) -> str | None:
    lowered = {str(column).strip().lower(): column for column in reversed(columns)}
    wanted = _NAMES[name] if name != "created" else (*_NAMES[name], _GOOGLE_FORMS_TIME)
    return next((lowered[called] for called in wanted if called in lowered), None)


def _moodle_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """A post of a Moodle forum; its subject is the learner's own only where it opens a discussion."""
    post = {str(name).strip().lower(): value for name, value in given.items()}
    subject, message = str(post.get("subject") or ""), plain_text(str(post.get("message") or ""))
    opens = str(post.get("parent") or "0").strip() in ("", "0")
    fields = {
        "text": "\n".join(part for part in (subject if opens else "", message) if part.strip()),
        "author": post.get("userid") or post.get("userfullname"),
        "created": post.get("created"),
        "id": f"moodle-{post['id']}" if post.get("id") else None,
        "kind": "forum",
    }
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _from_discourse(topics: Sequence[Mapping[str, Any]]) -> Brought:
    rows: list[Row] = []
    left_out = 0
    for topic in topics:
        posts = topic.get("latest_posts") or (topic.get("post_stream") or {}).get("posts") or []
        for post in posts:
            if not isinstance(post, dict) or _is_no_learners(post):
                left_out += 1
                continue
            rows.append(Row(len(rows) + left_out + 1, _discourse_fields(post, topic)))
    return Brought("discourse", tuple(rows), (), left_out)


def _is_no_learners(post: Mapping[str, Any]) -> bool:
    written_by_staff = any(post.get(key) for key in ("staff", "moderator", "admin"))
    return written_by_staff or post.get("post_type", 1) != 1 or bool(post.get("hidden") or post.get("deleted_at"))


def _discourse_fields(post: Mapping[str, Any], topic: Mapping[str, Any]) -> dict[str, Any]:
    title = str(post.get("topic_title") or topic.get("title") or "") if post.get("post_number", 1) == 1 else ""
    text = str(post.get("raw") or "") or plain_text(str(post.get("cooked") or ""))
    fields = {
        "text": "\n".join(part for part in (title, text) if part.strip()),
        "author": post.get("username") or post.get("user_id"),
        "created": post.get("created_at"),
        "id": f"discourse-{post['id']}" if post.get("id") else None,
        "kind": "forum",
    }
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _from_threads(threads: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Posts of threads in the order they stand, replies within posts behind them; the title goes with the first."""
    for thread in threads:
        title = str(thread.get("title") or thread.get("subject") or thread.get("topic") or "")
        lesson = thread.get("lesson")
        for number, post in enumerate(_posts_in(thread)):
            fields = _plain_fields(post)
            text = plain_text(str(fields.get("text", "")))
            fields["text"] = "\n".join(part for part in (title if number == 0 else "", text) if part.strip())
            if lesson and "lesson" not in fields:
                fields["lesson"] = lesson
            yield {"kind": "forum", **fields}


def _posts_in(thread: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    waiting = [thread]
    first = True
    while waiting:
        each = waiting.pop(0)
        below = [post for key in _POSTS if isinstance(each.get(key), list) for post in each[key]]
        if not first or _named(list(each), "text") is not None:
            yield each
        first = False
        waiting = [post for post in below if isinstance(post, dict)] + waiting


def plain_text(html: str) -> str:
    """What a reader of this HTML sees, without what it quotes of others; plain text stays as it is."""
    if "<" not in html and "&" not in html:
        return html
    reader = _Seen()
    reader.feed(html)
    reader.close()
    lines = ("".join(reader.parts)).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


class _Seen(HTMLParser):
    """Collects text; what is in a script, a style or a quotation of somebody else is not said here."""

    _SILENT = frozenset({"script", "style", "blockquote", "aside"})
    _BREAKS = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "pre"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self._SILENT
        if tag in self._BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self._SILENT))
        if tag in self._BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
