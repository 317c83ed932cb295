"""The YAML beside a lesson of an exercise repository: tips, definitions, keys, and who may see the lesson.

Tips are help for who asks for it, so they are exercise blocks that only staff see until somebody hands them out one by
one; what a word means is part of the lesson.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import yaml

from foundation.errors import ContentUnreadable
from knowledge.blocks import ReadWarning, Seen
from knowledge.readers.decoding import decode
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, opening_at, stricter

MAX_NOTES_BYTES = 1_000_000
TIPS = ("tips", "tip", "hints", "hint", "clues", "подсказки", "советы")
TERMS = ("definitions", "definition", "glossary", "terms", "vocabulary", "определения", "термины", "глоссарий")
_TITLES = ("name", "title", "header", "название", "заголовок")
_PROSE = ("description", "summary", "theory", "lesson", "content", "body", "описание", "теория")
_TASKS = (
    "instructions",
    "instruction",
    "exercise",
    "task",
    "assignment",
    "question",
    "prompt",
    "задание",
    "упражнение",
)
_KEYS = (
    *("solution", "solutions", "answer", "answers", "correct_answer", "correct", "explanation", "key", "answer_key"),
    *("tests", "test", "test_cases", "checks", "expected", "expected_output", "reference", "exemplar", "feedback"),
    *("решение", "решения", "ответ", "ответы", "ключ", "тесты", "разбор"),
)
_STAFF = (
    *("teacher_notes", "instructor_notes", "teacher", "instructor", "staff", "staff_notes", "private", "notes"),
    *("author_notes", "rubric", "grading", "mentor_notes", "заметки", "преподавателю", "критерии"),
)
_OPENS = ("not_before", "available_from", "visible_from", "release_date", "publish_at", "opens", "start", "start_date")
_TERM_NAMES = ("name", "term", "title", "word", "термин", "название")
_TERM_TEXTS = ("description", "definition", "text", "meaning", "описание", "определение")
_TIP_TEXTS = ("text", "tip", "hint", "description", "body", "content", "текст")
_WORTH = re.compile(rf"^[\"']?(?:{'|'.join((*TIPS, *TERMS))})[\"']?\s*:", re.MULTILINE | re.IGNORECASE)
_WHOLE = re.compile(r"^(?:theory|теория)\s*:.*^(?:instructions|задание)\s*:", re.MULTILINE | re.DOTALL)
_WITHHELD = re.compile(
    rf"^\s*(?:(?:draft|hidden|staff_only|черновик)\s*:\s*[\"']?(?:true|yes|on|да)\b|published\s*:\s*[\"']?(?:false|no|off)\b"
    rf"|status\s*:\s*[\"']?(?:draft|wip|hidden)\b|(?:{'|'.join(_OPENS)})\s*:)",
    re.MULTILINE | re.IGNORECASE,
)
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Notes:
    """What one file of notes says; texts are Markdown."""

    path: str = ""
    title: str = ""
    prose: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    tips: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    seen: Seen = FOR_LEARNERS

    @property
    def says(self) -> bool:
        """Whether a lesson can be made of it."""
        return bool(self.prose or self.tasks or self.tips or self.terms)


def is_notes(text: str) -> bool:
    """Whether a YAML text speaks of tips or definitions, or holds a whole lesson; told by its keys, unparsed."""
    return bool(_WORTH.search(text) or _WHOLE.search(text))


def read_notes(content: bytes, path: str, *, role: str = "") -> tuple[Notes, tuple[ReadWarning, ...]]:
    """The notes of a file; one that is no YAML gives a warning with its line, and still hides what it would hide.

    `role` is what a list or a mapping of the file's own is, when its name says so: "tips" or "definitions".
    """
    try:
        source = decode(content, path=path)
    except ContentUnreadable as err:
        return Notes(path, seen=UNPUBLISHED), (ReadWarning(path, f"{err.reason}; the lesson is hidden", err.line),)
    try:
        told = yaml.load(source, _LOADER)
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        mark = getattr(err, "problem_mark", None)
        line = mark.line + 1 if mark else None
        hides = _WITHHELD.search(source) is not None
        reason = "is not valid YAML: its tips and definitions are left out"
        reason += "; it speaks of a draft or a date, so the lesson is hidden" if hides else ""
        return Notes(path, seen=UNPUBLISHED if hides else FOR_LEARNERS), (ReadWarning(path, reason, line),)
    if role in TIPS and not isinstance(told, dict):
        told = {"tips": told}
    elif role in TERMS and not (isinstance(told, dict) and any(str(key).lower() in TERMS for key in told)):
        told = {"definitions": told}
    if not isinstance(told, dict):
        return Notes(path), ((ReadWarning(path, "is no list of fields, left out"),) if told is not None else ())
    return _notes({str(key).lower(): value for key, value in told.items()}, path), ()


def _notes(told: Mapping[str, Any], path: str) -> Notes:
    titles = (one for name in _TITLES for one in _texts(told.get(name)))
    return Notes(
        path=path,
        title=" ".join(next(titles, "").split()),
        prose=_all(told, _PROSE),
        tasks=_all(told, _TASKS),
        tips=_all(told, TIPS),
        terms=tuple(pair for name in TERMS for pair in _terms(told.get(name))),
        keys=_all(told, _KEYS),
        staff=_all(told, _STAFF),
        seen=_seen(told),
    )


def _all(told: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for name in names for text in _texts(told.get(name)))[:_MOST]


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    """The texts of a value: one, a list of them, or records that hold them."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        if str(value).strip():
            yield str(value).strip()
    elif isinstance(value, list) and depth < 3:
        for item in value[:_MOST]:
            yield from _texts(item, depth + 1)
    elif isinstance(value, dict) and depth < 3:
        named = [value[name] for name in _TIP_TEXTS if name in value]
        for item in (named or list(value.values()))[:_MOST]:
            yield from _texts(item, depth + 1)


def _terms(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and not any(name in value for name in _TERM_NAMES):
        for term, text in list(value.items())[:_MOST]:
            told = " ".join(_first(text, _TERM_TEXTS) if isinstance(text, dict) else _texts(text))
            if told:
                yield str(term).strip(), told
        return
    for item in (value if isinstance(value, list) else [value])[:_MOST]:
        if isinstance(item, dict) and any(name in item for name in _TERM_NAMES):
            yield " ".join(_first(item, _TERM_NAMES)), " ".join(_first(item, _TERM_TEXTS))
        elif isinstance(item, dict):
            yield from _terms(item)
        else:
            yield from (("", text) for text in _texts(item))


def _first(record: Mapping[Any, Any], names: tuple[str, ...]) -> list[str]:
    return next((list(_texts(record[name])) for name in names if name in record), [])


def _seen(told: Mapping[str, Any]) -> Seen:
    status = str(told.get("status", "")).lower()
    hidden = any(told.get(name) is True for name in ("draft", "hidden", "черновик"))
    if hidden or told.get("published") is False or status in ("draft", "wip", "hidden", "черновик"):
        return UNPUBLISHED
    if told.get("staff_only") is True or str(told.get("visibility", "")).lower() in ("staff", "private", "teacher"):
        return FOR_STAFF
    dates = [opening_at(_moment(told[name])) for name in _OPENS if told.get(name)]
    return stricter(FOR_LEARNERS, *dates)


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return datetime.combine(value, time()).isoformat() if isinstance(value, date) else str(value)


# The parser in C, where PyYAML was built with it, is ten times faster.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
