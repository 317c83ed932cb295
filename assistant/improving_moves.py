"""What an author asks of the improvement loop: where learners are held up, what is not answered, what to write.

Every line is a figure of `feedback.figures` or a kept row, and leads to the items behind it; nobody is named and no
learner's words are copied into the turn. Told to the course's staff only: to everybody else such a message is a
question like any other.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from assistant.asks import Ask, asked_for
from assistant.compose import Draft
from assistant.echo import echoed
from assistant.move import Move
from assistant.moves import Asked
from assistant.naming import named_lessons
from assistant.phrases import Phrase, phrase
from assistant.reply import NearLesson, Outcome
from assistant.staff import products_of_staff
from feedback.effect import Effect, Verdict
from feedback.effects import list_effects
from feedback.figures import ProductFigures, ThemeFigures, figures_of
from feedback.proposal import Proposal, ProposalState
from feedback.proposals import list_proposals
from feedback.theme import ThemeKind
from feedback.trend import Direction
from foundation.database import Database
from knowledge.language import Lang
from knowledge.lessons import LessonHead, live_lessons
from knowledge.products import Product, ProductKind, list_products
from knowledge.shelves import Shelves

_WINDOW = timedelta(days=28)
_LINES = 6
_DRAFTS = 2
_TEXT_CHARS = 1_200
# A subject that says where, and nothing of what.
_SAYS_WHERE = re.compile(r"\d|\b(?:week|module|block|part|lesson|недел|модул|блок|част|урок|лекци|глав)", re.IGNORECASE)
_HERE = re.compile(r"\b(?:this|here|эт\w+|здесь|тут|данн\w+)\b", re.IGNORECASE)
_THEMES = {Ask.STUCK_WHERE: ThemeKind.TROUBLE, Ask.NOT_ANSWERED: ThemeKind.GAP, Ask.PRAISED: ThemeKind.PRAISE}
_HEADS = {
    Ask.STUCK_WHERE: Phrase.IMPROVE_STUCK,
    Ask.NOT_ANSWERED: Phrase.IMPROVE_GAPS,
    Ask.PRAISED: Phrase.IMPROVE_PRAISED,
}
_DIRECTIONS = {Direction.UP: Phrase.IMPROVE_MORE, Direction.DOWN: Phrase.IMPROVE_LESS}


@dataclass(frozen=True, slots=True)
class _Course:
    """A course somebody works on, its lessons in order, and those the message is about, empty for all."""

    product: Product
    lessons: tuple[LessonHead, ...]
    named: frozenset[str]

    def concerns(self, lesson: str | None) -> bool:
        return not self.named or lesson in self.named

    def title_of(self, lesson: str | None) -> str:
        return next((head.title for head in self.lessons if head.slug == lesson), self.product.title)


Told = tuple[list[str], list[NearLesson], dict[str, list[str]]]


def improving(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """Answers an author from the loop's own figures and drafts."""
    wanted = asked_for(asked.text, (*_THEMES, Ask.CLEARER, Ask.GOT_BETTER))
    if wanted is None:
        return None
    mine = products_of_staff(database, asked.learner)
    with database.read() as session:
        courses = _courses(session, asked, mine)
        if not courses:
            return None
        lines, links, facts = _tell(wanted.ask, session, asked, courses)
    if _SAYS_WHERE.search(wanted.topic) and not any(course.named for course in courses):
        lines.insert(0, phrase(Phrase.IMPROVE_NO_PLACE, asked.locale).format(place=echoed(wanted.topic)))
    outcome = Outcome.ANSWERED if facts else Outcome.PARTLY
    return Move("improving", (Draft("\n".join(lines)),), outcome=outcome, facts=facts, links=tuple(links))


def _courses(session: Session, asked: Asked, mine: frozenset[str]) -> list[_Course]:
    """The course that is asked, or, of an author's or a team's assistant, all the courses one works on."""
    here = asked.product
    known = [here] if here.kind is ProductKind.COURSE else list_products(session)
    chosen = [each for each in known if each.slug in mine and each.kind is ProductKind.COURSE]
    return [_course(session, asked, product) for product in chosen]


def _course(session: Session, asked: Asked, product: Product) -> _Course:
    lessons = tuple(live_lessons(session, product.slug))
    ids = named_lessons(asked.text, lessons)
    named = frozenset(head.slug for head in lessons if head.id in ids)
    if not named and asked.lesson and _HERE.search(asked.text):
        named = frozenset({asked.lesson})
    return _Course(product, lessons, named)


def _tell(ask: Ask, session: Session, asked: Asked, courses: Sequence[_Course]) -> Told:
    if ask is Ask.CLEARER:
        return _gathered(asked, courses, lambda course: _drafts(session, asked, course), none=Phrase.IMPROVE_NO_DRAFT)
    if ask is Ask.GOT_BETTER:
        return _gathered(asked, courses, lambda course: _effects(session, asked, course), none=Phrase.IMPROVE_NO_EFFECT)
    return _gathered(asked, courses, lambda course: _themes(session, asked, course, ask), none=None)


def _gathered(
    asked: Asked, courses: Sequence[_Course], tell: Callable[[_Course], Told], *, none: Phrase | None
) -> Told:
    """What is told of each course, one after another; `none` where nothing is told of any."""
    lines, links, facts = list[str](), list[NearLesson](), dict[str, list[str]]()
    for course in courses:
        told, leads, found = tell(course)
        lines += [*([course.product.title] if told and len(courses) > 1 else []), *told]
        links += leads
        for name, ids in found.items():
            facts.setdefault(name, []).extend(ids)
    if not lines and none is not None:
        lines = [phrase(none, asked.locale)]
    return lines, links, facts


def _themes(session: Session, asked: Asked, course: _Course, ask: Ask) -> Told:
    since = asked.now - _WINDOW
    figures = figures_of(session, course.product.slug, since=since, now=asked.now)
    found = [each for each in figures.of_kind(_THEMES[ask]) if course.concerns(each.place.lesson)][:_LINES]
    if not found:
        nothing = phrase(Phrase.IMPROVE_NONE, asked.locale).format(days=_WINDOW.days, k=figures.k)
        return [nothing], [_link(course, "themes", _console("themes", asked.locale))], {}
    head = phrase(_HEADS[ask], asked.locale).format(days=_WINDOW.days, active=figures.active)
    lines = [head, *(f"- {_theme(each, course, asked.locale)}" for each in found), *_below(figures, asked.locale)]
    links = [_link(course, f"themes/{each.id}", each.label) for each in found]
    return (
        lines,
        links,
        {"themes": [each.id for each in found], "items": [item for each in found for item in each.items]},
    )


def _theme(theme: ThemeFigures, course: _Course, lang: Lang) -> str:
    low, high = theme.interval
    told = phrase(Phrase.IMPROVE_THEME, lang).format(
        label=theme.label,
        place=course.title_of(theme.place.lesson),
        learners=theme.learners,
        share=round(100 * theme.share),
        low=round(100 * low),
        high=round(100 * high),
    )
    trend = _DIRECTIONS.get(theme.trend.direction)
    return f"{told}; {phrase(trend, lang).format(days=theme.trend.days)}" if trend else told


def _below(figures: ProductFigures, lang: Lang) -> list[str]:
    """Says that there is more than is shown."""
    if not figures.hidden:
        return []
    return [phrase(Phrase.IMPROVE_HIDDEN, lang).format(count=figures.hidden, k=figures.k)]


def _drafts(session: Session, asked: Asked, course: _Course) -> Told:
    """The changes that are proposed already: they rest on items and are written where the author decides on them."""
    open_ones = list_proposals(session, course.product.slug, states=(ProposalState.OPEN, ProposalState.POSTPONED))
    found = [each for each in open_ones if course.concerns(each.place.lesson)][:_DRAFTS]
    lines = [line for each in found for line in _draft(each, course, asked.locale)]
    links = [_link(course, f"proposals/{each.id}", course.title_of(each.place.lesson)) for each in found]
    facts = {"proposals": [each.id for each in found], "items": [item for each in found for item in each.evidence]}
    return lines, links, facts if found else {}


def _draft(proposal: Proposal, course: _Course, lang: Lang) -> list[str]:
    written = "\n\n".join(change.markdown for change in proposal.changes if change.markdown)[:_TEXT_CHARS]
    about = phrase(Phrase.IMPROVE_DRAFT, lang).format(place=course.title_of(proposal.place.lesson), why=proposal.reason)
    return [about, *(["", written, ""] if written else [])]


def _effects(session: Session, asked: Asked, course: _Course) -> Told:
    told = [each for each in list_effects(session, course.product.slug) if course.concerns(each.place.lesson)][:_LINES]
    lines = [f"- {_effect(each, course, asked.locale)}" for each in told]
    links = [_link(course, "effects", _console("effects", asked.locale))] if told else []
    return lines, links, {"effects": [each.id for each in told]} if told else {}


def _effect(effect: Effect, course: _Course, lang: Lang) -> str:
    verdicts = {
        Verdict.WATCHING: Phrase.IMPROVE_WATCHING,
        Verdict.HELPED: Phrase.IMPROVE_HELPED,
        Verdict.NO_EVIDENCE: Phrase.IMPROVE_NO_EVIDENCE,
        Verdict.WORSE: Phrase.IMPROVE_WORSE,
    }
    place = course.title_of(effect.place.lesson)
    return phrase(verdicts[effect.verdict], lang).format(
        place=place, release=effect.release, since=_day(effect.released)
    )


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _console(section: str, lang: Lang) -> str:
    return phrase(Phrase.IMPROVE_EFFECTS if section == "effects" else Phrase.IMPROVE_THEMES, lang)


def _link(course: _Course, path: str, title: str) -> NearLesson:
    return NearLesson("", title, f"/console/p/{course.product.slug}/{path}")
