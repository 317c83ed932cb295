"""What handlers ask for: the house, the running turns, ids in the shape they must have, and who asks."""

from functools import partial
from typing import Annotated, cast

from anyio import to_thread
from fastapi import Depends, Header, Path, Request
from pydantic import Field
from sqlalchemy.orm import Session

from api.errors import ProductNotFound
from api.streams import RunningTurns
from companion.wiring import House
from foundation.errors import NotAllowed, NotFound
from foundation.ids import ID_PATTERN, PersonId, ProductSlug
from knowledge.products import find_product
from learning.enrolments import enrol, is_enrolled
from learning.people import MAX_LEARNER_CHARS, known_by_host_id, person_by_host_id, person_by_key
from learning.tokens import Scope, Token, check_token

# For the schema alone: what is left empty by `clean_text` is refused further in, in words a person understands.
WITH_WORDS = r"[^\s\x00-\x1f\x85\ufeff\ufffe\uffff]"

Slug = Annotated[str, Path(pattern=ID_PATTERN, description="product slug", examples=["ab-tests-en"])]
TurnPath = Annotated[str, Path(pattern=ID_PATTERN, description="turn id")]
LearnerField = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=MAX_LEARNER_CHARS,
        description="who learns: the key a browser was given for them, or with a host's token the host's own id",
    ),
]
# Not in the schema: OpenAPI has no place for a header of this name, and most callers send none.
Authorization = Annotated[str | None, Header(alias="Authorization", include_in_schema=False)]


def _house(request: Request) -> House:
    return cast(House, request.app.state.house)


def _turns(request: Request) -> RunningTurns:
    return cast(RunningTurns, request.app.state.turns)


def _wants_stream(accept: Annotated[str | None, Header()] = None) -> bool:
    return "text/event-stream" in (accept or "").lower()


TheHouse = Annotated[House, Depends(_house)]
TheTurns = Annotated[RunningTurns, Depends(_turns)]
WantsStream = Annotated[bool, Depends(_wants_stream)]


async def who_learns(
    house: House, slug: str, *, learner: str | None, authorization: str | None, scope: Scope
) -> PersonId | None:
    """`resolve_learner` off the event loop; nothing is looked up for who says nothing about themselves."""
    if learner is None and bearer_of(authorization) is None:
        return None
    asked = partial(resolve_learner, house, slug, learner=learner, authorization=authorization, scope=scope)
    return await to_thread.run_sync(asked)


def resolve_learner(
    house: House, slug: str, *, learner: str | None, authorization: str | None, scope: Scope
) -> PersonId | None:
    """The learner a request speaks of, None when it names nobody.

    `learner` is the key their browser keeps; beside a host's token it is the host's own id, whose person is made and
    enrolled when it is seen first. Raises NotProven, NotAllowed, ProductNotFound, Invalid.
    """
    token = check_host(house, slug, authorization=authorization, scope=scope)
    if learner is None:
        return None
    with house.database.read() as session:
        product = product_of(session, slug)
        known = known_by_host_id(session, token.host, learner) if token else person_by_key(session, learner)
        if known is not None and is_enrolled(session, known, product):
            return known
    if token is None:
        raise NotAllowed(
            "this learner is not enrolled here; POST /v1/products/{slug}/learners with the key enrols them"
        )
    with house.database.write() as session:
        person = person_by_host_id(session, token.host, learner, now=house.clock())
        enrol(session, person, product, now=house.clock())
    return person


def check_host(house: House, slug: str, *, authorization: str | None, scope: Scope) -> Token | None:
    """The token a request comes with, None when it comes with none. Raises NotProven, NotAllowed."""
    bearer = bearer_of(authorization)
    if bearer is None:
        return None
    with house.database.read() as session:
        return check_token(session, bearer, product=slug, scope=scope, now=house.clock())


def bearer_of(authorization: str | None) -> str | None:
    """What follows "Bearer"; other schemes are a matter of whatever stands in front of the service."""
    scheme, _, credential = (authorization or "").strip().partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else None


def product_of(session: Session, slug: str) -> ProductSlug:
    """The product of a path; raises ProductNotFound, which a client can tell from whatever else is missing."""
    try:
        return find_product(session, slug).slug
    except NotFound as err:
        raise ProductNotFound(str(err)) from err
