"""Who is logged in: sessions of the staff, each proved by a random token in a cookie, of which only the hash is kept.

A session ends by itself when it lies idle or grows old. Whoever logs in gets a new one: a token that somebody else put
into the browser before is worth nothing after.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from foundation.ids import PersonId
from learning.tables import LoginRow

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=14)
# A session is written to when it was seen last this long ago: not at every page, for that takes the database's writer.
_NOTED_EVERY = timedelta(minutes=10)
_TOKEN = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Login:
    """A session; `csrf` stands in every form it is shown, so that a form of another site is known by its absence."""

    person: PersonId
    csrf: str
    created: datetime
    is_due: bool


@dataclass(frozen=True, slots=True)
class NewLogin:
    """A session just begun, with the token for its cookie, which is told this once."""

    token: str
    login: Login


def begin_login(session: Session, person: str, *, now: datetime) -> NewLogin:
    """Begin a session; those of anybody that are over are removed by the way."""
    session.execute(delete(LoginRow).where(or_(LoginRow.expires <= now, LoginRow.seen <= now - IDLE)))
    token = secrets.token_hex(32)
    row = LoginRow(token_hash=_hashed(token), person=person, csrf=secrets.token_hex(32), created=now, seen=now)
    row.expires = now + LONGEST
    session.add(row)
    session.flush()
    return NewLogin(token, _told(row, now))


def find_login(session: Session, token: str, *, now: datetime) -> Login | None:
    """The session of a cookie, None when there is none or it is over; `is_due`: it should be noted as seen."""
    row = _row(session, token)
    if row is None or row.expires <= now or row.seen <= now - IDLE:
        return None
    return _told(row, now)


def note_seen(session: Session, token: str, *, now: datetime) -> None:
    """Note that a session is in use."""
    row = _row(session, token)
    if row is not None:
        row.seen = now
        session.flush()


def end_login(session: Session, token: str) -> None:
    """End one session; harmless when it is over."""
    session.execute(delete(LoginRow).where(LoginRow.token_hash == _hashed(token)))


def end_logins(session: Session, person: str) -> None:
    """End every session of a person, wherever they are logged in."""
    session.execute(delete(LoginRow).where(LoginRow.person == person))


def _row(session: Session, token: str) -> LoginRow | None:
    return session.get(LoginRow, _hashed(token)) if _TOKEN.fullmatch(token) else None


def _told(row: LoginRow, now: datetime) -> Login:
    return Login(PersonId(row.person), row.csrf, row.created, is_due=row.seen <= now - _NOTED_EVERY)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
