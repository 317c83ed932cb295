"""The blocks of every published course of an installation, and which of them fit a learner; drafts are in none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from assistant.across import MOST_COURSES
from assistant.aims import aim_of, likeness
from assistant.blocks import Block, Fit, rank_blocks
from assistant.effort import lesson_minutes
from assistant.interview import Answers
from assistant.looking import look
from assistant.make_plan import Part, known_lessons
from assistant.reply import Outcome
from foundation.database import Database, moment
from foundation.ids import LessonId
from knowledge.language import Lang
from knowledge.lessons import LessonHead, live_lessons
from knowledge.outline import read_outlines
from knowledge.products import Product, ProductKind, list_products
from knowledge.related import NONE_RELATED, Related, RelatedLesson, related_lessons
from knowledge.shelves import Shelves
from learning.progress import LessonState, read_progress

# The block of each lesson, by its product and slug.
_BlockOf = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Fitting:
    """What fits, the best first; `is_near` is False where no course has anything to say to the goal at all."""

    fits: tuple[Fit, ...]
    minutes: dict[str, int]
    is_near: bool


def installed_blocks(session: Session) -> list[Block]:
    """The blocks of all courses with lessons, in the order of products and lessons."""
    return _installed(session).blocks


def installed_parts(session: Session) -> list[Part]:
    """The same as what a learner may say they know."""
    return [Part(block.id, block.title, block.lessons, block.lang) for block in installed_blocks(session)]


def fitting_blocks(
    database: Database, shelves: Shelves, answers: Answers, *, learner: str | None, lang: Lang, count: int
) -> Fitting:
    """At most `count` blocks for somebody who answered like this; `lang` is theirs where they named none.

    A block that is about what they know in their own words counts as met, and is offered still. Raises
    EncoderUnavailable, IndexUnavailable.
    """
    with database.read() as session:
        here = _installed(session)
        have = {*answers.known, *(_completed(session, here.blocks, learner) if learner else ())}
        fits = rank_blocks(
            here.blocks,
            have=have,
            touched=_in_words(here, answers),
            lang=answers.lang or lang,
            liked=_liked(here, answers.goal, shelves) if answers.goal else None,
        )[:count]
        shown = {block.id: block for fit in fits for block in (fit.block, *fit.met, *fit.missing)}
        minutes = _minutes(session, list(shown.values()))
    near = not answers.goal or any(
        _speaks_of(answers.goal, course, database, shelves) for course in here.courses[:MOST_COURSES]
    )
    return Fitting(tuple(fits), minutes, near)


@dataclass(frozen=True, slots=True)
class _Installed:
    """The courses with lessons, each with these, and their blocks."""

    courses: list[Product]
    heads: dict[str, list[LessonHead]]
    blocks: list[Block]


def _installed(session: Session) -> _Installed:
    courses = [one for one in list_products(session) if one.kind is ProductKind.COURSE and one.lessons]
    heads = {str(course.slug): live_lessons(session, course.slug) for course in courses}
    block_of: _BlockOf = {(slug, head.slug): _id(slug, head.block_title) for slug in heads for head in heads[slug]}
    blocks = [block for course in courses for block in _blocks(session, course, heads[course.slug], block_of)]
    return _Installed(courses, heads, blocks)


def _blocks(session: Session, course: Product, heads: Sequence[LessonHead], block_of: _BlockOf) -> list[Block]:
    related = related_lessons(session, course.slug, now=moment(session))
    groups: dict[str, list[LessonHead]] = {}
    for head in heads:
        groups.setdefault(head.block_title, []).append(head)
    return [
        Block(
            id=_id(course.slug, title),
            product=course.slug,
            course=course.title,
            title=title or course.title,
            lang=course.lang,
            lessons=tuple(head.slug for head in group),
            skills=tuple(dict.fromkeys(head.skill for head in group if head.skill)),
            requires=_required(group, related, block_of, own=_id(course.slug, title)),
            same_as=_same(group, related, block_of),
        )
        for title, group in groups.items()
    ]


def _required(
    group: Sequence[LessonHead], related: dict[LessonId, Related], block_of: _BlockOf, *, own: str
) -> tuple[str, ...]:
    tied = (other for head in group for other in related.get(head.id, NONE_RELATED).requires)
    found = dict.fromkeys(name for other in tied if (name := _block_of(other, block_of)) is not None)
    return tuple(name for name in found if name != own)


def _same(group: Sequence[LessonHead], related: dict[LessonId, Related], block_of: _BlockOf) -> frozenset[str]:
    """The blocks that at least half of the lessons have their equivalents in."""
    counts: dict[str, int] = {}
    for head in group:
        names = {_block_of(other, block_of) for other in related.get(head.id, NONE_RELATED).equivalent}
        for name in names - {None}:
            counts[str(name)] = counts.get(str(name), 0) + 1
    return frozenset(name for name, count in counts.items() if 2 * count >= len(group))


def _block_of(other: RelatedLesson, block_of: _BlockOf) -> str | None:
    return None if other.head is None else block_of.get((other.product, other.head.slug))


def _liked(here: _Installed, goal: str, shelves: Shelves) -> dict[str, float]:
    """A block is as like a goal as the likest of its lessons: means would favour blocks of a single lesson."""
    heads = [(slug, head) for slug in here.heads for head in here.heads[slug]]
    liked = likeness(goal, [aim_of(head.title, head.skill, head.outcome) for _, head in heads], shelves.encoder)
    by_lesson = {(slug, head.slug): float(like) for (slug, head), like in zip(heads, liked, strict=True)}
    return {block.id: max(by_lesson[block.product, lesson] for lesson in block.lessons) for block in here.blocks}


def _in_words(here: _Installed, answers: Answers) -> list[str]:
    """The blocks of which at least half of the lessons are about what somebody says they know."""
    known = {slug: known_lessons(here.heads[slug], replace(answers, known=())) for slug in here.heads}
    return [
        block.id
        for block in here.blocks
        if 2 * len(known[block.product].intersection(block.lessons)) >= len(block.lessons)
    ]


def _completed(session: Session, blocks: Sequence[Block], learner: str) -> list[str]:
    """The blocks of which a learner has completed every lesson."""
    done: dict[str, frozenset[str]] = {}
    for slug in dict.fromkeys(block.product for block in blocks):
        lessons = read_progress(session, slug, learner).lessons
        done[slug] = frozenset(one.lesson for one in lessons if one.state is LessonState.COMPLETED)
    return [block.id for block in blocks if done[block.product].issuperset(block.lessons)]


def _minutes(session: Session, blocks: Sequence[Block]) -> dict[str, int]:
    """How long each block takes; lessons are read for those alone that are shown."""
    minutes: dict[str, int] = {}
    for product in dict.fromkeys(block.product for block in blocks):
        wanted = {lesson for block in blocks if block.product == product for lesson in block.lessons}
        took = {each.head.slug: lesson_minutes(each) for each in read_outlines(session, product, only=wanted)}
        for block in blocks:
            if block.product == product:
                minutes[block.id] = sum(took.get(lesson, 0) for lesson in block.lessons)
    return minutes


def _speaks_of(goal: str, course: Product, database: Database, shelves: Shelves) -> bool:
    return look(goal, course, database=database, shelves=shelves).judgement.outcome is not Outcome.DECLINED


def _id(product: str, title: str) -> str:
    return f"{product}:{title}"
