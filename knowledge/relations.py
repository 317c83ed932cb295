"""How lessons relate: one requires another, replaces it, or is equivalent to it, perhaps in another product.

Authors declare relations by their own ids; what they declared belongs to a release and goes live, and back, with it.
Readers meet only those whose lessons are live on both ends.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from foundation.ids import LessonId
from knowledge.blocks import DeclaredRelation, ReadWarning, RelationKind, SourceCourse
from knowledge.products import Collection
from knowledge.shown import lessons_of_release, live_lessons_of
from knowledge.tables import LessonRow, RelationRow, ReleaseRow

_LESSONS, _PUBLISHED = Collection.LESSONS, "published"
_SLUG = re.compile(r"[a-z0-9-]{3,64}")
# What may not lead back to where it began; to be equivalent is mutual.
_DIRECTED = (RelationKind.REQUIRES, RelationKind.REPLACES)

# A product and its author's id of a lesson.
_Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Relation:
    """`source` requires, replaces or is equivalent to `target` of `product`; authors' own ids."""

    source: str
    kind: RelationKind
    product: str
    target: str


def settle_relations(
    session: Session, course: SourceCourse, product: str
) -> tuple[frozenset[Relation], tuple[ReadWarning, ...]]:
    """The relations a course declares that can be followed, and a warning on each that cannot.

    A target is a lesson of the course, or `product:lesson` of another product that is here; what is replaced may also
    be a lesson that was here before. Of a circle the relation that closes it is left out.
    """
    own = {lesson.external_id for lesson in course.lessons}
    known, ways = _known(session, product), _ways_elsewhere(session, product)
    kept: dict[Relation, None] = {}
    warnings: dict[ReadWarning, None] = {}
    absent: dict[tuple[str, str], DeclaredRelation] = {}
    for declared in _declared(course):
        found = _find_target(declared, own, known, product)
        reason = found if isinstance(found, str) else _close_circle(found, ways, product)
        if isinstance(found, Relation) and not reason:
            kept[found] = None
        elif _product_of(declared, own) not in (None, *known):
            absent.setdefault((declared.path, str(_product_of(declared, own))), declared)
        else:
            warnings[ReadWarning(declared.path, f"{reason}; this relation is left out", declared.line)] = None
    for (path, other), first in absent.items():
        told = f"relations lead to the product {other[:70]}, which is not here; they are left out until it was taken in"
        warnings[ReadWarning(path, f"{told} and this one is ingested again", first.line)] = None
    return frozenset(kept), tuple(warnings)


def relations_of(session: Session, release: str) -> frozenset[Relation]:
    """The relations that belong to a release, by its id."""
    rows = session.scalars(select(RelationRow).where(RelationRow.release == release))
    return frozenset(_relation(row) for row in rows)


def keep_relations(session: Session, release: str, relations: Iterable[Relation]) -> None:
    """Write down the relations of a release."""
    session.add_all(
        RelationRow(release=release, source=each.source, kind=each.kind, product=each.product, target=each.target)
        for each in sorted(relations, key=lambda each: (each.source, each.kind, each.product, each.target))
    )


def replacing_lessons(
    session: Session, product: str, external_id: str, *, release: str | None = None
) -> tuple[LessonId, ...]:
    """The lessons that replace one, directly or through others that are gone too, nearest first.

    As it is live, or in a release by its id.
    """
    shown = live_lessons_of(product, _LESSONS) if release is None else lessons_of_release(release)
    ids = select(LessonRow.external_id, LessonRow.id).join(shown, shown.c.lesson == LessonRow.id)
    there = dict(session.execute(ids).all())
    of = _live_release(product) if release is None else release
    replaces = (RelationRow.release == of, RelationRow.kind == RelationKind.REPLACES, RelationRow.product == product)
    followers: dict[str, list[str]] = {}
    for target, source in session.execute(select(RelationRow.target, RelationRow.source).where(*replaces)):
        followers.setdefault(target, []).append(source)
    found: dict[LessonId, None] = {}
    seen, waiting = {external_id}, [external_id]
    while waiting:
        fresh = [source for source in sorted(followers.get(waiting.pop(0), ())) if source not in seen]
        found.update({LessonId(there[source]): None for source in fresh if source in there})
        seen.update(fresh)
        waiting.extend(fresh)
    return tuple(found)


def newest_published(product: InstrumentedAttribute[str] | str) -> ScalarSelect[int]:
    """The number of the release that is live."""
    release = aliased(ReleaseRow)
    published = (release.product == product, release.collection == _LESSONS, release.state == _PUBLISHED)
    return select(func.max(release.number)).where(*published).scalar_subquery()


def _live_release(product: str) -> ScalarSelect[str]:
    """The id of the release that is live."""
    live = (ReleaseRow.product == product, ReleaseRow.collection == _LESSONS)
    return select(ReleaseRow.id).where(*live, ReleaseRow.number == newest_published(product)).scalar_subquery()


def _ways_elsewhere(session: Session, product: str) -> dict[RelationKind, dict[_Name, list[_Name]]]:
    """Where the live relations of other products lead, for those kinds that may not lead in a circle."""
    columns = (RelationRow.kind, ReleaseRow.product, RelationRow.source, RelationRow.product, RelationRow.target)
    live = (
        select(*columns)
        .join(ReleaseRow, ReleaseRow.id == RelationRow.release)
        .where(ReleaseRow.product != product, ReleaseRow.number == newest_published(ReleaseRow.product))
        .where(RelationRow.kind.in_(_DIRECTED))
    )
    ways: dict[RelationKind, dict[_Name, list[_Name]]] = {kind: {} for kind in _DIRECTED}
    for kind, owner, source, other, target in session.execute(live):
        ways[RelationKind(kind)].setdefault((owner, source), []).append((other, target))
    return ways


def _declared(course: SourceCourse) -> Iterator[DeclaredRelation]:
    for lesson in course.lessons:
        yield from lesson.relations
    yield from course.card.relations or ()


def _known(session: Session, product: str) -> Mapping[str, Mapping[str, bool]]:
    """Every product's lessons by their author's ids, and whether they are live; of this one also those long gone."""
    rows = session.execute(
        select(LessonRow.product, LessonRow.external_id, LessonRow.live_revision).where(
            LessonRow.collection == _LESSONS
        )
    )
    known: dict[str, dict[str, bool]] = {product: {}}
    for slug, external_id, revision in rows:
        known.setdefault(slug, {})[external_id] = revision is not None
    return known


def _find_target(
    declared: DeclaredRelation, own: set[str], known: Mapping[str, Mapping[str, bool]], product: str
) -> Relation | str:
    """The relation as it will be kept, or why it cannot be."""
    if declared.source not in own:
        return f"{declared.source[:100]!r} is no lesson of this course"
    gone = known[product] if declared.kind is RelationKind.REPLACES else ()
    if declared.target in own or declared.target in gone:
        return Relation(declared.source, declared.kind, product, declared.target)
    other, _, lesson = declared.target.partition(":")
    if known.get(other, {}).get(lesson) and other != product:
        return Relation(declared.source, declared.kind, other, lesson)
    return (
        f"{declared.source[:100]} {declared.kind} {declared.target[:100]!r}, and there is no such lesson; write a "
        "lesson's id, or product:id for one of another product that was taken in before"
    )


def _product_of(declared: DeclaredRelation, own: set[str]) -> str | None:
    """The product a target names, where it names one."""
    other, colon, _ = declared.target.partition(":")
    return other if colon and declared.target not in own and _SLUG.fullmatch(other) else None


def _close_circle(found: Relation, ways: dict[RelationKind, dict[_Name, list[_Name]]], product: str) -> str:
    """Why a relation cannot be kept, if it cannot; else it is one of the ways now."""
    source, target = (product, found.source), (found.product, found.target)
    if source == target:
        return f"{found.source[:100]} {found.kind} itself"
    if found.kind not in ways:
        return ""
    if _leads(target, source, ways[found.kind]):
        return f"{found.source[:100]} {found.kind} {found.target[:100]}, which closes a circle"
    ways[found.kind].setdefault(source, []).append(target)
    return ""


def _leads(start: _Name, end: _Name, ways: Mapping[_Name, list[_Name]]) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        lesson = waiting.pop()
        if lesson == end:
            return True
        fresh = [each for each in ways.get(lesson, ()) if each not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False


def _relation(row: RelationRow) -> Relation:
    return Relation(row.source, RelationKind(row.kind), row.product, row.target)
