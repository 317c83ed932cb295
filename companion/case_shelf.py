"""The cases of a product as everybody may read them."""

from typing import Any

from sqlalchemy.orm import Session

from assistant.links import case_url
from assistant.stuck import situations_of, told_in
from foundation.database import Database
from knowledge.cases.case import Case, ConsentWhere, cases_of_lessons
from knowledge.cases.groups import told_of
from knowledge.lessons import LessonHead, live_lessons
from knowledge.products import Collection, Product, find_product


def list_shown(database: Database, product_slug: str) -> list[dict[str, Any]]:
    """Cases whose authors agreed to be in the list, and invented ones, in the order of the course; raises NotFound."""
    with database.read() as session:
        product = find_product(session, product_slug)
        heads = live_lessons(session, product.slug, collection=Collection.CASES)
        known = cases_of_lessons(session, [head.id for head in heads])
        order = {lesson.external_id: place for place, lesson in enumerate(live_lessons(session, product.slug))}
        shown = [(head, known.get(head.id)) for head in heads if _in_list(known.get(head.id))]
        situations = situations_of(session, [head.id for head, _case in shown])
        titles = {lesson.external_id: lesson.title for lesson in live_lessons(session, product.slug)}
    shown = [one for one in shown if one[0].id in situations]
    shown.sort(key=lambda one: order.get(one[1].lesson, len(order)) if one[1] else len(order))
    return [_told(product, head, case, told_in(situations[head.id]), titles) for head, case in shown]


def case_on_page(session: Session, product: Product, head: LessonHead) -> dict[str, Any] | None:
    """What is told of a case above its words; None for a lesson."""
    cases = {case.id for case in live_lessons(session, product.slug, collection=Collection.CASES)}
    if head.id not in cases:
        return None
    titles = {lesson.external_id: lesson.title for lesson in live_lessons(session, product.slug)}
    return _told(product, head, cases_of_lessons(session, [head.id]).get(head.id), "", titles)


def _in_list(case: Case | None) -> bool:
    return case is None or case.is_example or case.consent_where == ConsentWhere.EVERYONE


def _told(
    product: Product, head: LessonHead, case: Case | None, situation: str, titles: dict[str, str]
) -> dict[str, Any]:
    return {
        "id": head.slug,
        "title": head.title,
        "situation": situation,
        "lesson": titles.get(case.lesson, "") if case else "",
        "block": case.block if case else head.block_title,
        "url": case_url(product, head),
        "example": case is None or case.is_example,
        "told": told_of(case) if case else {},
    }
