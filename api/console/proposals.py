"""Proposed changes of lessons: what would change and why, side by side, and an author's decision.

Whoever decides sends the version they looked at. Of two who decide at once the second is shown what the first did, with
what they had typed; a lesson that changed since is shown three ways, and the change is made again on what stands there.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.lesson_preview import shown_lesson
from api.console.proposal_page import place_of, read_proposal, reason_of, redrafted
from api.console.rendering import back, show, words
from api.console.staff import Desk, desk_for
from api.console.themes import headings_of
from api.pages import reader_language
from companion.model_drafts import draft_proposal
from companion.proposal_desk import preview_proposal
from feedback.decide import DECIDERS, DecidedBefore, approve, edit, postpone, reject, reopen
from feedback.figures import figures_of
from feedback.proposal import Proposal, ProposalState
from feedback.proposals import count_proposals, list_proposals
from foundation.errors import Conflict, Invalid, ModelUnavailable
from foundation.ids import ProductSlug
from knowledge.language import Lang
from knowledge.products import find_product
from knowledge.three_way import StaleBase
from learning.roles import Role, may

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/console/p/{slug}/proposals", include_in_schema=False)
ReadersDesk = Annotated[Desk, Depends(desk_for(Role.AUTHOR, Role.CURATOR, Role.TEAM))]
AuthorsDesk = Annotated[Desk, Depends(desk_for(*DECIDERS))]
_Decide = Callable[..., Proposal]


@router.get("")
async def proposals(request: Request, desk: ReadersDesk) -> Response:
    """Those in one state, `?state=`, what matters most first; those that wait unless it says otherwise."""
    asked = request.query_params.get("state", "")
    state = ProposalState(asked) if asked in list(ProposalState) else ProposalState.OPEN
    told = await to_thread.run_sync(_read_all, desk, state, reader_language(request))
    return show(request, desk, "proposals.html", state=state, **told)


@router.get("/{proposal}")
async def proposal(proposal: str, request: Request, desk: ReadersDesk) -> Response:
    """One with everything to decide by."""
    return await _page(request, desk, proposal)


@router.get("/{proposal}/preview")
async def preview(proposal: str, request: Request, desk: ReadersDesk) -> Response:
    """The whole lesson as learners would see it, what is new marked."""
    values = await to_thread.run_sync(_preview, desk, proposal, reader_language(request))
    return show(request, desk, "lesson_preview.html", proposal=proposal, **values)


@router.post("/{proposal}/approve")
async def let_go(proposal: str, request: Request, desk: AuthorsDesk) -> Response:
    """It goes into the next release."""
    return await _decide(request, desk, proposal, partial(approve, note=desk.form.get("note", "")))


@router.post("/{proposal}/edit")
async def change(proposal: str, request: Request, desk: AuthorsDesk) -> Response:
    """The author's own words in place of what was proposed, on the lesson as it reads now."""

    def edited(session: Session, *named: str, **more: Any) -> Proposal:
        base, changes = redrafted(session, desk.slug, proposal, desk.form)
        return edit(session, *named, changes=changes, base=base, **more)

    return await _decide(request, desk, proposal, edited)


@router.post("/{proposal}/reject")
async def say_no(proposal: str, request: Request, desk: AuthorsDesk) -> Response:
    """It is not made, for a reason."""
    return await _decide(request, desk, proposal, partial(reject, reason=desk.form.get("reason", "")))


@router.post("/{proposal}/postpone")
async def put_off(proposal: str, request: Request, desk: AuthorsDesk) -> Response:
    """It comes again on a day."""
    return await _decide(request, desk, proposal, partial(postpone, until=_day(desk.form.get("until", ""))))


@router.post("/{proposal}/reopen")
async def open_again(proposal: str, request: Request, desk: AuthorsDesk) -> Response:
    """The decision is taken back."""
    return await _decide(request, desk, proposal, reopen)


@router.post("/{proposal}/draft")
async def draft(proposal: str, request: Request, desk: AuthorsDesk) -> Response:
    """Have the model draft the change; it waits for a decision like any other."""
    try:
        await draft_proposal(desk.house, desk.slug, proposal, by=desk.staff.person.id)
    except ModelUnavailable as err:
        _log.warning("proposal.no_draft proposal=%s error=%s", proposal, type(err).__name__)
        return await _page(request, desk, proposal, trouble=words(request)["proposal_no_draft"])
    except (Conflict, Invalid) as err:
        return await _refused(request, desk, proposal, err)
    return back(desk, f"proposals/{proposal}", done="proposal_drafted")


async def _decide(request: Request, desk: Desk, proposal: str, decide: _Decide) -> Response:
    try:
        decided = await to_thread.run_sync(_write, desk, proposal, decide)
    except (Conflict, Invalid) as err:
        return await _refused(request, desk, proposal, err)
    done = "proposal_edited" if decided.state is ProposalState.OPEN else f"proposal_{decided.state}"
    return back(desk, f"proposals/{proposal}", done=done)


async def _refused(request: Request, desk: Desk, proposal: str, error: Conflict | Invalid) -> Response:
    """The page again, with what was typed and why it was not kept."""
    t = words(request)
    if isinstance(error, Invalid):
        action = request.url.path.rpartition("/")[2]
        return await _page(request, desk, proposal, trouble=t[f"proposal_{action}_bad"])
    trouble = t["proposal_is_stale"] if isinstance(error, StaleBase) else t["proposal_conflict"]
    if isinstance(error, DecidedBefore):
        by, state = error.by or t["proposal_by_itself"], t[f"proposal_state_{error.state}"]
        trouble = t["proposal_decided_before"].format(by=by, state=state)
    return await _page(request, desk, proposal, trouble=trouble, status=HTTPStatus.CONFLICT)


async def _page(
    request: Request, desk: Desk, proposal: str, *, trouble: str = "", status: int = HTTPStatus.UNPROCESSABLE_ENTITY
) -> Response:
    told = await to_thread.run_sync(partial(read_proposal, desk, proposal, lang=reader_language(request)))
    code = status if trouble else HTTPStatus.OK
    told |= {"decides": may(desk.roles, DECIDERS), "has_model": desk.house.answerer.chat is not None}
    return show(request, desk, "proposal.html", status=code, trouble=trouble, typed=desk.form, **told)


def _read_all(desk: Desk, state: ProposalState, lang: Lang) -> dict[str, Any]:
    with desk.house.database.read() as session:
        counts = count_proposals(session, desk.slug)
        found = list_proposals(session, desk.slug, states={state})
        names = headings_of(session, desk.slug, [each.place.lesson for each in found if each.place.lesson])
        figures = figures_of(session, desk.slug, now=desk.house.clock())
    rows = [
        {"proposal": each, "reason": reason_of(each, figures, lang), "place": place_of(each, names)} for each in found
    ]
    return {"rows": rows, "states": [(each, counts[each]) for each in ProposalState]}


def _preview(desk: Desk, proposal: str, lang: Lang) -> dict[str, Any]:
    found = preview_proposal(desk.house, desk.slug, proposal)
    blocks = tuple(
        replace(block, html=f'<div class="fresh">{block.html}</div>') if number in found.new else block
        for number, block in enumerate(found.page.blocks)
    )
    with desk.house.database.read() as session:
        product = find_product(session, ProductSlug(desk.slug))
    return shown_lesson(replace(found.page, blocks=blocks), product, lang)


def _write(desk: Desk, proposal: str, decide: _Decide) -> Proposal:
    typed = desk.form.get("version", "")
    version = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else -1
    with desk.house.database.write() as session:
        return decide(session, desk.slug, proposal, by=desk.staff.person.id, version=version, now=desk.house.clock())


def _day(typed: str) -> datetime:
    """The beginning of a day; the distant past, which nothing can be put off to, for what is none."""
    try:
        return datetime.strptime(typed.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
