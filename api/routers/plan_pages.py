"""Pages for starting well: the questions one by one, and the plan. They need no JavaScript."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.callers import TheHouse, resolve_learner
from api.forms import sent_fields
from api.learner_cookie import check_own_page, keep_key, kept_key
from api.pages import reader_language
from api.pages.plans import plan_texts, told_plan
from api.plan_wire import starter_of, tell_plan
from assistant.interview import MAX_GOAL_CHARS, MAX_WORDS_CHARS, AnswerRefused, Asking, Level, next_question
from assistant.keep_plan import open_interview, plan_in_force
from assistant.start import PLANNED_KINDS, is_finished
from companion.wiring import House
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.ids import PersonId
from knowledge.language import Lang
from knowledge.products import find_product
from learning.enrolments import enrol
from learning.people import new_learner, person_by_key
from learning.tokens import Scope

router = APIRouter(prefix="/p/{slug}", include_in_schema=False)
# More would be no list to tick but the table of contents; own words serve as well.
_MOST_PARTS = 60
_KNOWN = "known:"
_NOT_KEPT = {"Cache-Control": "no-store"}


@router.get("/start")
async def start_page(slug: str, request: Request, house: TheHouse, ask: str = "") -> Response:
    """The next question, or the one asked for; where there is a plan and no interview, the way to both."""
    values = await to_thread.run_sync(_start, house, slug, kept_key(request), reader_language(request))
    if not values["plannable"]:
        return _render(request, "plan_none.html", **values)
    interview = values.pop("interview")
    answers = interview.answers if interview else {}
    if interview is None and values["plan"] is not None and ask not in tuple(Asking):
        return _render(request, "plan_start.html", asking=None, answers={}, typed={}, **values)
    asking = Asking(ask) if ask in tuple(Asking) else next_question(answers) or Asking.GOAL
    before = answers or (values["plan"].answers if values["plan"] else {})
    typed = _typed_of(asking, before, reader_language(request))
    return _question(request, asking, answers, typed, values)


@router.post("/start")
async def answer(slug: str, request: Request, house: TheHouse) -> Response:
    """Keep the answer, or that the question was skipped, and go on; after the last one to the plan."""
    check_own_page(request)
    fields = await sent_fields(request)
    asking = Asking(fields.get("asking", "")) if fields.get("asking", "") in tuple(Asking) else None
    act = fields.get("act", "next")
    if asking is None:
        raise Invalid("this is not what the form sends; open it again")
    key, person = await _learner(request, house, slug, fields)
    try:
        given = {asking.value: None if act == "skip" else _given(asking, fields)}
        finish = act == "finish"
        finished = await to_thread.run_sync(_answered, house, slug, person, given, finish)
    except AnswerRefused as err:
        values = await to_thread.run_sync(_start, house, slug, key, reader_language(request))
        interview = values.pop("interview")
        texts = plan_texts(reader_language(request))
        wrong = texts.get(f"error_{err.code}", str(err))
        page = _question(request, err.ask, interview.answers if interview else {}, fields, values, wrong=wrong)
        keep_key(request, page, slug, key)
        return page
    return _go(request, slug, "plan" if finished else "start", key)


@router.post("/start/learner")
async def adopt(slug: str, request: Request, house: TheHouse) -> Response:
    """Take up the learner whom the assistant on this page knows already; 204, with the cookie."""
    check_own_page(request)
    key = (await sent_fields(request)).get("learner", "")
    await to_thread.run_sync(_person, house, slug, key)
    response = Response(status_code=HTTPStatus.NO_CONTENT, headers=_NOT_KEPT)
    keep_key(request, response, slug, key)
    return response


@router.get("/plan")
async def plan_page(slug: str, request: Request, house: TheHouse) -> Response:
    """The plan against the learner's progress; without one, the questions."""
    return await _plan_page(slug, request, house)


@router.post("/plan")
async def change(slug: str, request: Request, house: TheHouse) -> Response:
    """Mark a lesson as done, or lay the plan out anew."""
    check_own_page(request)
    fields = await sent_fields(request)
    key, person = await _learner(request, house, slug, fields)
    try:
        await to_thread.run_sync(_changed, house, slug, person, fields)
    except AnswerRefused as err:
        return await _plan_page(slug, request, house, typed=fields, wrong=(err.ask, f"error_{err.code}"))
    except Conflict:
        return await _plan_page(slug, request, house, wrong=("", "error_meanwhile"))
    except Invalid:
        return await _plan_page(slug, request, house, typed=fields, wrong=("starts", "error_starts"))
    return _go(request, slug, "plan", key)


async def _plan_page(
    slug: str,
    request: Request,
    house: House,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: tuple[str, str] | None = None,
) -> Response:
    values = await to_thread.run_sync(_plan, house, slug, kept_key(request), reader_language(request))
    if values is None:
        return RedirectResponse(f"/p/{slug}/start", status_code=HTTPStatus.SEE_OTHER)
    status = HTTPStatus.OK if wrong is None else HTTPStatus.UNPROCESSABLE_ENTITY
    told = None if wrong is None else (wrong[0], plan_texts(reader_language(request))[wrong[1]])
    template = "plan_blocks.html" if values["product"].kind == "platform" else "plan.html"
    return _render(request, template, status=status, typed=typed or {}, wrong=told, **values)


def _start(house: House, slug: str, key: str | None, lang: Lang) -> dict[str, Any]:
    with house.database.read() as session:
        product = find_product(session, slug)
        person = _known(session, key)
        plannable = product.kind in PLANNED_KINDS and bool(product.lessons)
        parts = starter_of(house).parts(session, product) if plannable else []
        own = [part for part in parts if part.lang in ("", lang)] or parts
        return {
            "product": product,
            "plannable": plannable,
            "parts": own[:_MOST_PARTS],
            "interview": open_interview(session, person, slug) if person else None,
            "plan": plan_in_force(session, person, slug) if person else None,
            "learner": key if person else None,
        }


def _question(
    request: Request,
    asking: Asking,
    answers: Mapping[str, Any],
    typed: Mapping[str, str],
    values: Mapping[str, Any],
    *,
    wrong: str = "",
) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    most = {"goal": MAX_GOAL_CHARS, "words": MAX_WORDS_CHARS}
    told = {"asking": asking, "questions": list(Asking), "levels": list(Level), "most": most, "wrong": wrong}
    return _render(request, "plan_start.html", status=status, answers=answers, typed=typed, **told, **values)


def _answered(house: House, slug: str, person: PersonId, given: Mapping[str, Any], finish: bool) -> bool:
    """Whether the plan was made."""
    starter = starter_of(house)
    interview = starter.answer(slug, person, given)
    if not finish and not is_finished(interview):
        return False
    starter.plan(slug, person)
    return True


def _plan(house: House, slug: str, key: str | None, lang: Lang) -> dict[str, Any] | None:
    with house.database.read() as session:
        product = find_product(session, slug)
        person = _known(session, key)
        kept = plan_in_force(session, person, slug) if person else None
        asking = bool(person and open_interview(session, person, slug))
    if kept is None:
        return None
    told = told_plan(tell_plan(house, product, kept), plan_texts(lang), today=house.clock().date())
    return {"product": product, "plan": told, "answers": kept.answers, "is_asking": asking, "learner": key}


def _changed(house: House, slug: str, person: PersonId, fields: Mapping[str, str]) -> None:
    starter = starter_of(house)
    if fields.get("done"):
        starter.mark_done(slug, person, fields["done"])
        return
    changes = {asking.value: fields[asking] for asking in (Asking.HOURS, Asking.DEADLINE) if asking in fields}
    starter.plan_again(slug, person, changes=changes, starts=_day(fields.get("starts", "")))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise Invalid("a day is written like 2027-03-31") from None


async def _learner(request: Request, house: House, slug: str, fields: Mapping[str, str]) -> tuple[str, PersonId]:
    """Who sends the form: by the cookie, by the key that the page's script put in, or somebody new."""
    for key in (kept_key(request), fields.get("learner")):
        if key:
            try:
                return key, await to_thread.run_sync(_person, house, slug, key)
            except NotAllowed:
                continue
    request.app.state.attempts.to_begin(request)
    return await to_thread.run_sync(_new, house, slug)


def _new(house: House, slug: str) -> tuple[str, PersonId]:
    with house.database.write() as session:
        product = find_product(session, slug).slug
        made = new_learner(session, now=house.clock())
        enrol(session, made.person, product, now=house.clock())
    return made.key, made.person


def _person(house: House, slug: str, key: str) -> PersonId:
    person = resolve_learner(house, slug, learner=key, authorization=None, scope=Scope.TURNS)
    if person is None:
        raise NotAllowed("this learner key is not known here")
    return person


def _known(session: Any, key: str | None) -> PersonId | None:
    if key is None:
        return None
    try:
        return person_by_key(session, key)
    except NotAllowed:
        return None


def _given(asking: Asking, fields: Mapping[str, str]) -> Any:
    if asking is Asking.EXPERIENCE:
        known = [name.removeprefix(_KNOWN) for name in fields if name.startswith(_KNOWN)]
        return {"level": fields.get("level", ""), "words": fields.get("words", ""), "known": known}
    return fields.get(asking.value, "")


def _typed_of(asking: Asking, answers: Mapping[str, Any], lang: Lang) -> dict[str, str]:
    """What was answered before, as the fields of the form."""
    value = answers.get(asking)
    if asking is Asking.EXPERIENCE:
        told = value or {}
        ticked = {f"{_KNOWN}{name}": "yes" for name in told.get("known", ())}
        return {"level": told.get("level", ""), "words": told.get("words", ""), **ticked}
    if value is None:
        return {asking.value: lang} if asking is Asking.LANG else {}
    return {asking.value: f"{value:g}" if asking is Asking.HOURS else str(value)}


def _go(request: Request, slug: str, page: str, key: str) -> Response:
    response = RedirectResponse(f"/p/{slug}/{page}", status_code=HTTPStatus.SEE_OTHER, headers=_NOT_KEPT)
    keep_key(request, response, slug, key)
    return response


def _render(request: Request, template: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
    c = plan_texts(reader_language(request))
    page: Response = request.app.state.pages.render(request, template, status=status, c=c, **values)
    page.headers.update(_NOT_KEPT)
    return page
