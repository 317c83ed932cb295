"""Invitations: a link that gives whoever opens it first a role in a product. Only the hash of its code is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import Conflict, Invalid, NotFound
from foundation.text import clean_text
from learning.roles import STAFF, Role, grant_role, may, roles_in
from learning.tables import InviteRow

HOLDS = timedelta(days=7)
MAX_NOTE_CHARS = 200


class Spent(StrEnum):
    """Why an invitation holds no longer."""

    USED = "used"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"


class InviteSpent(Conflict):
    """An invitation that holds no longer."""

    def __init__(self, why: Spent) -> None:
        self.why = why
        super().__init__(f"this invitation is {why.replace('_', ' ')}; ask whoever sent it for another one")


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation as it may be shown; `id` names it without opening it, `note` is for whoever made it."""

    id: str
    product: str
    role: Role
    note: str
    by: str
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class NewInvite:
    """An invitation just made, with its `code`, which is told this once."""

    code: str
    invite: Invite


def new_invite(session: Session, *, product: str, role: Role, note: str = "", by: str, now: datetime) -> NewInvite:
    """Invite somebody to a role; raises Invalid."""
    if role not in STAFF:
        raise Invalid(f"only the staff is invited; name one of {', '.join(sorted(STAFF))}")
    kept = " ".join(clean_text(note).split())
    if len(kept) > MAX_NOTE_CHARS:
        raise Invalid(f"the note has {len(kept)} characters; {MAX_NOTE_CHARS} are the most")
    code = secrets.token_hex(32)
    row = InviteRow(code_hash=_hashed(code), product=product, role=role, note=kept, by=by, created=now)
    row.expires, row.used, row.used_by = now + HOLDS, None, None
    session.add(row)
    session.flush()
    return NewInvite(code, _told(row))


def find_invite(session: Session, code: str, *, now: datetime) -> Invite:
    """An invitation that still holds; raises NotFound, InviteSpent.

    It holds no longer when whoever made it may not invite any more.
    """
    return _told(_holding(session, code, now))


def use_invite(session: Session, code: str, *, person: str, now: datetime) -> Invite:
    """Give a person the role they were invited to, and let nobody else have it; raises NotFound, InviteSpent."""
    row = _holding(session, code, now)
    row.used, row.used_by = now, person
    grant_role(session, person, Role(row.role), product=row.product, by=row.by, now=now)
    session.flush()
    return _told(row)


def pending_invites(session: Session, product: str, *, now: datetime) -> list[Invite]:
    """Invitations to a product that nobody has used yet, the newest first."""
    pending = InviteRow.product == product, InviteRow.used.is_(None), InviteRow.expires > now
    rows = session.scalars(select(InviteRow).where(*pending).order_by(InviteRow.created.desc(), InviteRow.code_hash))
    return [_told(row) for row in rows]


def take_back_invite(session: Session, invite: str, *, product: str, now: datetime) -> None:
    """Make an invitation worthless; raises NotFound."""
    row = session.get(InviteRow, invite)
    if row is None or row.product != product or row.used is not None:
        raise NotFound("there is no such invitation; it may have been used in the meantime")
    row.used = now
    session.flush()


def _holding(session: Session, code: str, now: datetime) -> InviteRow:
    row = session.get(InviteRow, _hashed(code))
    if row is None:
        raise NotFound("this invitation is not known here; check that the link is whole")
    if row.used is not None:
        raise InviteSpent(Spent.USED if row.used_by else Spent.TAKEN_BACK)
    if row.expires <= now:
        raise InviteSpent(Spent.EXPIRED)
    if not may(roles_in(session, row.by, row.product), (Role.ADMIN,)):
        raise InviteSpent(Spent.TAKEN_BACK)
    return row


def _told(row: InviteRow) -> Invite:
    return Invite(row.code_hash, row.product, Role(row.role), row.note, row.by, row.created, row.expires)


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
