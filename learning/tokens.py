"""Tokens with which a host's server proves itself: for one product or all, for what its scopes say, until they expire.

The secret is 256 random bits, told once; its hash is kept. Only who has it may ask whether it still holds, so that a
token that expired is told apart from one that never was.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import Invalid, NotAllowed, NotFound, NotProven
from knowledge.products import find_product
from learning.people import LOCAL_HOST
from learning.roles import EVERYWHERE
from learning.tables import TokenRow

MAX_DAYS = 3650
MAX_LABEL_CHARS = 200
_HOST = re.compile(r"[a-z0-9.-]{2,48}")
_TOKEN = re.compile(r"(ct-[0-9a-f]{12})-([0-9a-f]{64})")
_NOBODYS = "0" * 64


class Scope(StrEnum):
    """What a token is good for; `read` is what staff may read."""

    EVENTS = "events"
    TURNS = "turns"
    FEEDBACK = "feedback"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it may be shown; a `product` of "" is every product."""

    id: str
    product: str
    scopes: tuple[Scope, ...]
    host: str
    label: str
    by: str
    created: datetime
    expires: datetime
    revoked: datetime | None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made, with its `text` that is told this once."""

    token: Token
    text: str


def create_token(
    session: Session,
    *,
    product: str,
    scopes: Iterable[Scope],
    host: str,
    days: int,
    label: str = "",
    by: str,
    now: datetime,
) -> NewToken:
    """A new token for a host; raises NotFound, Invalid."""
    if product != EVERYWHERE:
        find_product(session, product)
    wanted = tuple(scope for scope in Scope if scope in frozenset(scopes))
    if not wanted:
        raise Invalid(f"a token without a scope is good for nothing; name some of {', '.join(Scope)}")
    if not 1 <= days <= MAX_DAYS:
        raise Invalid(f"a token holds for 1 to {MAX_DAYS} days")
    token_id, secret = f"ct-{secrets.token_hex(6)}", secrets.token_hex(32)
    row = TokenRow(id=token_id, secret_hash=_hashed(secret), product=product, scopes=list(wanted), host=_host(host))
    row.label, row.by = label[:MAX_LABEL_CHARS], by
    row.created, row.expires, row.revoked = now, now + timedelta(days=days), None
    session.add(row)
    session.flush()
    return NewToken(_told(row), f"{token_id}-{secret}")


def check_token(session: Session, text: str, *, product: str, scope: Scope, now: datetime) -> Token:
    """The token if it holds for this. Raises NotProven for one that does not hold, NotAllowed for one of elsewhere."""
    parts = _TOKEN.fullmatch(text)
    row = session.get(TokenRow, parts[1]) if parts else None
    # Compared even where there is nothing to compare with, so that the time it takes tells nothing.
    right = hmac.compare_digest(_hashed(parts[2] if parts else text), row.secret_hash if row else _NOBODYS)
    if row is None or not right:
        raise NotProven("this token is not known here; `companion token create` makes one")
    if row.revoked is not None:
        raise NotProven("this token was revoked; `companion token create` makes a new one")
    if row.expires <= now:
        raise NotProven("this token has expired; `companion token create` makes a new one")
    if row.product not in (product, EVERYWHERE):
        raise NotAllowed("this token is for another product")
    if scope not in row.scopes:
        raise NotAllowed(f"this token is not good for this; it needs the scope {scope}")
    return _told(row)


def is_token(text: str) -> bool:
    """Whether this is meant to be one of our tokens, holding or not."""
    return text.startswith("ct-")


def revoke_token(session: Session, token: str, *, now: datetime) -> Token:
    """Make a token worthless, for ever; revoking it again changes nothing. Raises NotFound."""
    row = session.get(TokenRow, token)
    if row is None:
        raise NotFound(f"there is no token {token[:70]!r}; `companion token list` shows those there are")
    row.revoked = row.revoked or now
    session.flush()
    return _told(row)


def list_tokens(session: Session) -> list[Token]:
    """All tokens, the newest first."""
    return [_told(row) for row in session.scalars(select(TokenRow).order_by(TokenRow.created.desc(), TokenRow.id))]


def _host(host: str) -> str:
    if not _HOST.fullmatch(host) or host == LOCAL_HOST:
        raise Invalid(
            f"{host[:70]!r} cannot be the name of a host: use 2 to 48 of a-z, 0-9, dot and -, not {LOCAL_HOST}"
        )
    return host


def _told(row: TokenRow) -> Token:
    scopes = tuple(Scope(scope) for scope in row.scopes)
    times = row.created, row.expires, row.revoked
    return Token(row.id, row.product, scopes, row.host, row.label, row.by, *times)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
