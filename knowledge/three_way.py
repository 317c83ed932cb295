"""Changes that were made on one state of a lesson, and the lesson as it reads by now.

Blocks are the same when they say the same, so that a change goes on to fit whatever becomes of the rest of the lesson.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from foundation.errors import Conflict
from foundation.ids import RevisionId
from knowledge.editing import edited_blocks
from knowledge.edits import Change, ChangeKind, text_of
from knowledge.fragments import read_fragment
from knowledge.sections import may_change
from knowledge.sight import StoredBlock, evened


@dataclass(frozen=True, slots=True)
class Fitted:
    """A change in the terms of the lesson as it reads now, None where it does not; `is_done`: it says so already."""

    change: Change | None
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """A section a change concerns: as it was, as it would be, and as it reads now ("" where it is gone)."""

    anchor: str
    heading: str
    base: str
    mine: str
    theirs: str

    @property
    def is_stale(self) -> bool:
        """Whether somebody changed the section since."""
        return evened(self.base) != evened(self.theirs)


class StaleBase(Conflict):
    """A lesson changed since changes of it were made: what they were made on, what they make of it, what it says now.

    `fitted` are the changes in the terms of the revision `live`, None where one of them does not fit any more.
    """

    def __init__(
        self, lesson: str, *, base: str, live: str | None, views: Sequence[ThreeWay], fitted: tuple[Change, ...] | None
    ) -> None:
        self.lesson, self.base, self.live = lesson, base, live
        self.views, self.fitted = tuple(views), fitted
        where = ", ".join(dict.fromkeys(view.heading for view in views if view.is_stale and view.heading))
        changed = "was removed" if live is None else f"was changed{f' in {where!r}' if where else ''}"
        super().__init__(f"the lesson {lesson} {changed} since this was decided; compare both and decide again")


def fit_changes(
    base: Sequence[StoredBlock], changes: Sequence[Change], today: Sequence[StoredBlock]
) -> tuple[Fitted, ...]:
    """Each change in the terms of `today`, another state of the same lesson."""
    fitting = _Fitting(base, today)
    return tuple(fitting.fit(change) for change in changes)


def all_fitted(fitted: Sequence[Fitted]) -> tuple[Change, ...] | None:
    """The changes that are still to be made; None where one does not fit."""
    if any(each.change is None and not each.is_done for each in fitted):
        return None
    return tuple(each.change for each in fitted if each.change is not None)


def three_way(
    base: Sequence[StoredBlock], changes: Sequence[Change], today: Sequence[StoredBlock]
) -> tuple[ThreeWay, ...]:
    """The sections that changes concern, in reading order; raises as `apply_changes`."""
    anchors = dict.fromkeys(_anchor(base, change) for change in sorted(changes, key=lambda each: each.last))
    return tuple(_view(base, changes, today, anchor) for anchor in anchors)


def fresh_changes(
    lesson: str,
    *,
    base: tuple[RevisionId, Sequence[StoredBlock]],
    changes: Sequence[Change],
    live: tuple[RevisionId, Sequence[StoredBlock]],
) -> tuple[Change, ...]:
    """The changes in the terms of the live revision, where nobody touched the sections they concern.

    Raises StaleBase where somebody did, and where a change is of no use any more.
    """
    if base[0] == live[0]:
        return tuple(changes)
    fitted = all_fitted(fit_changes(base[1], changes, live[1]))
    views = three_way(base[1], changes, live[1])
    if fitted is None or len(fitted) < len(changes) or any(view.is_stale for view in views):
        raise StaleBase(lesson, base=base[0], live=live[0], views=views, fitted=fitted)
    return fitted


class _Fitting:
    def __init__(self, base: Sequence[StoredBlock], today: Sequence[StoredBlock]) -> None:
        self._base, self._today = base, today
        self._now = _pairs([evened(each["text"]) for each in base], [evened(each["text"]) for each in today])
        self._known = frozenset(self._now.values())

    def fit(self, change: Change) -> Fitted:
        behind = change.last if change.kind is ChangeKind.INSERT else change.to
        if behind is not None:
            behind = -1 if behind < 0 else self._now.get(behind)
        match change.kind:
            case ChangeKind.INSERT:
                return self._fit_insert(change, behind)
            case ChangeKind.MOVE:
                return self._fit_move(change, behind)
            case ChangeKind.REPLACE:
                return self._fit_replace(change)
            case ChangeKind.DELETE:
                return self._fit_delete(change)

    def _fit_insert(self, change: Change, behind: int | None) -> Fitted:
        if self._says_already(change):
            return Fitted(None, is_done=True)
        return Fitted(None) if behind is None else Fitted(replace(change, first=behind, last=behind))

    def _fit_move(self, change: Change, behind: int | None) -> Fitted:
        stretch = self._stretch(change)
        if stretch is None or behind is None:
            return Fitted(None)
        first, last = stretch
        if behind < first and not any(map(may_change, self._today[behind + 1 : first])):
            return Fitted(None, is_done=True)
        return Fitted(None) if first <= behind <= last else Fitted(replace(change, first=first, last=last, to=behind))

    def _fit_replace(self, change: Change) -> Fitted:
        stretch = self._stretch(change)
        if stretch is None:
            return Fitted(None, is_done=self._says_already(change))
        shown = [each["html"] for each in self._today[stretch[0] : stretch[1] + 1] if may_change(each)]
        if shown == [each["html"] for each in read_fragment(change.markdown, under=()) if may_change(each)]:
            return Fitted(None, is_done=True)
        return Fitted(replace(change, first=stretch[0], last=stretch[1]))

    def _fit_delete(self, change: Change) -> Fitted:
        stretch = self._stretch(change)
        if stretch is not None:
            return Fitted(replace(change, first=stretch[0], last=stretch[1]))
        if any(number in self._now for number in self._shown(change)):
            return Fitted(None)
        before = max((now for number, now in self._now.items() if number < change.first), default=-1)
        after = min((now for number, now in self._now.items() if number > change.last), default=len(self._today))
        return Fitted(None, is_done=all(number in self._known for number in range(before + 1, after)))

    def _shown(self, change: Change) -> list[int]:
        return [each for each in range(change.first, change.last + 1) if may_change(self._base[each])]

    def _stretch(self, change: Change) -> tuple[int, int] | None:
        """Where the blocks of a change stand now, if they do and nothing came between them."""
        now = [self._now.get(each) for each in self._shown(change)]
        places = [each for each in now if each is not None]
        if len(places) < len(now) or places != sorted(places):
            return None
        between = [each for each in range(places[0], places[-1] + 1) if may_change(self._today[each])]
        return (places[0], places[-1]) if between == places else None

    def _says_already(self, change: Change) -> bool:
        """Whether the new text stands in the lesson now, and did not before."""
        wanted = [evened(each["text"]) for each in read_fragment(change.markdown, under=())]
        told = [evened(each["text"]) for each in self._today]
        runs = (range(at, at + len(wanted)) for at in range(len(told) - len(wanted) + 1))
        return any(
            [told[number] for number in run] == wanted and any(number not in self._known for number in run)
            for run in runs
        )


def _pairs(base: Sequence[str], today: Sequence[str]) -> dict[int, int]:
    """Which block of today each one of the base is: in order, then what moved, and what moved along with it."""
    matcher = SequenceMatcher(None, _told_apart(base), _told_apart(today), autojunk=False)
    found = {run.a + step: run.b + step for run in matcher.get_matching_blocks() for step in range(run.size)}
    left = [number for number in range(len(base)) if number not in found]
    free: defaultdict[str, list[int]] = defaultdict(list)
    for place in set(range(len(today))) - set(found.values()):
        free[today[place]].append(place)
    times = Counter(base)
    for number in left:
        if times[base[number]] == 1 and len(free[base[number]]) == 1:
            found[number] = free[base[number]].pop()
    for step, order in ((1, left), (-1, left[::-1])):
        for number in order:
            place = found.get(number - step, -2) + step
            if number not in found and place in free[base[number]]:
                found[number] = place
                free[base[number]].remove(place)
    return found


def _told_apart(texts: Sequence[str]) -> list[str]:
    """The texts, each that stands there several times with the one before it: lessons say "Output:" at every turn."""
    times = Counter(texts)
    return [f"{before}\0{text}" if times[text] > 1 else text for before, text in zip(("", *texts), texts, strict=False)]


def _anchor(base: Sequence[StoredBlock], change: Change) -> str:
    number = max(change.last if change.kind is ChangeKind.INSERT else change.first, 0)
    return str(base[number]["anchor"]) if base else ""


def _view(
    base: Sequence[StoredBlock], changes: Sequence[Change], today: Sequence[StoredBlock], anchor: str
) -> ThreeWay:
    was = [number for number, each in enumerate(base) if each["anchor"] == anchor and may_change(each)]
    heading = base[was[0]]["heading_path"] if was else ()
    mine = [
        each.block
        for each in edited_blocks(base, [change for change in changes if _anchor(base, change) == anchor])
        if each.number in was or each.number is None
    ]
    theirs = [each for each in today if each["anchor"] == anchor]
    return ThreeWay(
        anchor=anchor,
        heading=heading[-1] if heading and anchor else "",
        base=text_of([base[number] for number in was], 0, len(was)),
        mine=text_of(mine, 0, len(mine)),
        theirs=text_of(theirs, 0, len(theirs)),
    )
