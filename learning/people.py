"""People, and what proves who they are.

A person has one id of ours whatever they are known by: a browser's key, the id a host gives its learners, a login.
What proves somebody is kept as a hash where it is a secret, and as it comes where it is a name.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import Invalid, NotAllowed, NotFound
from foundation.ids import PersonId, random_id
from foundation.text import clean_text
from learning.tables import IdentityRow, PersonRow

BROWSER = "browser"
LOCAL_HOST = "local"
MAX_LEARNER_CHARS = 200
MAX_NAME_CHARS = 80
_KEY = re.compile(r"l-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody; `name` is "" when they did not say, `lang` "" when it follows what they write."""

    id: PersonId
    name: str
    lang: str


@dataclass(frozen=True, slots=True)
class NewLearner:
    """A learner just made; `key` is told this once, only its hash is kept."""

    person: PersonId
    key: str


def add_person(session: Session, *, name: str = "", lang: str = "", now: datetime) -> PersonId:
    """Somebody new, whom nothing proves yet. Raises Invalid for a name that is too long."""
    row = PersonRow(id=random_id("p"), name=checked_name(name), lang=lang, created=now)
    session.add(row)
    session.flush()
    return PersonId(row.id)


def find_person(session: Session, person: str) -> Person:
    """Raises NotFound."""
    row = session.get(PersonRow, person)
    if row is None:
        raise NotFound("there is nobody with this id here")
    return Person(PersonId(row.id), row.name, row.lang)


def describe_person(session: Session, person: str, *, name: str | None = None, lang: str | None = None) -> None:
    """Change what somebody is called, or the language they want; raises NotFound, Invalid."""
    row = session.get(PersonRow, person)
    if row is None:
        raise NotFound("there is nobody with this id here")
    row.name = row.name if name is None else checked_name(name)
    row.lang = row.lang if lang is None else lang
    session.flush()


def new_learner(session: Session, *, now: datetime) -> NewLearner:
    """Somebody whom a key proves that their browser keeps."""
    key = f"l-{secrets.token_hex(16)}"
    person = add_person(session, now=now)
    add_identity(session, person, issuer=BROWSER, subject=_hashed(key), now=now)
    return NewLearner(person, key)


def person_by_key(session: Session, key: str) -> PersonId:
    """Whom a browser's key proves; raises NotAllowed for a key of nobody."""
    person = _known(session, BROWSER, _hashed(key)) if _KEY.fullmatch(key) else None
    if person is None:
        raise NotAllowed("this learner key is not known here; ask for a new one with POST /v1/products/{slug}/learners")
    return person


def known_by_host_id(session: Session, host: str, learner: str) -> PersonId | None:
    """The person a host knows by an id of its own, None when it never spoke of them."""
    return _known(session, _host_issuer(host), _host_id(learner))


def person_by_host_id(session: Session, host: str, learner: str, *, now: datetime) -> PersonId:
    """The person a host knows by an id of its own, made when it is the first time; raises Invalid."""
    issuer, subject = _host_issuer(host), _host_id(learner)
    known = _known(session, issuer, subject)
    if known is not None:
        return known
    person = add_person(session, now=now)
    add_identity(session, person, issuer=issuer, subject=subject, now=now)
    return person


def is_vouched_for(session: Session, person: str) -> bool:
    """Whether a host, a login or the home's owner says who this is, and not only a key that any browser may have."""
    proved = select(IdentityRow.person).where(IdentityRow.person == person, IdentityRow.issuer != BROWSER).limit(1)
    return session.scalar(proved) is not None


def add_identity(
    session: Session, person: str, *, issuer: str, subject: str, secret: str = "", now: datetime
) -> IdentityRow:
    """One more way in which a person is known; `secret` is the hash of a password."""
    row = IdentityRow(issuer=issuer, subject=subject, person=person, secret=secret, created=now)
    session.add(row)
    session.flush()
    return row


def checked_name(name: str) -> str:
    """A name on one line, as it is kept; raises Invalid when it is too long."""
    kept = " ".join(clean_text(name).split())
    if len(kept) > MAX_NAME_CHARS:
        raise Invalid(f"the name has {len(kept)} characters; {MAX_NAME_CHARS} are the most")
    return kept


def _known(session: Session, issuer: str, subject: str) -> PersonId | None:
    found = select(IdentityRow.person).where(IdentityRow.issuer == issuer, IdentityRow.subject == subject)
    person = session.scalar(found)
    return None if person is None else PersonId(person)


def _host_issuer(host: str) -> str:
    return f"host:{host}"


def _host_id(learner: str) -> str:
    if not learner.strip() or len(learner) > MAX_LEARNER_CHARS or clean_text(learner) != learner:
        raise Invalid(f"a learner's id has 1 to {MAX_LEARNER_CHARS} characters, none of them a control character")
    return learner


def _hashed(key: str) -> str:
    # A key is 128 random bits: there is nothing to guess, so that a plain hash hides it well enough.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
