"""Takes a case in: everything is checked before anything is kept, and all that is wrong is told at once.

What is kept stays with the moderators until it is approved (`decide`). Its author is given a code that withdraws it;
only a hash of the code is kept.
"""

import re
import secrets
from dataclasses import dataclass, fields, replace
from datetime import date as Date
from datetime import datetime
from hashlib import blake2b
from urllib.parse import urlsplit

from rapidfuzz.process import extract
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import Conflict, Invalid
from foundation.ids import content_hash, random_id
from foundation.text import clean_text
from knowledge.cases.case import CaseState, ConsentAs, ConsentWhere, NewCase, note_event
from knowledge.cases.dates import parse_date, parse_day
from knowledge.cases.remarks import Remark, names, remarks_on
from knowledge.language import language_of
from knowledge.lessons import LessonHead, live_lessons
from knowledge.products import find_product
from knowledge.tables import CaseRow

MOST_CHARS = {
    "stuck": 4_000,
    "did": 4_000,
    "changed": 4_000,
    "title": 160,
    "skill": 200,
    "employer": 160,
    "sector": 100,
    "link": 500,
    "name": 100,
    "person": 200,
    "lesson": 200,
    "block": 200,
}
TEXTS = tuple(field.name for field in fields(NewCase) if field.name != "employer_agreed")
_NEEDED = ("stuck", "did", "changed")
_FEWEST_CHARS = 10
_TITLE_CHARS = 80
_CANDIDATES = 3
_GRADUATE = "graduate"
# Without letters that are taken for others; 26 of 32 make 130 bits.
_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_SIZE = 26


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one field; `code` names the rule, `candidates` are what may have been meant."""

    field: str
    code: str
    reason: str
    candidates: tuple[str, ...] = ()


class CaseRefused(Invalid):
    """A case cannot be kept as it is; `troubles` tell all of it, field by field."""

    def __init__(self, troubles: list[Trouble]) -> None:
        super().__init__("; ".join(f"{trouble.field}: {trouble.reason}" for trouble in troubles))
        self.troubles = troubles


class AlreadyHere(Conflict):
    """The same words were handed in before, and stand where they stood."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A case that was kept. `code` withdraws it and is told this once; `remarks` are for the moderator."""

    id: str
    code: str
    remarks: list[Remark]


def submit_case(session: Session, product_slug: str, case: NewCase, *, source: str, now: datetime) -> Submitted:
    """Keep a case. Raises NotFound, CaseRefused, or Conflict when it is here already or was withdrawn."""
    product = find_product(session, product_slug)
    lessons = live_lessons(session, product.slug)
    case = check_case(case, lessons, today=now.date())
    words = "\n".join((case.stuck, case.did, case.changed))
    digest = content_hash(product.slug, words)
    _check_new(session, product.slug, digest, case.consent_date)
    code = new_code()
    told = {name: getattr(case, name) for name in TEXTS}
    told["person"] = content_hash(product.slug, case.person) if case.person else ""
    row = CaseRow(id=random_id("case"), product=product.slug, source=source, digest=digest, code_hash=hash_of(code))
    for name, value in told.items():
        setattr(row, name, value)
    row.lang = language_of(words, default="ru" if product.lang == "ru" else "en")
    row.state, row.moderator, row.reason, row.created = CaseState.SUBMITTED, "", "", now
    session.add(row)
    session.flush()
    consent = {"as": case.consent_as, "where": case.consent_where, "date": case.consent_date}
    note_event(session, row.id, "submitted", who=_GRADUATE, at=now, source=source, consent=consent, digest=digest)
    return Submitted(row.id, code, remarks_on(_texts(case), employer=case.employer))


def check_case(case: NewCase, lessons: list[LessonHead], *, today: Date) -> NewCase:
    """The case in the form in which it is kept; raises CaseRefused with everything that is wrong."""
    case = _cleaned(case)
    troubles = [*_words_troubles(case), *_fact_troubles(case, today), *_consent_troubles(case, today)]
    lesson, block, missing = _place(case, lessons)
    troubles += missing
    if case.employer and not case.employer_agreed:
        told = [name for name, text in _texts(case).items() if names(text, case.employer)]
        reason = "names the employer, which you do not agree to show; say it in other words"
        troubles += [Trouble(name, "names_employer", reason) for name in told]
    if troubles:
        raise CaseRefused(troubles)
    return replace(
        case,
        title=case.title or _title_of(case.stuck),
        lesson=lesson,
        block=block,
        employer=case.employer if case.employer_agreed else "",
        name=case.name if case.consent_as == ConsentAs.NAMED else "",
        date=parse_date(case.date) or "",
        consent_date=parse_day(case.consent_date) or "",
    )


def new_code() -> str:
    """A code that withdraws a case, in groups that can be copied by hand."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_SIZE))
    return "-".join(letters[start : start + 5] for start in range(0, _CODE_SIZE, 5))


def hash_of(code: str) -> str:
    """What is kept of a code; how it was typed, in small letters or without dashes, changes nothing."""
    plain = re.sub(r"[^0-9A-Z]", "", code.upper())
    return blake2b(plain.encode(), digest_size=32).hexdigest()


def _cleaned(case: NewCase) -> NewCase:
    def plain(text: str, *, lines: bool) -> str:
        kept = clean_text(text).strip()
        return kept if lines else " ".join(kept.split())

    texts = {name: plain(getattr(case, name), lines=name in _NEEDED) for name in TEXTS}
    return NewCase(employer_agreed=case.employer_agreed, **texts)


def _texts(case: NewCase) -> dict[str, str]:
    return {name: getattr(case, name) for name in ("title", *_NEEDED) if getattr(case, name)}


def _words_troubles(case: NewCase) -> list[Trouble]:
    found = []
    for name in _NEEDED:
        text = getattr(case, name)
        if not text:
            found.append(Trouble(name, "empty", "is empty; tell where you were stuck, what you did, what changed"))
        elif len(text) < _FEWEST_CHARS:
            found.append(Trouble(name, "short", f"has {len(text)} characters; write at least {_FEWEST_CHARS}"))
    for name, most in MOST_CHARS.items():
        size = len(getattr(case, name))
        if size > most:
            found.append(Trouble(name, "long", f"has {size} characters; {most} are the most"))
    return found


def _fact_troubles(case: NewCase, today: Date) -> list[Trouble]:
    found = []
    if case.date:
        happened = parse_date(case.date)
        if happened is None:
            found.append(Trouble("date", "no_date", f"{case.date[:20]!r} is no date; write 2026-02 or 2026-02-28"))
        elif happened > today.isoformat()[: len(happened)]:
            found.append(Trouble("date", "future", f"{happened} has not come yet"))
    if case.link and not _is_link(case.link):
        found.append(Trouble("link", "no_link", "is not a web address; it begins with https:// or http://"))
    return found


def _is_link(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s<>\"']", link)


def _consent_troubles(case: NewCase, today: Date) -> list[Trouble]:
    found = []
    if case.consent_as not in set(ConsentAs):
        reason = "is missing; say anonymous or named" if not case.consent_as else "is neither anonymous nor named"
        found.append(Trouble("consent_as", "no_consent", reason))
    if case.consent_where not in set(ConsentWhere):
        reason = "is missing; say stuck or everyone" if not case.consent_where else "is neither stuck nor everyone"
        found.append(Trouble("consent_where", "no_consent", reason))
    if case.consent_as == ConsentAs.NAMED and not case.name:
        found.append(Trouble("name", "no_name", "is empty, and the consent is to be named"))
    given = parse_day(case.consent_date)
    if not case.consent_date:
        found.append(Trouble("consent_date", "no_consent", "is missing: without consent nothing is kept"))
    elif not given:
        reason = f"{case.consent_date[:20]!r} is no day; write it as 2026-02-28"
        found.append(Trouble("consent_date", "no_date", reason))
    elif given > today.isoformat():
        found.append(Trouble("consent_date", "future", f"{given} is in the future; consent is given before it is used"))
    return found


def _place(case: NewCase, lessons: list[LessonHead]) -> tuple[str, str, list[Trouble]]:
    """The lesson by its author's id and the block it stands in, or what is wrong with them."""
    if case.lesson:
        found = next((one for one in lessons if case.lesson in (one.slug, one.external_id)), None)
        if found is not None:
            return found.external_id, found.block_title, []
        near = _like(case.lesson, {one.slug: f"{one.slug} {one.title}" for one in lessons})
        return "", "", [_unknown("lesson", case.lesson, near)]
    if case.block:
        blocks = list(dict.fromkeys(one.block_title for one in lessons if one.block_title))
        block = next((one for one in blocks if one.casefold() == case.block.casefold()), None)
        if block is not None:
            return "", block, []
        return "", "", [_unknown("block", case.block, _like(case.block, {one: one for one in blocks}))]
    reason = "is missing; name the lesson, or the block, in which you were stuck"
    return "", "", [Trouble("lesson", "no_lesson", reason, tuple(one.slug for one in lessons[:_CANDIDATES]))]


def _unknown(field: str, named: str, near: tuple[str, ...]) -> Trouble:
    meant = f"; did you mean {', '.join(near)}?" if near else "; the product has none yet"
    return Trouble(field, f"unknown_{field}", f"there is no {field} {named[:70]!r} in this product{meant}", near)


def _like(named: str, known: dict[str, str]) -> tuple[str, ...]:
    return tuple(key for _text, _score, key in extract(named, known, limit=_CANDIDATES))


def _title_of(stuck: str) -> str:
    first = re.split(r"(?<=[.!?…])\s|\n", stuck.strip(), maxsplit=1)[0].strip()
    return first.rstrip(".") if len(first) <= _TITLE_CHARS else f"{first[:_TITLE_CHARS].rsplit(' ', 1)[0]} …"


def _check_new(session: Session, product: str, digest: str, consent_date: str) -> None:
    rows = session.scalars(select(CaseRow).where(CaseRow.product == product, CaseRow.digest == digest))
    for row in rows:
        if row.state not in (CaseState.WITHDRAWN, CaseState.RETURNED):
            raise AlreadyHere("this case was handed in already; nothing was kept a second time")
        withdrawn = row.consent_withdrawn
        if withdrawn is not None and consent_date <= withdrawn.date().isoformat():
            raise Conflict("this case was withdrawn by its author; it takes a consent given after that")
