"""OpenAI's wire format, so that any chat client can talk to a product: the model's name is the product's slug.

Stateless, as that format is: the last user message with words in it is the question, and the user messages before it
are what it may lean on. Citations are `annotations[].url_citation`. Clients of it render Markdown, so that what is
quoted is sent `inert`.
"""

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from api.callers import WITH_WORDS, Authorization, LearnerField, TheHouse, TheTurns, bearer_of, who_learns
from api.errors import documented, problem_of
from api.inert import InertText
from api.missing import name_missing
from api.streams import STREAM, STREAM_HEADERS, RunningTurn, done_data
from assistant.answer import Question
from assistant.reply import Event, EventName
from companion.wiring import House
from foundation.errors import Invalid, NotFound
from foundation.ids import PersonId
from foundation.text import clean_text
from knowledge.products import list_products
from learning.tokens import Scope, is_token
from prompts.budget import count_tokens

router = APIRouter(prefix="/v1", tags=["openai"])


class TextPart(BaseModel):
    """A text part of a message."""

    type: Literal["text"]
    text: str


class ChatMessage(BaseModel):
    """One message of the conversation."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None


_WORDS: JsonDict = {"type": "string", "pattern": WITH_WORDS}
_TEXT_PART: JsonDict = {"type": "object", "properties": {"text": _WORDS}, "required": ["text"]}
_QUESTION: JsonDict = {
    "type": "object",
    "properties": {
        "role": {"const": "user"},
        "content": {"anyOf": [_WORDS, {"type": "array", "contains": _TEXT_PART}]},
    },
    "required": ["role", "content"],
}


class ChatRequest(BaseModel):
    """A chat completion; fields that steer a model, such as temperature, are accepted and change nothing."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(min_length=1, max_length=200, description="product slug")
    messages: list[ChatMessage] = Field(max_length=1_000, json_schema_extra={"contains": _QUESTION, "minItems": 1})
    stream: bool = False
    position: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="beyond OpenAI's format: id or slug of the furthest lesson the learner has come to",
    )
    learner: LearnerField = None
    user: str | None = Field(None, description="with a host's token as API key: the host's own id of a learner")


class UrlCitation(BaseModel):
    """Where a sentence of the answer comes from; offsets are characters of the content."""

    url: str
    title: str
    start_index: int
    end_index: int


class Annotation(BaseModel):
    """A citation in OpenAI's shape."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


class AnswerMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"]
    content: str
    refusal: None = None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The only choice."""

    index: int
    message: AnswerMessage
    finish_reason: Literal["stop"]
    logprobs: None = None


class Usage(BaseModel):
    """Tokens of the question and the answer, counted as this machine can."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """A finished answer."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage


class ModelReply(BaseModel):
    """A product as a model."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "learning-companion"


class ModelList(BaseModel):
    """All products as models."""

    object: Literal["list"] = "list"
    data: list[ModelReply]


@router.get("/models", response_model=ModelList, responses=documented(403))
async def models(house: TheHouse) -> Any:
    """Products, as models."""
    return {"data": [{"id": slug} for slug in await to_thread.run_sync(_slugs, house)]}


@router.get("/models/{model}", response_model=ModelReply, responses=documented(403, 404))
async def model(model: str, house: TheHouse) -> Any:
    """One product, as a model."""
    if model not in await to_thread.run_sync(_slugs, house):
        raise NotFound("there is no such model here; GET /v1/models lists those there are")
    return {"id": model}


_CHUNK = {"type": "object", "properties": {"data": {"type": "string"}}, "required": ["data"]}
_STREAMED: dict[int | str, dict[str, Any]] = {
    200: {"description": "The answer, or its chunks", "content": {STREAM: {"itemSchema": _CHUNK}}}
}


@router.post(
    "/chat/completions",
    response_model=ChatCompletion,
    responses=_STREAMED | documented(400, 401, 403, 404, 413, 422, 503),
)
async def complete(
    body: ChatRequest, request: Request, house: TheHouse, turns: TheTurns, authorization: Authorization = None
) -> Any:
    """Answer the last user message from the product's content."""
    await request.app.state.check_origin(request, body.model)
    *earlier, asked = _questions(body.messages)
    learner = await _learner(house, body, authorization)
    question = Question(body.model, asked, learner=learner, earlier=tuple(earlier), position=body.position)
    try:
        turn = await turns.start(question)
    except NotFound as err:
        raise await to_thread.run_sync(
            partial(name_missing, house, err, product=body.model, lessons=[body.position])
        ) from err
    base = request.app.state.base_url(request)
    if body.stream:
        return StreamingResponse(_chunks(turn, body.model, base), media_type=STREAM, headers=STREAM_HEADERS)
    await turn.ended()
    done = done_data(turn)
    content = InertText().feed(done["text"])
    message = {"role": "assistant", "content": content, "annotations": _annotations(turn.events, base)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    head = {"id": f"chatcmpl-{turn.id}", "object": "chat.completion", "created": int(time.time()), "model": body.model}
    return {**head, "choices": [choice], "usage": _usage(body, content)}


async def _learner(house: House, body: ChatRequest, authorization: str | None) -> PersonId | None:
    """Clients of this format send some key or other always; one that is no token of ours proves nothing, nor `user`."""
    ours = is_token(bearer_of(authorization) or "")
    return await who_learns(
        house,
        body.model,
        learner=body.learner or (body.user if ours else None) or None,
        authorization=authorization if ours else None,
        scope=Scope.TURNS,
    )


async def _chunks(turn: RunningTurn, model: str, base: str) -> AsyncIterator[str]:
    head = {"id": f"chatcmpl-{turn.id}", "object": "chat.completion.chunk", "created": int(time.time()), "model": model}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return f"data: {_json({**head, 'choices': [choice]})}\n\n"

    inert = InertText()
    yield chunk({"role": "assistant", "content": ""})
    async with aclosing(turn.follow(after=-1)) as events:
        async for numbered in events:
            if numbered is None:
                yield ": still here\n\n"
            elif numbered[1].name is EventName.DELTA:
                yield chunk({"content": inert.feed(numbered[1].data["text"])})
            elif numbered[1].name is EventName.DONE:
                yield chunk({"annotations": _annotations(turn.events, base)})
                yield chunk({}, "stop")
            elif numbered[1].name is EventName.ERROR:
                problem = problem_of(turn.failure or Exception())
                yield f"data: {_json({'error': {'message': problem.detail, 'type': problem.title}})}\n\n"
    yield "data: [DONE]\n\n"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _slugs(house: House) -> list[str]:
    with house.database.read() as session:
        return [product.slug for product in list_products(session)]


def _questions(messages: list[ChatMessage]) -> list[str]:
    """What the user said, oldest first; the last is the question."""
    said = [clean_text(_text_of(message)).strip() for message in messages if message.role == "user"]
    asked = [words for words in said if words]
    if not asked:
        raise Invalid("there is no user message to answer")
    return asked


def _text_of(message: ChatMessage) -> str:
    content = message.content or ""
    return content if isinstance(content, str) else "\n".join(part.text for part in content)


def _annotations(events: Sequence[Event], base: str) -> list[dict[str, Any]]:
    """A citation is told right behind the text that ends with its mark; the same characters further up may be code."""
    found, text, inert = [], "", InertText()
    for event in events:
        if event.name is EventName.DELTA:
            text += inert.feed(event.data["text"])
        elif event.name is EventName.CITATION:
            mark = f"[{event.data['number']}]"
            start = text.rindex(mark)
            url = event.data["locator"]["url"]
            place = {"url": f"{base}{url}" if url.startswith("/") else url, "title": event.data["title"]}
            span = {"start_index": start, "end_index": start + len(mark)}
            found.append({"type": "url_citation", "url_citation": {**place, **span}})
    return found


def _usage(body: ChatRequest, text: str) -> dict[str, int]:
    asked = count_tokens(_questions(body.messages)[-1], model="gpt-4o").tokens
    told = count_tokens(text, model="gpt-4o").tokens
    return {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}
