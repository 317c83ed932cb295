"""Does the improvement loop find what is wrong with a course: defects are planted, made-up learners stumble over them.

Eight defects of five kinds are planted in a course; learners go through it, stumble, and say so in their own words,
those of another language among them; the product does the rest as it is: it answers, takes in, places, groups, counts
and proposes. A proposal is right that is about the section of a planted defect. Places that are hard and sound,
remarks, questions and praise are there to lead it astray. docs/design/loop-proof.md tells the assumptions and what
becomes of the figures when they change.
"""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from companion.tending import tend
from companion.wiring import House, open_house
from evals.loop_course import DefectKind, LoopCourse, Stumble, read_sample_course
from evals.loop_feeding import SetClock, feed
from evals.loop_learners import LoopAssumptions, make_loop_learners, speakers_of
from evals.loop_made_course import make_loop_course
from evals.remembering_encoder import RememberingEncoder
from evals.wilson import wilson_interval
from feedback.figures import figures_of
from feedback.item import Place
from feedback.proposal import Proposal, ProposalState
from feedback.proposals import list_proposals
from feedback.theme import ThemeKind
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.encoder import Encoder
from knowledge.ingest import Target, ingest
from knowledge.outline import read_outlines
from knowledge.products import ProductKind
from knowledge.readers import read_course
from knowledge.vectors import Progress

LOOKED_AT = 10
"""So many proposals an author may be expected to read."""
DEFECTS = 8
EFFECT_RUNS = 80
"""So many releases of each sort are tried (`evals.loop_effects`): two CPU minutes."""
COURSES = ("ab-tests-ru", "ab-tests-en", "made-ru", "made-en")
CHANGED_COURSES = ("ab-tests-ru", "made-en")
TOLD_WHEN_CHANGED = ("recall", "precision", "speakers_a_defect")
HELD_OUT = (100, 101)
"""Seeds that nothing was tuned on; 1 to 4 are for that."""
_PLAIN = LoopAssumptions()
# What else might be so: how many defects there are, and what learners are like.
WHEN_CHANGED: Mapping[str, tuple[int, LoopAssumptions]] = {
    "half as many learners": (DEFECTS, replace(_PLAIN, learners=_PLAIN.learners // 2)),
    "half as many of those who stumble speak": (DEFECTS, replace(_PLAIN, speaks=_PLAIN.speaks / 2)),
    "only five defects": (5, _PLAIN),
    "a third speaks the other language": (DEFECTS, replace(_PLAIN, other_language=0.33)),
    "three times the remarks about nothing": (
        DEFECTS,
        replace(_PLAIN, remarks_on_lesson=3 * _PLAIN.remarks_on_lesson, remarks_on_course=0.6, asks_ordinarily=0.09),
    ),
    "one word in five has a slip": (DEFECTS, replace(_PLAIN, slips=0.2)),
    "hard places are twice as hard": (
        DEFECTS,
        replace(_PLAIN, stumbles={**_PLAIN.stumbles, DefectKind.HARD: 2 * _PLAIN.stumbles[DefectKind.HARD]}),
    ),
    "nobody is vouched for": (DEFECTS, replace(_PLAIN, vouched_for=0.0)),
}


@dataclass(frozen=True, slots=True)
class Played:
    """A course that was played through: what was planted where, who spoke of it, and what came of it, best first.

    `troubles` are the places of the themes an author would see, `proposals` those that wait for a decision; `places`
    of defects and hard places are by their ids.
    """

    course: LoopCourse
    defects: tuple[Stumble, ...]
    places: Mapping[str, Place]
    spoke: Mapping[str, int]
    items: int
    troubles: tuple[Place, ...]
    proposals: tuple[Proposal, ...]

    @property
    def top(self) -> tuple[Proposal, ...]:
        """What an author reads."""
        return self.proposals[:LOOKED_AT]

    def found_in(self, places: Sequence[Place]) -> list[Stumble]:
        """The defects whose places are among these."""
        return [defect for defect in self.defects if self.places[defect.id] in places]

    def what_is_at(self, place: Place) -> Stumble | None:
        """The defect or hard place that a proposal is about, None elsewhere."""
        known = (*self.defects, *self.course.hard)
        return next((each for each in known if self.places[each.id] == place), None)


def play(
    house: House, clock: SetClock, course: LoopCourse, *, seed: int, defects: int, assumed: LoopAssumptions
) -> Played:
    """Plant, let learners live through it, and have the product tend to what they said."""
    planted = course.drawn(defects, random.Random(f"planted {course.name} {seed}"))
    product = ProductSlug(f"loop-{course.name}-{seed}")
    _take_in(house, course.planted(planted), product, lang=course.lang)
    made = make_loop_learners(course, planted, seed=seed, assumed=assumed)
    feed(house, clock, product, made)
    tend(house, product)
    with house.database.read() as session:
        sections = {
            (outline.head.external_id, section.heading): Place(outline.head.slug, section.anchor)
            for outline in read_outlines(session, product)
            for section in outline.sections
        }
        figures = figures_of(session, product, now=clock.now)
        proposals = list_proposals(session, product, states=[ProposalState.OPEN])
    return Played(
        course=course,
        defects=planted,
        places={each.id: _place(sections, each) for each in (*planted, *course.hard)},
        spoke=dict(speakers_of(made.said)),
        items=figures.items,
        troubles=tuple(theme.place for theme in figures.themes if theme.kind is not ThemeKind.PRAISE),
        proposals=tuple(proposals),
    )


def _place(sections: Mapping[tuple[str, str], Place], stumble: Stumble) -> Place:
    """By the lesson's file, with its ending or without, and the section's heading."""
    return next(
        place
        for (external, heading), place in sections.items()
        if external.removesuffix(".md") == stumble.lesson and heading == stumble.section
    )


def _take_in(house: House, lessons: Mapping[str, str], product: ProductSlug, *, lang: str) -> None:
    with tempfile.TemporaryDirectory() as named:
        for name, text in lessons.items():
            (Path(named) / f"{name}.md").write_text(text, encoding="utf-8")
        ingest(
            read_course(Path(named)),
            Target(product, kind=ProductKind.COURSE, lang=lang),
            database=house.database,
            encoder=house.encoder,
            clock=house.clock,
            workers=house.settings.encode_workers,
        )


def run_loop(
    seeds: Sequence[int], *, settings: Settings, encoder: Encoder, progress: Progress, courses: Sequence[str] = COURSES
) -> dict[str, Any]:
    """Play every course with every seed and tell what was found; beside it, what becomes of it when more is assumed."""
    total = len(courses) * len(seeds) + len(CHANGED_COURSES) * len(WHEN_CHANGED)
    played: list[Played] = []
    for course in courses:
        for seed in seeds:
            played.append(play_alone(course, seed=seed, settings=settings, encoder=encoder))
            progress(len(played), total)
    changed: dict[str, dict[str, Any]] = {}
    for name, (defects, assumed) in WHEN_CHANGED.items():
        again = [
            play_alone(course, seed=seeds[0], settings=settings, encoder=encoder, assumed=assumed, defects=defects)
            for course in CHANGED_COURSES
        ]
        changed[name] = {each: found_figures(again)[each] for each in TOLD_WHEN_CHANGED}
        progress(len(played) + len(CHANGED_COURSES) * len(changed), total)
    return {**found_figures(played), "when_assumptions_change": changed}


def play_alone(
    course: str,
    *,
    seed: int,
    settings: Settings,
    encoder: Encoder,
    assumed: LoopAssumptions | None = None,
    defects: int = DEFECTS,
) -> Played:
    """Play one course, by its name, in a throw-away home."""
    clock = SetClock()
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder), "chat_model": None, "index": "exact"})
        with open_house(throw_away, clock=clock, encoder=RememberingEncoder(encoder)) as house:
            made = read_loop_course(course, seed=seed)
            return play(house, clock, made, seed=seed, defects=defects, assumed=assumed or LoopAssumptions())


def read_loop_course(name: str, *, seed: int) -> LoopCourse:
    """A course by its name; of those that are made up, the one of the seed."""
    kind, _, lang = name.rpartition("-")
    return make_loop_course(lang, seed=seed) if kind == "made" else read_sample_course(lang)


def found_figures(played: Sequence[Played]) -> dict[str, Any]:
    """Of the defects planted, how many are among the top proposals; of these, how many are about a defect."""
    planted = [(each, defect) for each in played for defect in each.defects]
    found = [defect for each in played for defect in each.found_in([proposal.place for proposal in each.top])]
    seen = [defect for each in played for defect in each.found_in(each.troubles)]
    at = [each.what_is_at(proposal.place) for each in played for proposal in each.top]
    right = sum(stumble is not None and stumble.kind is not DefectKind.HARD for stumble in at)
    kinds = Counter(defect.kind for _, defect in planted)
    return {
        "courses": len(played),
        "defects": len(planted),
        "items": sum(each.items for each in played),
        "speakers_a_defect": round(sum(each.spoke.get(defect.id, 0) for each, defect in planted) / len(planted), 1),
        "recall": _share(len(found), len(planted)),
        "precision": _share(right, len(at)),
        "lowest_recall": min(_of_one(each) for each in played),
        "lowest_precision": min(_right_of_one(each) for each in played),
        "proposals_looked_at": len(at),
        "about_hard_places": sum(stumble is not None and stumble.kind is DefectKind.HARD for stumble in at),
        "in_the_themes": _share(len(seen), len(planted)),
        "by_kind": {kind: f"{sum(each.kind is kind for each in found)} of {count}" for kind, count in kinds.items()},
        "proposed_as": _proposed_as(played),
    }


def _of_one(played: Played) -> float:
    return round(len(played.found_in([proposal.place for proposal in played.top])) / len(played.defects), 4)


def _right_of_one(played: Played) -> float:
    places = {played.places[defect.id] for defect in played.defects}
    return round(sum(each.place in places for each in played.top) / len(played.top), 4) if played.top else 0.0


def _proposed_as(played: Sequence[Played]) -> dict[str, dict[str, int]]:
    """By kind of defect, what kinds of mending were proposed first."""
    told: dict[str, Counter[str]] = {}
    for each in played:
        for defect in each.defects:
            first = next((one.kind.value for one in each.top if one.place == each.places[defect.id]), "nothing")
            told.setdefault(defect.kind.value, Counter())[first] += 1
    return {kind: dict(counted.most_common()) for kind, counted in told.items()}


def _share(hits: int, of: int) -> dict[str, Any]:
    return {"n": of, "share": round(hits / of, 4) if of else 0.0, "interval_95": wilson_interval(hits, of)}


def loop_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """The whole proof for people: what was found, what effects were said, and what attacks came to where there were."""
    found, effects = figures["found"], figures["effects"]
    yield f"{found['courses']} courses with {found['defects']} defects planted, {found['items']} items"
    yield f"defects among the top {LOOKED_AT} proposals: {_told(found['recall'])}"
    yield f"top proposals that are about a defect: {_told(found['precision'])}"
    yield f"found by kind: {', '.join(f'{kind} {count}' for kind, count in found['by_kind'].items())}"
    for name, changed in found["when_assumptions_change"].items():
        yield f"  {name}: {changed['recall']['share']:.2f} found, {changed['precision']['share']:.2f} right"
    yield f"a useless change is told to have no evidence of effect: {_told(effects['useless_no_evidence'])}"
    yield f"a harmful one is called out: {effects['harmful_called_out']:.3f}"
    cohort = effects["cohort"]
    yield (
        f"one that takes ten points of a hundred off is found: {effects['power']:.3f}, "
        f"with {cohort['before']} learners before and {cohort['after']} after"
    )
    if privacy := figures.get("privacy"):
        leaking, moved = privacy["leaks"]["runs"], privacy["planted_themes"]["runs"]
        yield f"attacks by planted messages: {leaking} of {privacy['runs']} leak, {moved} make a theme of their own"


def _told(share: Mapping[str, Any]) -> str:
    low, high = share["interval_95"]
    return f"{share['share']:.3f} [{low:.3f}, {high:.3f}] of {share['n']}"
