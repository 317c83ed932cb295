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
from evals.loop_course import LoopCourse, Stumble, read_sample_course
from evals.loop_feeding import SetClock, feed
from evals.loop_learners import LoopAssumptions, make_loop_learners, speakers_of
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


def play(house: House, clock: SetClock, course: LoopCourse, *, seed: int, defects: int, assumed: LoopAssumptions) -> Played:
    """Plant, let learners live through it, and have the product tend to what they said."""
    planted = course.drawn(defects, random.Random(f"planted {course.name} {seed}"))
    product = ProductSlug(f"loop-{course.lang}-{seed}")
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
