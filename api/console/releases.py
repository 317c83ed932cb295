"""Releases: approved changes go out together, with a line for learners, and are taken back in one step."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.console.proposal_page import place_of
from api.console.rendering import back, show, words
from api.console.staff import Desk, desk_for
from api.console.themes import headings_of
from api.pages import page_texts, reader_language
from api.pages.changes import tell_entries
from assistant.impact import Effect, Impact
from companion.impact import impact_of
from companion.proposal_desk import discard, draft, publish, roll_back
from feedback.decide import DECIDERS
from feedback.proposal import Proposal, ProposalState
from feedback.proposals import list_proposals
from feedback.release_note import release_note
from foundation.errors import Conflict, Invalid
from foundation.ids import ProductSlug
from foundation.text import clean_text
from knowledge.changelog import Entry, changes_of
from knowledge.products import find_product
from knowledge.releases import Release, ReleaseState, find_release, list_releases, live_release
from knowledge.sight import evened
from knowledge.three_way import StaleBase
from learning.roles import Role, may

router = APIRouter(prefix="/console/p/{slug}/releases", include_in_schema=False)
ReadersDesk = Annotated[Desk, Depends(desk_for(Role.AUTHOR, Role.CURATOR, Role.TEAM))]
AuthorsDesk = Annotated[Desk, Depends(desk_for(*DECIDERS))]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
_ON_A_PAGE = 30
_NOTE_CHARS = 1_000
_ASKED = 30
"""So many past questions are asked of a draft: somebody waits for it."""


@router.get("")
async def releases(request: Request, desk: ReadersDesk) -> Response:
    """What waits to be released, the drafts, and what was released."""
    return await _list(request, desk)


@router.post("/draft")
async def make_draft(request: Request, desk: AuthorsDesk) -> Response:
    """Put the proposals that are ticked into one draft."""
    chosen = [name.removeprefix("take-") for name in desk.form if name.startswith("take-")]
    try:
        drafted = await to_thread.run_sync(
            partial(draft, desk.house, desk.slug, chosen, by=desk.staff.person.id, reveal=bool(desk.form.get("reveal")))
        )
    except (Conflict, Invalid) as err:
        return await _list(request, desk, trouble=_what_is_wrong(request, err), status=_status(err))
    return back(desk, f"releases/{drafted.release.number}", done="release_drafted")


@router.get("/{number}")
async def release(number: Number, request: Request, desk: ReadersDesk) -> Response:
    """One with what learners read about it; `?impact=1` asks past questions of a draft."""
    return await _one(request, desk, number, with_impact=request.query_params.get("impact") == "1")


@router.post("/{number}/publish")
async def put_out(number: Number, request: Request, desk: AuthorsDesk) -> Response:
    """Let learners see a draft."""

    def going() -> str:
        live = publish(desk.house, desk.slug, number, by=desk.staff.person.id, note=_note(desk))
        return f"releases/{live.release.number}"

    return await _do(request, desk, number, going, done="release_published")


@router.post("/{number}/discard")
async def give_up(number: Number, request: Request, desk: AuthorsDesk) -> Response:
    """Give a draft up."""

    def going() -> str:
        discard(desk.house, desk.slug, number, by=desk.staff.person.id)
        return "releases"

    return await _do(request, desk, number, going, done="release_discarded")


@router.post("/{number}/bring-back")
async def bring_back(number: Number, request: Request, desk: AuthorsDesk) -> Response:
    """Have learners see an earlier release again."""

    def going() -> str:
        by, reveal = desk.staff.person.id, bool(desk.form.get("reveal"))
        live = roll_back(desk.house, desk.slug, number, by=by, note=_note(desk), reveal=reveal)
        return f"releases/{live.release.number}"

    return await _do(request, desk, number, going, done="release_rolled_back")


async def _do(request: Request, desk: Desk, number: int, act: Callable[[], str], *, done: str) -> Response:
    try:
        where = await to_thread.run_sync(act)
    except (Conflict, Invalid) as err:
        trouble = _what_is_wrong(request, err)
        return await _one(request, desk, number, trouble=trouble, status=_status(err))
    return back(desk, where, done=done)


async def _list(request: Request, desk: Desk, *, trouble: str = "", status: int = HTTPStatus.OK) -> Response:
    told = await to_thread.run_sync(_read_all, desk)
    decides = may(desk.roles, DECIDERS)
    return show(request, desk, "releases.html", status=status, trouble=trouble, decides=decides, **told)


async def _one(
    request: Request,
    desk: Desk,
    number: int,
    *,
    trouble: str = "",
    status: int = HTTPStatus.OK,
    with_impact: bool = False,
) -> Response:
    told = await to_thread.run_sync(_read_one, desk, number)
    measured = None
    if with_impact and told["release"].state is ReleaseState.DRAFT and not told["stale"]:
        measured = await to_thread.run_sync(_measure, desk, told["release"])
    texts = page_texts(reader_language(request))
    decides = may(desk.roles, DECIDERS)
    values = {"impact": measured, "reading": texts, "decides": decides, "typed": desk.form, **told}
    return show(request, desk, "release.html", status=status, trouble=trouble, **values)


def _read_all(desk: Desk) -> dict[str, Any]:
    with desk.house.database.read() as session:
        approved = list_proposals(session, desk.slug, states={ProposalState.APPROVED})
        waiting = _placed(session, desk, [each for each in approved if each.edit is None])
        every = list_releases(session, desk.slug)
        live = live_release(session, desk.slug)
    shown = [each for each in every if each.state is not ReleaseState.DISCARDED]
    return {
        "waiting": waiting,
        "drafts": [each for each in shown if each.state is ReleaseState.DRAFT],
        "published": [each for each in shown if each.state is ReleaseState.PUBLISHED][:_ON_A_PAGE],
        "live": live.number if live else None,
    }


def _read_one(desk: Desk, number: int) -> dict[str, Any]:
    with desk.house.database.read() as session:
        found, live = find_release(session, desk.slug, number), live_release(session, desk.slug)
        product = find_product(session, ProductSlug(desk.slug))
        entry = Entry(found, changes_of(session, found, now=desk.house.clock()))
        [told] = tell_entries(session, product, [entry])
        mine = [each for each in list_proposals(session, desk.slug) if each.release == number]
        proposals = _placed(session, desk, mine)
        note = release_note(session, desk.slug, mine, lang="ru" if product.lang == "ru" else "en")
        before = _before(session, live) if live is not None and live.number == number else None
    is_live = live is not None and live.number == number
    return {
        "before": before,
        "release": found,
        "changes": told,
        "proposals": proposals,
        "note": note,
        "is_live": is_live,
        "stale": found.state is ReleaseState.DRAFT and found.base != (live.number if live else None),
        "can_come_back": found.state is ReleaseState.PUBLISHED and not is_live,
    }


def _before(session: Session, live: Release) -> int | None:
    """The release to go back to: of one that was brought back, the one before that."""
    while live.restores is not None:
        live = find_release(session, live.product, live.restores)
    return live.base


def _placed(session: Session, desk: Desk, proposals: list[Proposal]) -> list[dict[str, Any]]:
    names = headings_of(session, desk.slug, [each.place.lesson for each in proposals if each.place.lesson])
    return [{"proposal": each, "place": place_of(each, names)} for each in proposals]


def _measure(desk: Desk, draft: Release) -> dict[str, Any]:
    """What a draft does to past questions, told by numbers and places: their words are the learners' own."""
    measured: Impact = impact_of(desk.house, draft, limit=_ASKED, progress=lambda _done, _total: None)
    places = Counter(
        (each.effect, cited.title)
        for each in measured.questions
        if each.effect is not Effect.STAYS
        for cited in (each.draft.cited or each.live.cited)[:1]
    )
    return {
        "n": measured.n,
        "left_out": measured.left_out,
        "counts": [(effect, measured.counts[effect]) for effect in Effect],
        "places": [(effect, title, count) for (effect, title), count in places.most_common()],
    }


def _note(desk: Desk) -> str:
    """The line for learners, on one line; raises Invalid for one that is none."""
    note = evened(clean_text(desk.form.get("note", "")))
    if len(note) > _NOTE_CHARS:
        raise Invalid(f"the line for learners has {len(note)} characters; {_NOTE_CHARS} are the most")
    return note


def _status(err: Exception) -> int:
    return HTTPStatus.CONFLICT if isinstance(err, Conflict) else HTTPStatus.UNPROCESSABLE_ENTITY


def _what_is_wrong(request: Request, err: Exception) -> str:
    t = words(request)
    if isinstance(err, StaleBase):
        return t["release_stale_base"].format(lesson=err.lesson)
    return t["release_conflict"] if isinstance(err, Conflict) else t["release_nothing"]
