"""Accounts of the staff: a login with a password, by which a person of ours is known."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import Conflict, Invalid, NotFound
from foundation.ids import PersonId
from learning.people import add_identity, add_person
from learning.tables import IdentityRow

PASSWORD = "password"
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,63}")
# No letter or digit that is taken for another one; 20 of these are 98 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GENERATED_CHARS = 20


class BadLogin(Invalid):
    """A login that cannot be taken as it is."""


class LoginTaken(Conflict):
    """Somebody has this login already."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a login names, and the hash of their password."""

    person: PersonId
    login: str
    secret: str


def plain_login(login: str) -> str:
    """A login as it is kept; raises BadLogin."""
    plain = login.strip().lower()
    if not _LOGIN.fullmatch(plain):
        raise BadLogin(f"{login.strip()[:70]!r} cannot be a login: use 3 to 64 of a-z, 0-9 and . _ @ + -")
    return plain


def generated_password() -> str:
    """A password nobody guesses, in groups that can be copied by hand."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_GENERATED_CHARS))
    return "-".join(letters[start : start + 5] for start in range(0, _GENERATED_CHARS, 5))


def add_account(session: Session, *, login: str, secret: str, name: str, lang: str = "", now: datetime) -> PersonId:
    """Somebody new with a login; `secret` is the hash of their password. Raises BadLogin, LoginTaken, Invalid."""
    plain = plain_login(login)
    if find_account(session, plain) is not None:
        raise LoginTaken(f"the login {plain!r} is taken; choose another one")
    person = add_person(session, name=name or plain, lang=lang, now=now)
    add_identity(session, person, issuer=PASSWORD, subject=plain, secret=secret, now=now)
    return person


def find_account(session: Session, login: str) -> Account | None:
    """Whom a login names, None when nobody."""
    row = session.get(IdentityRow, (PASSWORD, login.strip().lower()[:255]))
    return None if row is None else _told(row)


def account_of(session: Session, person: str) -> Account | None:
    """A person's account, None for one who has none."""
    row = session.scalar(select(IdentityRow).where(IdentityRow.person == person, IdentityRow.issuer == PASSWORD))
    return None if row is None else _told(row)


def set_secret(session: Session, login: str, secret: str) -> PersonId:
    """Keep the hash of another password; raises NotFound."""
    row = session.get(IdentityRow, (PASSWORD, login.strip().lower()[:255]))
    if row is None:
        raise NotFound(f"nobody has the login {login.strip()[:70]!r}")
    row.secret = secret
    session.flush()
    return PersonId(row.person)


def _told(row: IdentityRow) -> Account:
    return Account(PersonId(row.person), row.subject, row.secret)
