"""Puts edits that are live into a course as its author's files have it, so that taking the files in loses none of them.

Where the files say the same by now, an edit has done its work; where they say something else in that place, the author
has the last word, and is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy.orm import Session

from foundation.errors import CompanionError
from foundation.ids import LessonId, ProductSlug
from knowledge.blocks import ReadWarning, SourceLesson
from knowledge.edit_states import Edit, list_edits
from knowledge.edits import Change, EditState
from knowledge.plan import lesson_id
from knowledge.products import Collection
from knowledge.revise import edit_lesson
from knowledge.revisions import state_of_revision
from knowledge.sight import StoredBlock
from knowledge.stored_blocks import block_to_json
from knowledge.three_way import all_fitted, fit_changes


@dataclass(frozen=True, slots=True)
class Reapplied:
    """The lessons with live edits put in; `edits` are the ids of all that were live, `settled` what became of some."""

    lessons: tuple[SourceLesson, ...]
    edits: frozenset[str] = frozenset()
    settled: Mapping[str, EditState] = field(default_factory=dict)
    warnings: tuple[ReadWarning, ...] = ()


def reapply_edits(session: Session, product: ProductSlug, lessons: Sequence[SourceLesson]) -> Reapplied:
    """A course's lessons with the product's live edits in them."""
    edits = live_edits(session, product)
    if not edits:
        return Reapplied(tuple(lessons))
    by_lesson: dict[LessonId, list[Edit]] = {}
    for edit in edits:
        by_lesson.setdefault(edit.lesson, []).append(edit)
    edited, settled, warnings = [], dict[str, EditState](), list[ReadWarning]()
    for lesson in lessons:
        mine = by_lesson.get(lesson_id(product, Collection.LESSONS, lesson.external_id), [])
        putting = _Putting(session, lesson, lessons, settled, warnings)
        for _, together in groupby(mine, key=lambda edit: (edit.base, edit.release)):
            putting.put(list(together))
        edited.append(putting.lesson)
    return Reapplied(tuple(edited), frozenset(edit.id for edit in edits), settled, tuple(warnings))


def live_edits(session: Session, product: str) -> list[Edit]:
    """The edits that are put into what is ingested, in the order of their releases."""
    return list_edits(session, product, states={EditState.LIVE})


@dataclass(slots=True)
class _Putting:
    """One lesson, as edits of it are put in one after the other."""

    session: Session
    lesson: SourceLesson
    course: Sequence[SourceLesson]
    settled: dict[str, EditState]
    warnings: list[ReadWarning]

    def put(self, together: Sequence[Edit]) -> None:
        """Edits that were released as one, in the terms of one revision."""
        base = state_of_revision(self.session, together[0].base).blocks
        today = [block_to_json(block) for block in self.lesson.blocks]
        changes = [change for edit in together for change in self._fitted(edit, base, today)]
        if not changes:
            return
        try:
            self.lesson = edit_lesson(self.lesson, changes, course_of=lambda: self.course)
        except CompanionError:
            for edit in together:
                if edit.id not in self.settled:
                    self._give_up(edit)

    def _fitted(self, edit: Edit, base: Sequence[StoredBlock], today: Sequence[StoredBlock]) -> Iterator[Change]:
        fitted = all_fitted(fit_changes(base, edit.changes, today))
        if fitted is None:
            self._give_up(edit)
        elif not fitted:
            self.settled[edit.id] = EditState.ABSORBED
        else:
            yield from fitted

    def _give_up(self, edit: Edit) -> None:
        self.settled[edit.id] = EditState.CONFLICT
        reason = (
            f"says something else where the approved edit {edit.id} was made: the file is shown, the edit is not; "
            f"`companion release diff {edit.id}` shows what it was"
        )
        self.warnings.append(ReadWarning(self.lesson.source_path, reason))
