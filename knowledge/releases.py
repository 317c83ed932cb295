"""Releases: sets of revisions that are live, were, or may become so, each as one.

Only lessons have them; an alumni case that is withdrawn must not come back with an earlier release. The published
release of the highest number is live. Nothing is taken back: to roll back is to publish an earlier set once more, under
a new number. Functions take a session and leave the transaction to who calls them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.ids import LessonId, ProductSlug, RevisionId, content_hash
from knowledge.edit_states import drop_edits, list_edits, settle_edits, show_edits, take_edits_back
from knowledge.edits import EditState
from knowledge.products import Collection, describe_product
from knowledge.relations import Relation, keep_relations, relations_of
from knowledge.tables import LessonRow, ProductRow, ReleaseLessonRow, ReleaseRow

_LESSONS = Collection.LESSONS
# Beside what the product's card says; no field of it is called so.
_SETTLED = "settled_edits"


class ReleaseState(StrEnum):
    """What has become of a release."""

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Placed:
    """A lesson's revision and its place in the course."""

    lesson: LessonId
    revision: RevisionId
    position: int


@dataclass(frozen=True, slots=True)
class Release:
    """A release without its lessons, which `lessons` counts; `number` is what people call it by.

    `base` is the release that was live when this one was made, `restores` the earlier one it brought back.
    """

    id: str
    product: ProductSlug
    number: int
    state: ReleaseState
    base: int | None
    restores: int | None
    created: datetime
    published: datetime | None
    note: str
    who: str
    lessons: int


def list_releases(session: Session, product: str, *, state: ReleaseState | None = None) -> list[Release]:
    """A product's releases, newest first."""
    wanted = () if state is None else (ReleaseRow.state == state,)
    return [_release(row, lessons) for row, lessons in session.execute(_releases(product).where(*wanted))]


def live_release(session: Session, product: str) -> Release | None:
    """The release learners see; None before the first."""
    published = _releases(product).where(ReleaseRow.state == ReleaseState.PUBLISHED)
    found = session.execute(published.limit(1)).one_or_none()
    return None if found is None else _release(*found)


def find_release(session: Session, product: str, number: int) -> Release:
    """One release by its number; raises NotFound."""
    found = session.execute(_releases(product).where(ReleaseRow.number == number)).one_or_none()
    if found is None:
        raise NotFound(
            f"{product} has no release {number}; `companion release list --product {product}` shows those it has"
        )
    return _release(*found)


def _releases(product: str) -> Select[ReleaseRow, int]:
    """Newest first, each with the number of its lessons."""
    counted = select(func.count()).where(ReleaseLessonRow.release == ReleaseRow.id).scalar_subquery()
    mine = (ReleaseRow.product == product, ReleaseRow.collection == _LESSONS)
    return select(ReleaseRow, counted).where(*mine).order_by(ReleaseRow.number.desc())


def find_draft(session: Session, product: str, number: int | None = None) -> Release:
    """The named draft, or the only one there is.

    Raises NotFound, Conflict for one that is no draft any more, Invalid when there are several to choose from.
    """
    if number is not None:
        named = find_release(session, product, number)
        if named.state is not ReleaseState.DRAFT:
            raise Conflict(
                f"release {number} of {product} is {named.state} already; "
                f"`companion release list --product {product}` shows its drafts"
            )
        return named
    drafts = list_releases(session, product, state=ReleaseState.DRAFT)
    if not drafts:
        raise NotFound(f"{product} has no draft; `companion ingest PATH --product {product} --draft` makes one")
    if len(drafts) > 1:
        listed = ", ".join(str(draft.number) for draft in reversed(drafts))
        raise Invalid(f"{product} has several drafts ({listed}); name one of them")
    return drafts[0]


def placed_in(session: Session, release: Release) -> frozenset[Placed]:
    """The lessons of a release."""
    columns = (ReleaseLessonRow.lesson, ReleaseLessonRow.revision, ReleaseLessonRow.position)
    return _placed(session.execute(select(*columns).where(ReleaseLessonRow.release == release.id)).all())


def placed_live(session: Session, product: str, collection: Collection = _LESSONS) -> frozenset[Placed]:
    """The lessons that are live."""
    live = select(LessonRow.id, LessonRow.live_revision, LessonRow.position).where(
        LessonRow.product == product, LessonRow.collection == collection, LessonRow.live_revision.is_not(None)
    )
    return _placed(session.execute(live).all())


def add_draft(
    session: Session,
    product: ProductSlug,
    lessons: frozenset[Placed],
    *,
    relations: frozenset[Relation],
    card: dict[str, Any],
    settled: Mapping[str, EditState] = MappingProxyType({}),
    now: datetime,
) -> Release | None:
    """Keep a set as a draft; nothing that is live changes. None when it is what is live, the same draft when it is one.

    `card` holds what to tell `describe_product` when it is published, and `settled` what becomes of live edits then.
    """
    card = {**card, _SETTLED: dict(settled)} if settled else card
    live = live_release(session, product)
    if _is_live(session, product, live, lessons, relations):
        return None
    for draft in list_releases(session, product, state=ReleaseState.DRAFT):
        same_base = draft.base == (live.number if live else None)
        if same_base and placed_in(session, draft) == lessons and relations_of(session, draft.id) == relations:
            session.get_one(ReleaseRow, draft.id).card = card
            return draft
    row = _add(session, product, lessons, relations, live=live, now=now)
    row.card = card
    return _release(row, len(lessons))


def add_published(
    session: Session,
    product: ProductSlug,
    lessons: frozenset[Placed],
    *,
    relations: frozenset[Relation],
    now: datetime,
) -> Release | None:
    """Make a set live as a new release; None, and nothing changes, when it is live already."""
    live = live_release(session, product)
    if _is_live(session, product, live, lessons, relations):
        return None
    row = _add(session, product, lessons, relations, live=live, now=now)
    return _publish(session, row, lessons, note="", who="", now=now)


def publish_draft(
    session: Session, product: ProductSlug, number: int, *, note: str, who: str, now: datetime
) -> Release:
    """Make a draft live.

    Raises NotFound, Conflict when another release went live since it was made, NotAllowed for edits nobody answers for.
    """
    draft = find_draft(session, product, number)
    check_fresh(session, draft)
    row = session.get_one(ReleaseRow, draft.id)
    if not who.strip() and list_edits(session, product, release=number):
        raise NotAllowed(f"draft {number} of {product} has edits in it: say by name who publishes them")
    card = dict(row.card or {})
    settle_edits(session, {name: EditState(state) for name, state in card.pop(_SETTLED, {}).items()}, now=now)
    describe_product(session, product, **card)
    published = _publish(session, row, placed_in(session, draft), note=note, who=who, now=now)
    show_edits(session, product, number, now=now)
    return published


def check_fresh(session: Session, draft: Release) -> None:
    """Raises Conflict when the release a draft was made from is no longer the live one."""
    live = live_release(session, draft.product)
    live_number = live.number if live else None
    if draft.base != live_number:
        made = f"from release {draft.base}" if draft.base else "before the first release"
        again = "ingest the same files with --draft again and publish that draft, then"
        if list_edits(session, draft.product, release=draft.number):
            again = "release the approved proposals again after"
        raise Conflict(
            f"draft {draft.number} of {draft.product} was made {made}, and release {live_number} is live now; {again} "
            f"`companion release discard {draft.number} --product {draft.product}`"
        )


def add_rollback(session: Session, product: ProductSlug, number: int, *, note: str, who: str, now: datetime) -> Release:
    """Make an earlier release's set live again, as a new release. Raises NotFound, Conflict when it cannot be."""
    earlier = find_release(session, product, number)
    if earlier.state is not ReleaseState.PUBLISHED:
        raise Conflict(
            f"release {number} of {product} was never live, it is {earlier.state}; "
            f"`companion release list --product {product}` shows those that were"
        )
    live = live_release(session, product)
    lessons, relations = placed_in(session, earlier), relations_of(session, earlier.id)
    if live is not None and _is_live(session, product, live, lessons, relations):
        raise Conflict(f"release {live.number} of {product} is live and shows what release {number} did; nothing to do")
    row = _add(session, product, lessons, relations, live=live, now=now)
    row.restores = number
    take_edits_back(session, product, shown=_led_to(session, earlier), since=earlier.published, now=now)
    return _publish(session, row, lessons, note=note, who=who, now=now)


def _led_to(session: Session, release: Release) -> frozenset[int]:
    """The numbers of the releases whose edits a release shows, its own among them."""
    found: set[int] = set()
    before: int | None = release.number
    while before is not None:
        found.add(before)
        earlier = find_release(session, release.product, before)
        before = earlier.restores if earlier.restores is not None else earlier.base
    return frozenset(found)


def discard_draft(session: Session, product: str, number: int) -> Release:
    """Give a draft up; its revisions are kept. Raises NotFound and Conflict."""
    draft = find_draft(session, product, number)
    row = session.get_one(ReleaseRow, draft.id)
    row.state, row.card = ReleaseState.DISCARDED, None
    drop_edits(session, product, number)
    return _release(row, draft.lessons)


def go_live(session: Session, product: str, collection: Collection, lessons: Iterable[Placed]) -> None:
    """Make exactly these lessons live in a collection and count the product's version up."""
    wanted = {placed.lesson: placed for placed in lessons}
    mine = select(LessonRow).where(LessonRow.product == product, LessonRow.collection == collection)
    for row in session.scalars(mine):
        placed = wanted.get(LessonId(row.id))
        row.live_revision = placed.revision if placed else None
        row.position = placed.position if placed else row.position
    session.execute(update(ProductRow).where(ProductRow.slug == product).values(version=ProductRow.version + 1))
    session.flush()


def _is_live(
    session: Session, product: str, live: Release | None, lessons: frozenset[Placed], relations: frozenset[Relation]
) -> bool:
    kept = relations_of(session, live.id) if live else frozenset()
    return placed_live(session, product) == lessons and kept == relations


def _add(
    session: Session,
    product: ProductSlug,
    lessons: frozenset[Placed],
    relations: frozenset[Relation],
    *,
    live: Release | None,
    now: datetime,
) -> ReleaseRow:
    mine = (ReleaseRow.product == product, ReleaseRow.collection == _LESSONS)
    number = (session.scalar(select(func.max(ReleaseRow.number)).where(*mine)) or 0) + 1
    named = f"rel-{content_hash(product, _LESSONS, str(number), size=12)}"
    row = ReleaseRow(id=named, product=product, collection=_LESSONS, number=number, state=ReleaseState.DRAFT)
    row.base, row.created, row.note, row.who = (live.number if live else None), now, "", ""
    session.add(row)
    session.flush()
    session.add_all(
        ReleaseLessonRow(release=row.id, lesson=each.lesson, revision=each.revision, position=each.position)
        for each in sorted(lessons, key=lambda each: (each.position, each.lesson))
    )
    keep_relations(session, row.id, relations)
    session.flush()
    return row


def _publish(
    session: Session, row: ReleaseRow, lessons: frozenset[Placed], *, note: str, who: str, now: datetime
) -> Release:
    row.state, row.published, row.note, row.who, row.card = ReleaseState.PUBLISHED, now, note, who, None
    go_live(session, row.product, _LESSONS, lessons)
    return _release(row, len(lessons))


def _placed(rows: Sequence[Any]) -> frozenset[Placed]:
    return frozenset(Placed(LessonId(lesson), RevisionId(revision), position) for lesson, revision, position in rows)


def _release(row: ReleaseRow, lessons: int) -> Release:
    return Release(
        id=row.id,
        product=ProductSlug(row.product),
        number=row.number,
        state=ReleaseState(row.state),
        base=row.base,
        restores=row.restores,
        created=row.created,
        published=row.published,
        note=row.note,
        who=row.who,
        lessons=lessons,
    )
