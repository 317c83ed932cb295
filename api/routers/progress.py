"""How far a learner is, computed from events."""

from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.callers import Authorization, Slug, TheHouse, bearer_of, check_host, product_of
from api.errors import documented
from companion.wiring import House
from foundation.errors import NotAllowed, NotFound, NotProven
from foundation.ids import PersonId
from knowledge.lessons import live_lessons
from learning.enrolments import is_enrolled
from learning.people import MAX_LEARNER_CHARS, known_by_host_id, person_by_key
from learning.progress import LessonProgress, LessonState, Result, read_progress
from learning.tokens import Scope

router = APIRouter(prefix="/v1/products/{slug}/progress", tags=["events"])
_KEY = "l-"
LearnerQuery = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=MAX_LEARNER_CHARS,
        description="who learns: with a host's token the host's own id, else the learner's key; a browser does better "
        "to send the key as `Authorization: Bearer l-…`, which no log of addresses keeps",
    ),
]


class BlockReply(BaseModel):
    """How an exercise went; `block` is null for tries that named none."""

    block: str | None
    attempts: int
    failures_in_row: int
    last: Result | None
    passed: bool


class LessonProgressReply(BaseModel):
    """How far one lesson is, and when it was opened and completed first."""

    lesson: str
    title: str
    state: LessonState
    opened: datetime | None
    completed: datetime | None
    blocks: list[BlockReply]


class ProgressReply(BaseModel):
    """How far a learner is; `current` is the lesson to go on with, null before the first and after the last one."""

    completed: int
    share_completed: float = Field(ge=0, le=1)
    current: str | None
    lessons: list[LessonProgressReply]


@router.get("", response_model=ProgressReply, responses=documented(401, 403, 404, 422, 503))
async def progress(
    slug: Slug, house: TheHouse, learner: LearnerQuery = None, authorization: Authorization = None
) -> Any:
    """How far a learner is: for their own key, or for a host's token (scope read)."""
    return await to_thread.run_sync(_progress, house, slug, learner, authorization)


def known_learner(house: House, slug: str, *, learner: str | None, authorization: str | None) -> PersonId:
    """The learner a request reads of, who must be known and enrolled: reading makes nobody.

    Raises NotProven, NotAllowed, NotFound, ProductNotFound.
    """
    bearer = bearer_of(authorization)
    if bearer is not None and bearer.startswith(_KEY):
        learner, authorization = bearer, None
    token = check_host(house, slug, authorization=authorization, scope=Scope.READ)
    with house.database.read() as session:
        product = product_of(session, slug)
        if learner is None:
            raise NotProven("nothing says whom to read of; send a learner's own key, or a host's token and its learner")
        person = known_by_host_id(session, token.host, learner) if token else person_by_key(session, learner)
        if person is not None and is_enrolled(session, person, product):
            return person
    if token is None:
        raise NotAllowed("this learner is not enrolled here")
    raise NotFound("this host has not spoken of such a learner in this product")


def _progress(house: House, slug: str, learner: str | None, authorization: str | None) -> dict[str, Any]:
    person = known_learner(house, slug, learner=learner, authorization=authorization)
    with house.database.read() as session:
        titles = {head.slug: head.title for head in live_lessons(session, slug)}
        found = read_progress(session, slug, person)
    return {
        "completed": found.completed,
        "share_completed": round(found.share_completed, 4),
        "current": found.current,
        "lessons": [_told(lesson, titles[lesson.lesson]) for lesson in found.lessons],
    }


def _told(lesson: LessonProgress, title: str) -> dict[str, Any]:
    names = "lesson", "state", "opened", "completed", "blocks"
    return {"title": title, **{name: getattr(lesson, name) for name in names}}
