"""From approved proposals to a release that learners see, and back.

A draft is made of what is live and of the approved changes; publishing it and rolling it back is that of any release
(`knowledge.put_live`), and the proposals follow in the same transaction. Nothing that a rule or a model wrote goes
live without the name of an author who approved it, and that of one who published it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.decide import DECIDERS
from feedback.proposal import Proposal, ProposalState
from feedback.proposals import as_proposal, find_proposal, keep_event, row_of
from feedback.tables import ProposalRow
from feedback.watch import watch_release
from foundation.clock import Clock
from foundation.database import Database
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.ids import PersonId, ProductSlug, RevisionId
from knowledge.edit_states import list_edits
from knowledge.edits import EditState
from knowledge.encoder import Encoder
from knowledge.put_live import Publisher, PutLive, Said
from knowledge.releases import Release, discard_draft, find_draft
from knowledge.revise import EditedDraft, NewEdit, keep_edited_draft
from knowledge.vectors import Progress
from learning.people import find_person
from learning.roles import may, roles_in

_FOLLOWS = {
    EditState.LIVE: ProposalState.RELEASED,
    EditState.ABSORBED: ProposalState.RELEASED,
    EditState.CONFLICT: ProposalState.RELEASED,
    EditState.TAKEN_BACK: ProposalState.ROLLED_BACK,
}


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft release, the proposals in it, and how many texts were encoded for it."""

    release: Release
    proposals: tuple[str, ...]
    texts: int


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def draft_release(
    database: Database,
    encoder: Encoder,
    product: ProductSlug,
    proposals: Sequence[str],
    *,
    by: PersonId,
    clock: Clock,
    workers: int = 1,
    progress: Progress = _quiet,
    reveal: bool = False,
) -> Drafted:
    """Put approved proposals into one draft release; nothing that is live changes.

    Raises NotFound, NotAllowed, Conflict for one that is not approved or in a draft already, StaleBase where a section
    was changed since, and as `keep_edited_draft`.
    """
    names = tuple(dict.fromkeys(proposals))
    with database.read() as session:
        check_author(session, product, by)
        chosen = [_approved(session, product, name) for name in names]
    edits = [
        NewEdit(each.place.lesson or "", RevisionId(each.base), each.changes, each.decided_by or "") for each in chosen
    ]

    def link(session: Session, draft: EditedDraft) -> None:
        for each, edit in zip(chosen, draft.edits, strict=True):
            row = row_of(session, product, each.id)
            if row.version != each.version:
                raise Conflict(f"proposal {each.id} was changed at the same moment; look again")
            row.edit, row.release = edit, draft.release.number
            _note(session, row, "drafted", by=by, now=clock())

    kept = keep_edited_draft(
        database, encoder, product, edits, clock=clock, workers=workers, progress=progress, reveal=reveal, also=link
    )
    return Drafted(kept.release, names, kept.texts)


def publish_release(
    publisher: Publisher, product: ProductSlug, number: int | None, *, by: PersonId | None, said: Said
) -> PutLive:
    """Make a draft live, the only one unless it is named; its proposals are released, and watched from now on.

    Raises as `Publisher.publish`, NotAllowed where the draft has approved changes in it and `by` is no author.
    """
    with publisher.database.read() as session:
        draft = find_draft(session, product, number)
        if by is not None or list_edits(session, product, release=draft.number):
            said = replace(said, who=_name(session, product, by))
    return _following(publisher, by).publish(product, draft.number, said)


def roll_back_release(
    publisher: Publisher,
    product: ProductSlug,
    number: int | None,
    *,
    by: PersonId | None,
    said: Said,
    reveal: bool = False,
) -> PutLive:
    """Make an earlier release live again, the one before unless it is named; proposals it did not show are taken back.

    Raises as `Publisher.roll_back`, NotAllowed where `by` is no author.
    """
    if by is not None:
        with publisher.database.read() as session:
            said = replace(said, who=_name(session, product, by))
    return _following(publisher, by).roll_back(product, number, said, reveal=reveal)


def discard_release(
    session: Session, product: ProductSlug, number: int, *, by: PersonId | None, now: datetime
) -> Release:
    """Give a draft up; its proposals are approved still, for another one. Raises NotFound, Conflict, NotAllowed."""
    if by is not None:
        check_author(session, product, by)
    discarded = discard_draft(session, product, number)
    follow_edits(session, product, by=by, now=now)
    return discarded


def follow_edits(session: Session, product: ProductSlug, *, by: PersonId | None, now: datetime) -> list[Proposal]:
    """Bring proposals to where their edits are; gives those that are shown to learners now and were not before."""
    states = {edit.id: edit.state for edit in list_edits(session, product)}
    mine = select(ProposalRow).where(ProposalRow.product == product, ProposalRow.edit.is_not(None))
    shown = []
    for row in session.scalars(mine.order_by(ProposalRow.id)).all():
        edit = states.get(row.edit or "")
        if edit is None:
            row.edit, row.release = None, None
            _note(session, row, "undrafted", by=by, now=now)
        elif edit in _FOLLOWS and row.state != _FOLLOWS[edit]:
            row.state = _FOLLOWS[edit]
            _note(session, row, row.state, by=by, now=now)
            shown += [as_proposal(row)] if row.state == ProposalState.RELEASED else []
    return shown


def check_author(session: Session, product: str, by: PersonId) -> None:
    """Raises NotAllowed for somebody whose name may not stand on a change of a lesson."""
    if not may(roles_in(session, by, product), DECIDERS):
        raise NotAllowed(f"only an author of {product} may release changes of its lessons")


def _approved(session: Session, product: str, name: str) -> Proposal:
    found = find_proposal(session, product, name)
    if found.state is not ProposalState.APPROVED or found.decided_by is None:
        raise Conflict(f"proposal {name} is {found.state}; only what an author has approved goes into a draft")
    if found.edit is not None:
        raise Conflict(f"proposal {name} is in draft {found.release} already; publish that one, or discard it")
    if found.place.lesson is None:
        raise Invalid(f"proposal {name} is about no lesson, so that nothing of it can be released")
    return found


def _name(session: Session, product: str, by: PersonId | None) -> str:
    if by is None:
        raise NotAllowed(f"this release of {product} has approved changes in it: an author has to publish it, by name")
    check_author(session, product, by)
    return find_person(session, by).name or by


def _following(publisher: Publisher, by: PersonId | None) -> Publisher:
    def follow(session: Session, release: Release, now: datetime) -> None:
        shown = follow_edits(session, release.product, by=by, now=now)
        fresh = [proposal for proposal in shown if proposal.release == release.number]
        if fresh:
            watch_release(session, release.product, release.number, fresh, now=now)

    return replace(publisher, also=follow)


def _note(session: Session, row: ProposalRow, what: str, *, by: PersonId | None, now: datetime) -> None:
    row.version, row.updated = row.version + 1, now
    keep_event(session, row.id, what, who=by or "", at=now, detail={"version": row.version, "release": row.release})
