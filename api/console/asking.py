"""Asking a product's assistant as staff: it tells whoever has a role what it keeps from others, who waits and so on."""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.callers import TheTurns
from api.console.rendering import show, words
from api.console.staff import Desk, desk_for
from api.pages import reader_language
from api.streams import done_data
from assistant.answer import Question
from assistant.conversations import question_of, read_turn
from assistant.reply import EventName
from foundation.errors import Invalid, NotFound

router = APIRouter(prefix="/console/p/{slug}/ask", include_in_schema=False)
AnyStaff = Annotated[Desk, Depends(desk_for())]


@router.get("")
async def ask(request: Request, desk: AnyStaff) -> Response:
    """The form, and below it the answer that `?turn=` of `?conversation=` names."""
    asked = {name: request.query_params.get(name, "") for name in ("turn", "conversation")}
    told = await to_thread.run_sync(_read, desk, asked["turn"], asked["conversation"]) if asked["turn"] else {}
    return show(request, desk, "ask.html", conversation=asked["conversation"], trouble="", text="", **told)


@router.post("")
async def send(request: Request, desk: AnyStaff, turns: TheTurns) -> Response:
    """Ask, and lead to the answer, which can be opened again without being asked again."""
    text, conversation = desk.form.get("text", ""), desk.form.get("conversation", "")
    question = Question(
        desk.slug,
        text,
        conversation or None,
        locale=reader_language(request),
        learner=desk.staff.person.id,
    )
    try:
        turn = await turns.start(question)
    except (Invalid, NotFound):
        trouble = words(request)["ask_trouble"]
        return show(
            request,
            desk,
            "ask.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            conversation="",
            trouble=trouble,
            text=text,
        )
    await turn.ended()
    done = done_data(turn)
    named = urlencode({"turn": done["turn"], "conversation": done["conversation"]})
    return RedirectResponse(
        f"{desk.path}/ask?{named}", status_code=HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"}
    )


def _read(desk: Desk, turn: str, conversation: str) -> dict[str, Any]:
    """A kept turn; NotFound unless it is this product's."""
    with desk.house.database.read() as session:
        events = read_turn(session, desk.slug, turn, conversation=conversation)
        asked = question_of(session, turn) or ""
    reply = next(event.data for event in reversed(events) if event.name is EventName.DONE)
    return {"reply": reply, "asked": asked, "paragraphs": reply["text"].split("\n\n")}
