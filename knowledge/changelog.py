"""What changed from release to release, as learners may know it: lessons that are new, changed, moved or removed.

Compared is what learners see of both sides, by today's clock. What is hidden from them today is not named either, even
where an earlier release showed it; a release that changed nothing they see has no entry.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.ids import LessonId, RevisionId
from knowledge.blocks import BlockKind
from knowledge.edit_states import list_edits
from knowledge.openings import is_open_lesson
from knowledge.releases import Placed, Release, ReleaseState, list_releases, live_release, placed_in, placed_live
from knowledge.shown import lessons_of_release
from knowledge.sight import StoredBlock, hidden_words, seen_blocks
from knowledge.tables import LessonRow, RevisionRow

_Path = tuple[str, ...]


class Change(StrEnum):
    """What became of a section."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section of a lesson by its heading; "" is what stands above the first."""

    heading: str
    change: Change


@dataclass(frozen=True, slots=True)
class LessonChange:
    """A lesson of which something changed; `unnamed` sections changed too, whose headings are not to be told.

    `was` is its title before, "" where it kept it; `block` the part of the course it stands in now. `for_learners`: it
    was changed because of what learners said of it (`knowledge.edits`).
    """

    lesson: LessonId
    slug: str
    title: str
    was: str = ""
    block: str = ""
    sections: tuple[SectionChange, ...] = ()
    unnamed: int = 0
    for_learners: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """How two sets differ for learners; each in course order."""

    new: tuple[LessonChange, ...] = ()
    changed: tuple[LessonChange, ...] = ()
    moved: tuple[LessonChange, ...] = ()
    removed: tuple[LessonChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.moved or self.removed)


@dataclass(frozen=True, slots=True)
class Entry:
    """A release in the changelog; the first one is told by how many lessons it `opened` with, not by their titles."""

    release: Release
    changes: Changes
    opened: int | None = None


def read_changelog(
    session: Session, product: str, *, now: datetime, before: int | None = None, count: int = 20
) -> list[Entry]:
    """The newest entries, newest first; with `before` those of releases with smaller numbers."""
    published = list_releases(session, product, state=ReleaseState.PUBLISHED)
    told = [(each, earlier) for each, earlier in pairwise([*published, None]) if each is not None]
    entries: list[Entry] = []
    for release, earlier in told:
        if before is not None and release.number >= before:
            continue
        entry = _entry(session, release, earlier, now=now)
        if entry is not None:
            entries.append(entry)
        if len(entries) == count:
            break
    return entries


def changes_of(session: Session, release: Release, *, now: datetime) -> Changes:
    """What learners would read of a release: of a draft against what is live, of others against the one before."""
    if release.state is ReleaseState.PUBLISHED:
        published = list_releases(session, release.product, state=ReleaseState.PUBLISHED)
        earlier = next((each for each in published if each.number < release.number), None)
    else:
        earlier = live_release(session, release.product)
    before = placed_in(session, earlier) if earlier else frozenset()
    changes = _Comparing(session, release.product, now).changes(before, placed_in(session, release))
    return _with_reasons(session, release, changes)


def _entry(session: Session, release: Release, earlier: Release | None, *, now: datetime) -> Entry | None:
    if earlier is None:
        opened = _count_seen(session, release, now=now)
        return Entry(release, Changes(), opened) if opened else None
    changes = _Comparing(session, release.product, now).changes(
        placed_in(session, earlier), placed_in(session, release)
    )
    return Entry(release, _with_reasons(session, release, changes)) if changes else None


def _with_reasons(session: Session, release: Release, changes: Changes) -> Changes:
    edited = {edit.lesson for edit in list_edits(session, release.product, release=release.number)}
    changed = (replace(each, for_learners=True) if each.lesson in edited else each for each in changes.changed)
    return replace(changes, changed=tuple(changed))


def _count_seen(session: Session, release: Release, *, now: datetime) -> int:
    """How many lessons of a release learners see anything of."""
    lessons = lessons_of_release(release.id)
    seen = select(func.count()).select_from(lessons).join(RevisionRow, RevisionRow.id == lessons.c.revision)
    return session.scalar(seen.where(is_open_lesson(now))) or 0


@dataclass(frozen=True, slots=True)
class _Side:
    """A lesson as learners see it in one revision."""

    placed: Placed
    slug: str
    title: str
    outcome: str
    block: str
    blocks: Sequence[StoredBlock]
    hidden: frozenset[str]

    def sections(self) -> dict[_Path, list[tuple[str, str]]]:
        """What stands under each path of headings that learners see, kind and text, in reading order."""
        found: dict[_Path, list[tuple[str, str]]] = {}
        told = self.headings() | {self.title}
        for block in self.blocks:
            under = found.setdefault(tuple(heading for heading in block["heading_path"] if heading in told), [])
            if block["kind"] != BlockKind.HEADING:
                under.append((block["kind"], block["text"]))
        return found

    def headings(self) -> frozenset[str]:
        """The headings that learners see."""
        return frozenset(block["text"] for block in self.blocks if block["kind"] == BlockKind.HEADING)


class _Comparing:
    def __init__(self, session: Session, product: str, now: datetime) -> None:
        self._session = session
        self._now = now
        self._live = {placed.lesson: placed for placed in placed_live(session, product)}

    def changes(self, before: frozenset[Placed], after: frozenset[Placed]) -> Changes:
        old, new = _by_lesson(before), _by_lesson(after)
        moved = _moved([each for each in old if each in new], [each for each in new if each in old])
        touched = {each.lesson for each in before ^ after if _revision(old, each) != _revision(new, each)} | moved
        sides = self._sides(
            [*(old[each] for each in touched & old.keys()), *(new[each] for each in touched & new.keys())]
        )
        then = {each: sides[old[each]] for each in touched & old.keys() if old[each] in sides}
        today = {each: sides[new[each]] for each in touched & new.keys() if new[each] in sides}
        both = [each for each in new if each in then and each in today]
        changed = [self._changed(then[each], today[each]) for each in both]
        return Changes(
            new=tuple(_told(today[each]) for each in new if each in today and each not in then),
            changed=tuple(change for change in changed if change is not None),
            moved=tuple(_told(today[e]) for e in both if e in moved or then[e].block != today[e].block),
            removed=tuple(_told(then[each]) for each in old if each in then and each not in today),
        )

    def _sides(self, placed: Iterable[Placed]) -> dict[Placed, _Side]:
        """What learners see of these lessons; those of which they see nothing, then or today, are left out."""
        wanted = set(placed)
        lessons = {each.lesson for each in wanted}
        live = {lesson: self._live[lesson].revision for lesson in lessons & self._live.keys()}
        rows = self._revisions({*(each.revision for each in wanted), *live.values()})
        slugs = dict(self._session.execute(select(LessonRow.id, LessonRow.slug).where(LessonRow.id.in_(lessons))).all())
        sides = {}
        for each in wanted:
            shown = rows.get(live.get(each.lesson, RevisionId("")))
            side = self._side(each, rows[each.revision], shown, slugs[each.lesson])
            if side is not None:
                sides[each] = side
        return sides

    def _side(self, placed: Placed, row: RevisionRow, live: RevisionRow | None, slug: str) -> _Side | None:
        blocks = seen_blocks(row.blocks, now=self._now)
        hidden = hidden_words(row.blocks, now=self._now)
        if live is not None:
            hidden |= hidden_words(live.blocks, now=self._now)
            if not seen_blocks(live.blocks, now=self._now):
                return None
        if not blocks or row.title in hidden:
            return None
        return _Side(placed, slug, row.title, row.outcome, row.block_title, blocks, hidden)

    def _revisions(self, wanted: set[RevisionId]) -> Mapping[RevisionId, RevisionRow]:
        rows = self._session.scalars(select(RevisionRow).where(RevisionRow.id.in_(wanted)))
        return {RevisionId(row.id): row for row in rows}

    def _changed(self, then: _Side, today: _Side) -> LessonChange | None:
        sections = list(_section_changes(then, today))
        hidden = then.hidden | today.hidden
        named = [each for each in sections if each.heading not in hidden]
        same_head = (then.title, then.outcome) == (today.title, today.outcome)
        if same_head and not sections:
            return None
        is_live = today.placed.lesson in self._live
        was = "" if then.title == today.title or then.title in today.hidden else then.title
        kept = tuple(named) if is_live else ()
        return replace(_told(today), was=was, sections=kept, unnamed=len(sections) - len(kept))


def _by_lesson(lessons: Iterable[Placed]) -> dict[LessonId, Placed]:
    return {each.lesson: each for each in sorted(lessons, key=lambda each: (each.position, each.lesson))}


def _revision(lessons: Mapping[LessonId, Placed], placed: Placed) -> str | None:
    found = lessons.get(placed.lesson)
    return found.revision if found else None


def _told(side: _Side) -> LessonChange:
    return LessonChange(side.placed.lesson, side.slug, side.title, block=side.block)


def _section_changes(then: _Side, today: _Side) -> Iterator[SectionChange]:
    """Sections that differ, in today's order, those that are gone last; one that got another heading is a change."""
    before, after = then.sections(), today.sections()
    gone = [path for path in before if path not in after]
    for path, content in after.items():
        if path in before:
            if before[path] != content:
                yield SectionChange(_name(path), Change.CHANGED)
            continue
        renamed = next((old for old in gone if content and before[old] == content), None)
        if renamed is not None:
            gone.remove(renamed)
        yield SectionChange(_name(path), Change.CHANGED if renamed is not None else Change.NEW)
    for path in gone:
        yield SectionChange(_name(path), Change.REMOVED)


def _name(path: _Path) -> str:
    return path[-1] if path else ""


def _moved(before: Sequence[LessonId], after: Sequence[LessonId]) -> set[LessonId]:
    """The fewest lessons that have to be moved to get from one order to the other."""
    place = {lesson: number for number, lesson in enumerate(before)}
    # The longest run that kept its order, by patience sorting; `last[i]` ends the best run of length i + 1.
    last: list[int] = []
    ends: list[LessonId] = []
    came_from: dict[LessonId, LessonId | None] = {}
    for lesson in after:
        length = bisect_left(last, place[lesson])
        came_from[lesson] = ends[length - 1] if length else None
        last[length : length + 1] = [place[lesson]]
        ends[length : length + 1] = [lesson]
    stayed: set[LessonId] = set()
    lesson_before = ends[-1] if ends else None
    while lesson_before is not None:
        stayed.add(lesson_before)
        lesson_before = came_from[lesson_before]
    return set(after) - stayed
