"""Who may see a thing that lies in another one: the stricter of the two rules holds."""

from dataclasses import replace
from datetime import UTC, datetime

from knowledge.blocks import Block, Seen, SourceLesson, Visibility

FOR_LEARNERS = Seen(Visibility.LEARNER)
FOR_STAFF = Seen(Visibility.STAFF)
UNPUBLISHED = Seen(Visibility.UNPUBLISHED)
_STRICTNESS = (Visibility.LEARNER, Visibility.NOT_BEFORE, Visibility.UNPUBLISHED, Visibility.STAFF)


def stricter(*rules: Seen) -> Seen:
    """The strictest of the rules; of two dates the later one."""
    strictest = max(rules, key=lambda rule: _STRICTNESS.index(rule.visibility))
    if strictest.visibility is not Visibility.NOT_BEFORE:
        return strictest
    return Seen(Visibility.NOT_BEFORE, max(rule.not_before for rule in rules if rule.not_before is not None))


def least_strict(*rules: Seen) -> Seen:
    """The freest of the rules, the first of several alike; of two dates the earlier one."""
    return min(
        rules,
        key=lambda rule: (_STRICTNESS.index(rule.visibility), rule.not_before or datetime.min.replace(tzinfo=UTC)),
    )


def opening_at(text: str) -> Seen:
    """For learners from the moment an export writes, at once without one; never from what is no moment.

    Written as ISO 8601, and meant in UTC where it names no offset.
    """
    if not text.strip():
        return FOR_LEARNERS
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
    except ValueError:
        return UNPUBLISHED
    return Seen(Visibility.NOT_BEFORE, moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC))


def withhold(lesson: SourceLesson, rule: Seen) -> SourceLesson:
    """The lesson with everything in it at least as strict as the rule."""
    if rule.visibility is Visibility.LEARNER:
        return lesson
    return replace(lesson, blocks=tuple(_withheld(block, rule) for block in lesson.blocks))


def _withheld(block: Block, rule: Seen) -> Block:
    both = stricter(Seen(block.visibility, block.not_before), rule)
    return replace(block, visibility=both.visibility, not_before=both.not_before)
