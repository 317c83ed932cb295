"""The blocks of every published course of an installation, and which of them fit a learner; drafts are in none."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from assistant.aims import aim_of, likeness
from assistant.blocks import Block, Fit, rank_blocks
from assistant.effort import lesson_minutes
from assistant.looking import look
from assistant.make_plan import Part
from assistant.reply import Outcome
from foundation.database import Database, moment
from foundation.ids import LessonId
from knowledge.language import Lang
from knowledge.lessons import LessonHead, live_lessons
from knowledge.outline import read_outlines
from knowledge.products import Product, ProductKind, find_product, list_products
from knowledge.related import NONE_RELATED, Related, RelatedLesson, related_lessons
from knowledge.shelves import Shelves
from learning.progress import LessonState, read_progress


@dataclass(frozen=True, slots=True)
class Fitting:
    """What fits, the best first; `is_near` is False where no course has anything to say to the goal at all."""

    fits: tuple[Fit, ...]
    minutes: dict[str, int]
    is_near: bool


def installed_blocks(session: Session) -> list[Block]:
    """The blocks of all courses with lessons, in the order of products and lessons."""
    courses = [one for one in list_products(session) if one.kind is ProductKind.COURSE and one.lessons]
    heads = {course.slug: live_lessons(session, course.slug) for course in courses}
    block_of: dict[tuple[str, str], str] = {
        (course.slug, head.slug): _id(course.slug, head.block_title)
        for course in courses
        for head in heads[course.slug]
    }
    return [block for course in courses for block in _blocks(session, course, heads[course.slug], block_of)]


def installed_parts(session: Session) -> list[Part]:
    """The same as what a learner may say they know."""
    return [Part(block.id, block.title, block.lessons) for block in installed_blocks(session)]


def fitting_blocks(
    database: Database,
    shelves: Shelves,
    *,
    goal: str,
    known: Collection[str],
    learner: str | None,
    lang: Lang,
    count: int,
) -> Fitting:
    """At most `count` blocks for somebody with this goal, "" for none, who says they know these blocks.

    Raises EncoderUnavailable, IndexUnavailable.
    """
    with database.read() as session:
        blocks = installed_blocks(session)
        have = {*known, *(_completed(session, blocks, learner) if learner else ())}
        liked = (
            None if not goal else dict(zip((b.id for b in blocks), _liked(session, blocks, goal, shelves), strict=True))
        )
        fits = rank_blocks(blocks, have=have, lang=lang, liked=liked)[:count]
        shown = {block.id: block for fit in fits for block in (fit.block, *fit.missing)}
        minutes = _minutes(session, list(shown.values()))
        courses = [find_product(session, slug) for slug in dict.fromkeys(block.product for block in blocks)]
    near = not goal or any(_speaks_of(goal, course, database, shelves) for course in courses)
    return Fitting(tuple(fits), minutes, near)


def _blocks(
    session: Session, course: Product, heads: Sequence[LessonHead], block_of: dict[tuple[str, str], str]
) -> list[Block]:
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
    group: Sequence[LessonHead], related: dict[LessonId, Related], block_of: dict[tuple[str, str], str], *, own: str
) -> tuple[str, ...]:
    tied = (other for head in group for other in related.get(head.id, NONE_RELATED).requires)
    found = dict.fromkeys(name for other in tied if (name := _block_of(other, block_of)) is not None)
    return tuple(name for name in found if name != own)


def _same(
    group: Sequence[LessonHead], related: dict[LessonId, Related], block_of: dict[tuple[str, str], str]
) -> frozenset[str]:
    """The blocks that at least half of the lessons have their equivalents in."""
    counts: dict[str, int] = {}
    for head in group:
        names = {_block_of(other, block_of) for other in related.get(head.id, NONE_RELATED).equivalent}
        for name in names - {None}:
            counts[str(name)] = counts.get(str(name), 0) + 1
    return frozenset(name for name, count in counts.items() if 2 * count >= len(group))


def _block_of(other: RelatedLesson, block_of: dict[tuple[str, str], str]) -> str | None:
    return None if other.head is None else block_of.get((other.product, other.head.slug))


def _liked(session: Session, blocks: Sequence[Block], goal: str, shelves: Shelves) -> list[float]:
    """A block is as like a goal as the likest of its lessons: means would favour blocks of a single lesson."""
    heads = {
        (slug, head.slug): head
        for slug in dict.fromkeys(block.product for block in blocks)
        for head in live_lessons(session, slug)
    }
    names = [(block.product, lesson) for block in blocks for lesson in block.lessons]
    aims = [aim_of(heads[name].title, heads[name].skill, heads[name].outcome) for name in names]
    by_lesson = dict(zip(names, likeness(goal, aims, shelves.encoder), strict=True))
    return [float(max(by_lesson[block.product, lesson] for lesson in block.lessons)) for block in blocks]


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
