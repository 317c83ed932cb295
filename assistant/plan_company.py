"""Who is with a learner on the way: graduates whose cases fit, and people to ask.

Both are looked up each time: a case may be withdrawn, and people come and go.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assistant.links import case_url
from assistant.stuck import NearCase, nearest_cases, situations_of, told_in
from foundation.database import Database
from knowledge.cases.case import Case, ConsentWhere, cases_of_lessons
from knowledge.cases.groups import told_of
from knowledge.lessons import LessonHead, live_lessons
from knowledge.products import Collection as Shelved
from knowledge.products import Product, find_product
from knowledge.shelves import Shelves
from learning.roles import Role, people_with

_LOOKED_AT = 10


@dataclass(frozen=True, slots=True)
class ToAsk:
    """Somebody of the staff by the name they chose."""

    name: str
    role: Role


def fitting_cases(
    database: Database, shelves: Shelves, product: str, *, goal: str, lessons: Collection[str], count: int
) -> list[NearCase]:
    """Cases like the goal, then those of the lessons named, by slug; at most `count`.

    Only of authors who agreed to be listed, and invented ones. Raises NotFound, EncoderUnavailable, IndexUnavailable.
    """
    with database.read() as session:
        found = find_product(session, product)
        heads = live_lessons(session, product, collection=Shelved.CASES)
        known = cases_of_lessons(session, [head.id for head in heads])
        listed = {head.slug: head for head in heads if _is_listed(known.get(head.id))}
        ahead = _of_lessons(session, found, list(listed.values()), known, lessons)
    alike: list[NearCase] = []
    if goal and listed:
        near = nearest_cases(database, shelves, product, text=goal, lesson=None, count=_LOOKED_AT)
        alike = [case for case in near if case.is_alike and case.id in listed]
    once = {case.id: case for case in (*alike, *ahead)}
    return list(once.values())[:count]


def people_to_ask(session: Session, product: str) -> list[ToAsk]:
    """Authors and curators of a product who chose a name, each once; empty where nobody did."""
    grants = people_with(session, (Role.AUTHOR, Role.CURATOR), product=product)
    once = {grant.person: ToAsk(grant.name, grant.role) for grant in grants if grant.name}
    return list(once.values())


def _is_listed(case: Case | None) -> bool:
    return case is None or case.is_example or case.consent_where == ConsentWhere.EVERYONE


def _of_lessons(
    session: Session,
    product: Product,
    heads: Sequence[LessonHead],
    known: dict[str, Case],
    lessons: Collection[str],
) -> list[NearCase]:
    """Cases of these lessons, in the lessons' order."""
    names = {lesson.external_id: lesson.slug for lesson in live_lessons(session, product.slug)}
    order = {slug: place for place, slug in enumerate(lessons)}
    told = [(names.get(known[head.id].lesson, ""), head) for head in heads if head.id in known]
    fitting = sorted((one for one in told if one[0] in order), key=lambda one: order[one[0]])
    situations = situations_of(session, [head.id for _, head in fitting])
    return [
        NearCase(
            id=head.slug,
            title=head.title,
            situation=told_in(situations[head.id]),
            url=case_url(product, head),
            is_example=known[head.id].is_example,
            is_alike=False,
            told=told_of(known[head.id]),
        )
        for _, head in fitting
        if head.id in situations
    ]
