"""Questions that learners handed over to a person: the queue, each card, and what is done with it."""

import logging
from http import HTTPStatus
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.console.rendering import back, show, words
from api.console.staff import Desk, Staff, TheStaff, desk_for
from api.pages import reader_language
from assistant.decide_hand_over import HandOverClosed, answer_hand_over, decline_hand_over, mark_reusable
from assistant.draft_reply import draft_reply
from assistant.hand_over import HandOver, HandOverState, count_hand_overs, decider_name, find_hand_over, names_of, queue
from assistant.phrases import place_name
from assistant.verified import keep_question_vectors
from assistant.verify_reply import HoldsPersonalData, Reuse, TellsSolution, add_verified, phrasings_of
from foundation.errors import CompanionError, Conflict, EncoderUnavailable, Invalid, ModelUnavailable
from knowledge.language import Lang
from knowledge.products import list_products
from learning.roles import STAFF, may

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/console", include_in_schema=False)
StaffDesk = Annotated[Desk, Depends(desk_for())]
_ON_A_PAGE = 100


@router.get("/hand-overs")
async def everywhere(request: Request, staff: TheStaff) -> Response:
    """What waits in every product one may answer for; `?product=` leaves one of them."""
    told = await to_thread.run_sync(_everywhere, staff, request.query_params.get("product", ""))
    return show(request, staff, "hand_overs.html", **told)


@router.get("/p/{slug}/hand-overs")
async def of_product(request: Request, desk: StaffDesk) -> Response:
    """A product's cards in one state, `?state=`; those that wait unless it says otherwise."""
    asked = request.query_params.get("state", "")
    state = HandOverState(asked) if asked in list(HandOverState) else HandOverState.WAITING
    return show(request, desk, "hand_overs.html", **await to_thread.run_sync(_of_product, desk, state))


@router.get("/p/{slug}/hand-overs/{hand_over}")
async def card(hand_over: str, request: Request, desk: StaffDesk) -> Response:
    """One with everything to answer by; `?use=draft` begins with the model's draft."""
    return await _page(request, desk, hand_over, begin_with=request.query_params.get("use", ""))


@router.post("/p/{slug}/hand-overs/{hand_over}/answer")
async def answer(hand_over: str, request: Request, desk: StaffDesk) -> Response:
    """Send the reply, and let it join the answer memory where it is marked reusable."""
    try:
        await to_thread.run_sync(_answer, desk, hand_over)
    except HoldsPersonalData as err:
        return await _page(request, desk, hand_over, remarks=err.remarks)
    except TellsSolution as err:
        told = words(request)["hand_over_tells"].replace("{exercise}", err.exercise)
        return await _page(request, desk, hand_over, trouble=told)
    except (Conflict, Invalid) as err:
        return await _refused(request, desk, hand_over, err)
    return back(desk, "hand-overs", done="hand_over_reusable" if desk.form.get("reusable") else "hand_over_answered")


@router.post("/p/{slug}/hand-overs/{hand_over}/decline")
async def decline(hand_over: str, request: Request, desk: StaffDesk) -> Response:
    """Say that there will be no answer, and why."""
    try:
        await to_thread.run_sync(_decline, desk, hand_over)
    except (Conflict, Invalid) as err:
        return await _refused(request, desk, hand_over, err)
    return back(desk, "hand-overs", done="hand_over_declined")


@router.post("/p/{slug}/hand-overs/{hand_over}/draft")
async def draft(hand_over: str, request: Request, desk: StaffDesk) -> Response:
    """Have the model draft a reply."""
    done = await to_thread.run_sync(_find, desk, hand_over)
    try:
        await draft_reply(desk.house.answerer, done)
    except ModelUnavailable as err:
        _log.warning("draft.unavailable hand_over=%s error=%s", done.id, type(err).__name__)
        return await _page(request, desk, hand_over, trouble=words(request)["hand_over_no_draft"])
    except Invalid:
        return await _page(request, desk, hand_over, trouble=words(request)["hand_over_draft_bad"])
    except Conflict as err:
        return await _refused(request, desk, hand_over, err)
    return back(desk, f"hand-overs/{done.id}")


async def _refused(request: Request, desk: Desk, hand_over: str, error: CompanionError) -> Response:
    """The card again with what was typed; for one that is closed, who was quicker."""
    t = words(request)
    if isinstance(error, HandOverClosed):
        return await _page(request, desk, hand_over, trouble=t["hand_over_closed"], status=HTTPStatus.CONFLICT)
    if isinstance(error, Conflict):
        return await _page(request, desk, hand_over, trouble=t["hand_over_changed"], status=HTTPStatus.CONFLICT)
    return await _page(request, desk, hand_over, trouble=t[_what_is_wrong(desk)])


def _what_is_wrong(desk: Desk) -> str:
    form = desk.form
    if "reason" in form:
        return "hand_over_reason_bad"
    if not form.get("reply", "").strip():
        return "hand_over_reply_empty"
    return "hand_over_reuse_bad" if form.get("reusable") else "hand_over_reply_long"


async def _page(
    request: Request,
    desk: Desk,
    hand_over: str,
    *,
    trouble: str = "",
    remarks: Any = (),
    begin_with: str = "",
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    told = await to_thread.run_sync(_read, desk, hand_over, reader_language(request), begin_with)
    code = status if trouble or remarks else HTTPStatus.OK
    return show(request, desk, "hand_over.html", status=code, trouble=trouble, remarks=remarks, **told)


def _everywhere(staff: Staff, product: str) -> dict[str, Any]:
    with staff.house.database.read() as session:
        products = [each for each in list_products(session) if may(staff.roles_in(each.slug), STAFF)]
        slugs = [each.slug for each in products]
        counts = count_hand_overs(session, slugs)
        shown = [slug for slug in slugs if product in ("", slug)]
        cards = queue(session, shown, state=HandOverState.WAITING)
    waiting = {slug: counts.get((slug, HandOverState.WAITING), 0) for slug in slugs}
    titles = {each.slug: each for each in products}
    rows = [_row(each, now=staff.house.clock(), product=titles[each.product]) for each in cards[:_ON_A_PAGE]]
    return {
        "rows": rows,
        "products": products,
        "waiting": waiting,
        "chosen": product if product in slugs else "",
        "state": HandOverState.WAITING,
        "more": max(0, len(cards) - _ON_A_PAGE),
    }


def _of_product(desk: Desk, state: HandOverState) -> dict[str, Any]:
    with desk.house.database.read() as session:
        counts = count_hand_overs(session, [desk.slug])
        cards = queue(session, [desk.slug], state=state)
        names = names_of(session, cards[:_ON_A_PAGE])
    rows = [_row(each, now=desk.house.clock(), by=names[each.id]) for each in cards[:_ON_A_PAGE]]
    states = [(each, counts.get((desk.slug, each), 0)) for each in HandOverState]
    return {"rows": rows, "states": states, "state": state, "more": max(0, len(cards) - _ON_A_PAGE)}


def _row(card: HandOver, *, now: Any, by: str = "", product: Any = None) -> dict[str, Any]:
    minutes = int((now - card.created).total_seconds() // 60)
    return {"card": card, "product": product, "by": by, "waits": minutes}


def _find(desk: Desk, hand_over: str) -> HandOver:
    with desk.house.database.read() as session:
        return find_hand_over(session, desk.slug, hand_over)


def _read(desk: Desk, hand_over: str, lang: Lang, begin_with: str) -> dict[str, Any]:
    with desk.house.database.read() as session:
        done = find_hand_over(session, desk.slug, hand_over)
        by = decider_name(session, done)
    card = done.card
    drafted = bool(card.get("draft")) and (desk.form.get("from") == "draft" or begin_with == "draft")
    evidence = [{**each, "place": place_name(each["kind"], each["value"], lang)} for each in card.get("evidence", [])]
    where = card.get("where")
    return {
        "done_card": done,
        "card": card,
        "by": by,
        "where": where and {**where, "place": place_name(where["kind"], where["value"], lang)},
        "evidence": evidence,
        "begun_from": "draft" if drafted else "rule",
        "begin": card["draft"] if drafted else done.proposed,
        "typed": desk.form,
        "rests_on": _chosen(desk, done) if desk.form else {each["passage"] for each in evidence if each["cited"]},
        "has_model": desk.house.answerer.chat is not None,
    }


def _chosen(desk: Desk, done: HandOver) -> set[str]:
    """The passages that are ticked in the form."""
    return {each["passage"] for each in done.card.get("evidence", []) if desk.form.get(f"rests-{each['passage']}")}


def _answer(desk: Desk, hand_over: str) -> None:
    house, form, by = desk.house, desk.form, desk.staff.person.id
    reusable = bool(form.get("reusable"))
    if reusable:
        _encode(desk)
    with house.database.write() as session:
        done = answer_hand_over(
            session,
            desk.slug,
            hand_over,
            by=by,
            reply=form.get("reply", ""),
            draft=form.get("from") == "draft",
            now=house.clock(),
        )
        if reusable:
            rests = tuple(sorted(_chosen(desk, done)))
            reuse = Reuse(form.get("question", ""), rests, checked=bool(form.get("checked")))
            add_verified(session, done, reuse, by=by, now=house.clock())
            mark_reusable(session, desk.slug, done.id)


def _encode(desk: Desk) -> None:
    """Before the transaction, which should not wait for it; what fails now is made up for at the next start."""
    try:
        keep_question_vectors(desk.house.database, desk.house.encoder, phrasings_of(desk.form.get("question", "")))
    except EncoderUnavailable as err:
        _log.error("vectors.unavailable error=%s", type(err).__name__)


def _decline(desk: Desk, hand_over: str) -> None:
    with desk.house.database.write() as session:
        reason, by = desk.form.get("reason", ""), desk.staff.person.id
        decline_hand_over(session, desk.slug, hand_over, by=by, reason=reason, now=desk.house.clock())
