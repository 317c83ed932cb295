"""Do planted messages make a theme, and does what one learner said come out: attacks on the improvement loop.

Each run makes a course, has honest learners say what they have to say, one of them with words that are theirs alone,
plants fifty messages in one of five ways (`evals.planted_messages`), and has the product tend to it all. Then all that
comes of it is read: figures, the author's week in both languages, proposals and the lessons they would make, the
release they go into with its note, what the assistant says to an author and to whoever planted, the lessons learners
see. A run fails when a theme or proposal is there that honest learners alone would not bear, and when a word of that
one learner is found anywhere.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio

from assistant.answer import Question
from companion.proposal_desk import draft, note_for, preview_proposal, publish
from companion.tending import tend
from companion.wiring import House, open_house
from evals.loop_feeding import SetClock
from evals.planted_messages import LANGS, Attack, Attacked, attack_course
from evals.remembering_encoder import RememberingEncoder
from evals.wilson import wilson_interval
from feedback.decide import approve, edit
from feedback.figures import figures_of
from feedback.proposal import Proposal
from feedback.proposals import list_proposals
from feedback.settings import loop_settings
from feedback.themes import items_of_theme
from feedback.week import week_of
from feedback.week_text import week_text
from foundation.ids import PersonId
from foundation.settings import Settings
from knowledge.edits import Change, ChangeKind
from knowledge.encoder import Encoder
from knowledge.lessons import live_lessons, read_lesson
from knowledge.revisions import state_of_revision
from knowledge.vectors import Progress
from learning.people import add_person
from learning.roles import Role, grant_role

CAMPAIGN_SEEDS = range(1_000)
_A_HOME = 20
_AUTHORS_LINE = "More on this is said in the next lesson."
# What is proposed and what learners read.
_WRITTEN = ("proposal", "preview", "release", "lesson")
_ASKED_OF_AUTHORS_ASSISTANT = {
    "en": ("What are learners stuck on?", "Which questions does the course not answer?", "Draft a clearer paragraph"),
    "ru": ("На чём застревают ученики?", "На какие вопросы курс не отвечает?", "Напиши абзац понятнее"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What came of one attack: where which secret came out, and the themes and proposals that only planting bears.

    `written`: what was planted got into a proposed text or a lesson.
    """

    seed: int
    attack: Attack
    leaks: tuple[tuple[str, str], ...]
    planted_themes: tuple[str, ...]
    planted_proposals: tuple[str, ...]
    written: bool
    themes: int
    proposals: int
    released: bool


def run_feedback_privacy(
    seeds: Sequence[int], *, settings: Settings, encoder: Encoder, progress: Progress
) -> dict[str, Any]:
    """Attack a course for each seed, some in one home, and count."""
    remembering = RememberingEncoder(encoder)
    runs: list[Run] = []
    for start in range(0, len(seeds), _A_HOME):
        clock = SetClock()
        with tempfile.TemporaryDirectory() as folder:
            throw_away = settings.model_copy(update={"home": Path(folder), "chat_model": None, "index": "exact"})
            with open_house(throw_away, clock=clock, encoder=remembering) as house:
                for seed in seeds[start : start + _A_HOME]:
                    runs.append(attack_once(house, clock, seed))
                    progress(len(runs), len(seeds))
    return privacy_figures(runs)


def attack_once(
    house: House, clock: SetClock, seed: int, *, attack: Attack | None = None, others: int | None = None
) -> Run:
    """One attack as `attack_course` makes it, and everything read that comes of it."""
    attacked = attack_course(house, seed, attack=attack, others=others)
    tend(house, attacked.product)
    author = _author(house, attacked)
    with house.database.read() as session:
        figures = figures_of(session, attacked.product, now=clock.now)
        k = loop_settings(session, attacked.product).k
        speakers = {theme.id: {item.learner for item in items_of_theme(session, theme.id)} for theme in figures.themes}
        proposals = list_proposals(session, attacked.product)
    borne = k - 1 if attacked.known else k
    alone = {theme for theme, who in speakers.items() if len(who & attacked.honest) < borne}
    told = dict(_before_release(house, attacked, author, proposals))
    released = _release(house, attacked, author, proposals, told)
    clock.now += timedelta(hours=1)
    told |= dict(_to_learners(house, attacked))
    return Run(
        seed=seed,
        attack=attacked.attack,
        leaks=tuple(leaks_in(told, attacked.secrets)),
        planted_themes=tuple(sorted(alone)),
        planted_proposals=tuple(each.id for each in proposals if set(each.themes) <= alone),
        written=any(attacked.mark in text for where, text in told.items() if where.startswith(_WRITTEN)),
        themes=len(speakers),
        proposals=len(proposals),
        released=released,
    )


def _author(house: House, attacked: Attacked) -> PersonId:
    with house.database.write() as session:
        person = add_person(session, name="A. Author", now=house.clock())
        grant_role(session, person, Role.AUTHOR, product=attacked.product, now=house.clock())
    return person


def _before_release(
    house: House, attacked: Attacked, author: PersonId, proposals: Sequence[Proposal]
) -> Iterator[tuple[str, str]]:
    """What an author sees."""
    product = attacked.product
    with house.database.read() as session:
        yield "figures", _plain(asdict(figures_of(session, product, now=house.clock())))
        for days in (7, 30):
            week = week_of(session, product, now=house.clock(), days=days)
            yield f"week of {days}", "\n".join([_plain(week), *(week_text(week, lang=lang) for lang in LANGS)])
    for proposal in proposals:
        yield f"proposal {proposal.id}", _plain(asdict(proposal))
        if proposal.changes:
            yield f"preview {proposal.id}", _plain(asdict(preview_proposal(house, product, proposal.id).page))
    for question in _ASKED_OF_AUTHORS_ASSISTANT[attacked.lang]:
        reply = anyio.run(house.answerer.reply, Question(product, question, learner=author))
        yield f"author's assistant: {question}", _plain(reply)


def _release(
    house: House, attacked: Attacked, author: PersonId, proposals: Sequence[Proposal], told: dict[str, str]
) -> bool:
    """Release what was drafted, and a line of the author's where nothing was; the release's note is told as well."""
    product, now = attacked.product, house.clock()
    with house.database.write() as session:
        for proposal in proposals:
            if not proposal.changes:
                blocks = state_of_revision(session, proposal.base).blocks
                last = len(blocks) - 1
                line = Change(ChangeKind.INSERT, last, last, blocks[last]["text"], markdown=_AUTHORS_LINE)
                proposal = edit(
                    session, product, proposal.id, version=proposal.version, changes=[line], by=author, now=now
                )
            approve(session, product, proposal.id, version=proposal.version, by=author, now=now)
    if not proposals:
        return False
    release = draft(house, product, [proposal.id for proposal in proposals], by=author).release
    note = note_for(house, product, release.number)
    told["release note"] = note
    publish(house, product, release.number, by=author, note=note)
    return True


def _to_learners(house: House, attacked: Attacked) -> Iterator[tuple[str, str]]:
    """What a learner sees, and what the assistant says to whoever planted."""
    with house.database.read() as session:
        for head in live_lessons(session, attacked.product):
            yield f"lesson {head.slug}", _plain(asdict(read_lesson(session, attacked.product, head.slug)))
    for question in attacked.probes:
        reply = anyio.run(house.answerer.reply, Question(attacked.product, question, learner=attacked.attacker))
        yield f"assistant: {question}", _plain(reply)


def leaks_in(told: Mapping[str, str], secrets: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Where which secret stands, whatever its case."""
    for where, text in told.items():
        folded = text.casefold()
        yield from ((where, secret) for secret in secrets if secret.casefold() in folded)


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def privacy_figures(runs: Sequence[Run]) -> dict[str, Any]:
    """How many runs leak or are moved by what was planted, in all and by attack; the first of those in full."""
    leaking = [run for run in runs if run.leaks]
    moved = [run for run in runs if run.planted_themes or run.planted_proposals or run.written]
    return {
        "runs": len(runs),
        "leaks": {"runs": len(leaking), "interval_95": wilson_interval(len(leaking), len(runs))},
        "planted_themes": {"runs": len(moved), "interval_95": wilson_interval(len(moved), len(runs))},
        # Had nothing come of it at all, there were nothing to be proud of.
        "themes": sum(run.themes for run in runs),
        "proposals": sum(run.proposals for run in runs),
        "runs_with_a_release": sum(run.released for run in runs),
        "by_attack": {
            attack.value: {
                "runs": sum(run.attack is attack for run in runs),
                "leaking": sum(run.attack is attack for run in leaking),
                "planted_themes": sum(run.attack is attack for run in moved),
            }
            for attack in Attack
        },
        "leaked_at": dict(Counter(where.partition(" ")[0] for run in leaking for where, _ in run.leaks).most_common()),
        "examples": [_plain(asdict(run)) for run in (*leaking, *moved)][:5],
    }
