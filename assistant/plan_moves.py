"""What somebody is told who asks where to begin, what comes next, or says they cannot keep up: the plan's next step.

On a platform the same question is which of its blocks fits.
"""

from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from assistant.asks import Ask, asked_for
from assistant.block_shelf import Fitting, fitting_blocks
from assistant.blocks import Fit
from assistant.compose import Draft
from assistant.effort import first_win
from assistant.interview import Answers, read_answers
from assistant.keep_plan import open_interview, plan_in_force
from assistant.links import lesson_url, near
from assistant.memory import recall
from assistant.move import Move, Offer
from assistant.moves import Asked
from assistant.phrases import Phrase, phrase
from assistant.profile import profile_of
from assistant.reply import NearLesson, Outcome
from assistant.self_told import MemoryKind
from assistant.shown_plan import ShownPlan, show_plan
from feedback.gaps import record_gap
from foundation.database import Database
from knowledge.lessons import live_lessons
from knowledge.outline import read_outlines
from knowledge.shelves import Shelves

_BLOCKS = 3
_FIRST_LESSONS = 3


def plan(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """The next step of the learner's plan; who has none is shown a first small win and the way to one."""
    if asked_for(asked.text, (Ask.PLAN,)) is None:
        return None
    with database.read() as session:
        kept = plan_in_force(session, asked.learner, asked.product.slug) if asked.learner else None
        if kept is not None:
            shown = show_plan(session, asked.product, kept, today=asked.now.date())
            return _next_step(asked, shown)
        return _beginning(session, asked)


def blocks(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """The blocks that fit: by the goal named in the message, else by the one the learner told when asked for it."""
    wanted = asked_for(asked.text, (Ask.BLOCKS, Ask.PLAN))
    if wanted is None:
        return None
    with database.read() as session:
        answers = _answers(session, asked)
    answers = replace(answers, goal=wanted.topic or answers.goal)
    fitting = fitting_blocks(database, shelves, answers, learner=asked.learner, lang=asked.locale, count=_BLOCKS)
    # Without a goal only what can be begun at once is worth naming.
    fits = [fit for fit in fitting.fits if answers.goal or not fit.missing] or list(fitting.fits)
    if not fits:
        return None
    name = Phrase.BLOCKS_OPEN if not answers.goal else Phrase.BLOCKS_FIT if fitting.is_near else Phrase.BLOCKS_FAR
    text = "\n".join([phrase(name, asked.locale), *(f"- {_told(fit, fitting, asked)}" for fit in fits)])
    return Move(
        "blocks",
        (Draft(text),),
        Outcome.ANSWERED if fitting.is_near else Outcome.DECLINED,
        offers=(Offer.PLAN,),
        facts={"blocks": len(fits)},
        links=tuple(NearLesson("", fit.block.title, f"/p/{fit.block.product}") for fit in fits),
        # What is asked for and not taught is for the authors to know.
        writes=None if fitting.is_near else partial(_note_gap, asked),
    )


def _next_step(asked: Asked, shown: ShownPlan) -> Move:
    told = _Telling(asked)
    facts = {"done": shown.done, "lessons": shown.lessons, "behind": shown.behind, "version": shown.version}
    if shown.next is None:
        return told.move(Phrase.PLAN_DONE, facts=facts)
    drafts = [told.say(Phrase.PLAN_NEXT, week=max(1, shown.week), done=shown.done, lessons=shown.lessons)]
    drafts.append(told.say(Phrase.PLAN_STEP, title=shown.next.title, minutes=shown.next.minutes))
    if shown.behind:
        drafts.append(told.say(Phrase.PLAN_BEHIND, behind=shown.behind))
    link = NearLesson(shown.next.lesson, shown.next.title, shown.next.url)
    return Move("plan", tuple(drafts), offers=(Offer.PLAN,), facts=facts, links=(link,))


def _beginning(session: Session, asked: Asked) -> Move | None:
    told = _Telling(asked)
    heads = live_lessons(session, asked.product.slug)[:_FIRST_LESSONS]
    win = first_win(read_outlines(session, asked.product.slug, only=[head.slug for head in heads]))
    if win is None:
        return None
    head = next(head for head in heads if head.slug == win.lesson)
    under_way = bool(asked.learner and open_interview(session, asked.learner, asked.product.slug))
    drafts = (
        told.say(Phrase.PLAN_WIN, title=head.title, minutes=win.minutes),
        told.say(Phrase.PLAN_GO_ON if under_way else Phrase.PLAN_BEGIN),
    )
    url = lesson_url(asked.product, head, anchor=win.anchor)
    link = NearLesson(head.slug, head.title, url) if win.anchor else near(asked.product, head)
    return Move("plan", drafts, offers=(Offer.PLAN,), facts={"minutes": win.minutes}, links=(link,))


def _answers(session: Session, asked: Asked) -> Answers:
    """What the learner answered when asked; a goal they named in passing serves where they did not."""
    if not asked.learner:
        return Answers(lang=asked.locale)
    learner, product = asked.learner, asked.product.slug
    kept = open_interview(session, learner, product) or plan_in_force(session, learner, product)
    answers = Answers(lang=asked.locale) if kept is None else read_answers(kept.answers)
    told = recall(session, learner, product).texts(MemoryKind.GOAL) if profile_of(asked.product.kind).memory else []
    return answers if answers.goal or not told else replace(answers, goal=told[-1])


def _note_gap(asked: Asked, session: Session) -> None:
    product, turn = asked.product.slug, asked.turn
    record_gap(
        session,
        product=product,
        turn=turn,
        question=asked.text,
        outcome=Outcome.DECLINED,
        lesson=None,
        now=asked.now,
        learner=asked.learner,
    )


def _told(fit: Fit, fitting: Fitting, asked: Asked) -> str:
    told = _Telling(asked)
    minutes = max(1, fitting.minutes[fit.block.id])
    parts = [told.words(Phrase.BLOCK, title=fit.block.title, course=fit.block.course, minutes=minutes)]
    if fit.block.skills:
        parts.append(told.words(Phrase.BLOCK_SKILLS, skills="; ".join(fit.block.skills)))
    if fit.missing:
        parts.append(told.words(Phrase.BLOCK_FIRST, blocks=", ".join(block.title for block in fit.missing)))
    else:
        parts.append(told.words(Phrase.BLOCK_READY))
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class _Telling:
    """Phrases in the reader's language."""

    asked: Asked

    def words(self, name: Phrase, **values: object) -> str:
        return phrase(name, self.asked.locale).format(**values)

    def say(self, name: Phrase, **values: object) -> Draft:
        return Draft(self.words(name, **values))

    def move(self, name: Phrase, *, facts: dict[str, int]) -> Move:
        return Move("plan", (self.say(name),), offers=(Offer.PLAN,), facts=facts, links=())
