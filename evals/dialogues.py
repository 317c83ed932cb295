"""Does a follow-up question find what it means: dialogues of two and three turns over the sample courses.

A later turn is asked as it stands (`alone`), in its conversation as the product asks it (`carried`), and as somebody
who knows what is meant would write it (`oracle`). Where a learner turns to something else, carrying would be wrong:
those turns are told apart, and so are questions that stand by themselves, asked after an unrelated one (`harm`), or
by a learner who has come so far and no further (`spoilers`).
The courses are each other's translation, heading by heading, so each dialogue is also asked of the other one.
"""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.carrying import Said
from assistant.looking import Looked
from companion.samples import FOLDER
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.ranking_scores import bootstrap_interval
from evals.shaped import LANGS, QUESTIONS, SPLITS, take_in_sample
from evals.spoilers import Positioned, ask_positioned, spoiler_figures
from foundation.errors import ContentUnreadable
from foundation.ids import PassageId, ProductSlug, content_hash
from foundation.settings import Settings
from knowledge.lessons import load_sources
from knowledge.products import Collection, Product, find_product
from knowledge.shelf import ShelfKey
from knowledge.vectors import Progress

COLUMNS = ("alone", "carried", "oracle")
_CUT = 10
_HEADING = re.compile(r"#{1,6} +(.+)")
# How far on in the file the unrelated question stands that is asked first: three or four lessons.
_UNRELATED = 17
_COMPARED = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a dialogue; of the first one only `text` counts.

    `leans` says whether it goes on with what was said, `oracle` is the same question in full, `gold` are the sections
    that answer it, as lesson and heading.
    """

    text: str
    leans: bool = False
    oracle: str = ""
    gold: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Questions one learner asks one after the other."""

    id: str
    lang: str
    turns: tuple[Turn, ...]

    @property
    def split(self) -> str:
        """By a hash of the id, so that adding dialogues moves none."""
        return SPLITS[int(content_hash(self.id)[:8], 16) % 2]


@dataclass(frozen=True, slots=True)
class Asked:
    """A later turn: at which place each column found a right passage, None beyond the tenth, and if it was carried."""

    turn: Turn
    split: str
    ranks: Mapping[str, int | None]
    taken: bool


def read_dialogues(path: Path) -> list[Dialogue]:
    """The dialogues of one file; raises ContentUnreadable with path and line."""
    read = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            first, *later = row["turns"]
            turns = (Turn(first["text"]), *(_turn(turn) for turn in later))
            read.append(Dialogue(row["id"], row["lang"], turns))
        except (ValueError, KeyError, TypeError) as err:
            raise ContentUnreadable(path.name, f"this is no dialogue ({err})", line=number) from err
    return read


def _turn(row: Mapping[str, Any]) -> Turn:
    gold = tuple((place["lesson"], place["heading"]) for place in row["gold"])
    return Turn(row["text"], bool(row["leans"]), row["oracle"], gold)


def run_dialogues(
    splits: Sequence[str], *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> dict[str, Any]:
    """Take the sample courses in and ask every dialogue of these splits of both of them."""
    asked: dict[str, list[Asked]] = {}
    harm: dict[str, dict[str, list[float]]] = {}
    positioned: dict[str, list[Positioned]] = {}
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder), "chat_model": None})
        with open_house(throw_away, encoder=encoder) as house:
            over = {lang: _Over(house, take_in_sample(house, lang, progress), lang) for lang in LANGS}
            for lang in LANGS:
                dialogues = read_dialogues(QUESTIONS / f"dialogues-{lang}.jsonl")
                for course in LANGS:
                    name = lang if lang == course else f"{lang}-over-{course}"
                    asked[name] = [row for each in dialogues for row in over[course].ask(each)]
                single = QUESTIONS / f"ab-tests-{lang}.jsonl"
                harm[lang] = over[lang].harm(single)
                positioned[lang] = ask_positioned(house, over[lang].product, single)
    return {
        split: {
            "runs": {
                name: dialogue_figures([row for row in rows if row.split == split]) for name, rows in asked.items()
            },
            "harm": {lang: _share(same[split]) for lang, same in harm.items()},
            "spoilers": {
                lang: spoiler_figures([row for row in rows if row.split == split]) for lang, rows in positioned.items()
            },
        }
        for split in splits
    }


class _Over:
    """One course, and dialogues asked of it."""

    def __init__(self, house: House, product: ProductSlug, lang: str) -> None:
        self._house = house
        self._lang = lang
        with house.database.read() as session:
            self._product: Product = find_product(session, product)
            shelf = house.shelves.shelf(ShelfKey(product, Collection.LESSONS))
            sources = load_sources(session, [place.passage for place in shelf.places])
        self._section = {passage: (source.lesson.slug, source.heading_path[-1]) for passage, source in sources.items()}

    @property
    def product(self) -> ProductSlug:
        return self._product.slug

    def ask(self, dialogue: Dialogue) -> Iterator[Asked]:
        """The later turns of a dialogue, each after those before it."""
        said: list[Said] = []
        for turn in dialogue.turns:
            looked = self._look(turn.text, said)
            if turn.gold:
                gold = {self._in_this_language(place, dialogue.lang) for place in turn.gold}
                columns = {"alone": self._look(turn.text), "carried": looked, "oracle": self._look(turn.oracle)}
                ranks = {name: self._rank(found, gold) for name, found in columns.items()}
                yield Asked(turn, dialogue.split, ranks, looked.carried is not None and looked.carried.taken)
            said.append(looked.said)

    def harm(self, path: Path) -> dict[str, list[float]]:
        """By split, whether questions that stand by themselves find the same first passages after an unrelated one."""
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        related = [row for row in rows if row["answerable"]]
        same: dict[str, list[float]] = {split: [] for split in SPLITS}
        for number, row in enumerate(rows):
            before = self._look(related[(number + _UNRELATED) % len(related)]["text"])
            after, alone = self._look(row["text"], [before.said]), self._look(row["text"])
            same[row["split"]].append(float(_first(after) == _first(alone)))
        return same

    def _look(self, text: str, said: Sequence[Said] = ()) -> Looked:
        return self._house.answerer.look(text, self._product, said=said)

    def _rank(self, looked: Looked, gold: set[tuple[str, str]]) -> int | None:
        found = (self._section[hit.place.passage] for hit in looked.ranking.hits[:_CUT])
        return next((number for number, section in enumerate(found, 1) if section in gold), None)

    def _in_this_language(self, place: tuple[str, str], lang: str) -> tuple[str, str]:
        """A section of a course by the heading in the same place of this one."""
        lesson, heading = place
        if lang == self._lang:
            return place
        return lesson, section_headings(lesson, self._lang)[section_headings(lesson, lang).index(heading)]


def _first(looked: Looked) -> list[PassageId]:
    return [hit.place.passage for hit in looked.ranking.hits[:_COMPARED]]


def section_headings(lesson: str, lang: str) -> list[str]:
    """The headings of a sample lesson in order; a comment in code is none."""
    lines = (FOLDER / f"ab-tests-{lang}" / f"{lesson}.md").read_text(encoding="utf-8").splitlines()
    fenced, found = False, []
    for line in lines:
        fenced ^= line.startswith("```")
        if not fenced and (heading := _HEADING.fullmatch(line)):
            found.append(heading[1].strip())
    return found


def dialogue_figures(asked: Sequence[Asked]) -> dict[str, Any]:
    """Figures of later turns that lean, and of those that turn to something else."""
    leaning = [row for row in asked if row.turn.leans]
    turning = [row for row in asked if not row.turn.leans]
    columns = {column: _column(leaning, column) for column in COLUMNS}
    best = columns["oracle"]["hit@3"]
    return {
        "n": len(leaning),
        **columns,
        "carried_of_oracle@3": round(columns["carried"]["hit@3"] / best, 4) if best else 0.0,
        "taken": _share([float(row.taken) for row in leaning]),
        "switches": {
            "left_alone": _share([float(not row.taken) for row in turning]),
            "alone": _column(turning, "alone"),
            "carried": _column(turning, "carried"),
        },
    }


def dialogue_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    for split, told in figures.items():
        for name, run in told["runs"].items():
            yield f"{split} {name}, {run['n']} later turns that lean on what was said"
            for column in COLUMNS:
                hits = run[column]
                yield f"  {column}: " + ", ".join(
                    f"{cut} {hits[cut]:.3f} [{hits['intervals_95'][cut][0]:.3f}, {hits['intervals_95'][cut][1]:.3f}]"
                    for cut in hits["intervals_95"]
                )
            yield f"  carried reaches {run['carried_of_oracle@3']:.3f} of the oracle's hit@3"
            yield f"  read together with their topic: {_told(run['taken'])}"
            yield f"  turns to something else, left alone: {_told(run['switches']['left_alone'])}"
        for lang, share in told["harm"].items():
            yield f"{split} {lang}, questions that stand by themselves find the same after another: {_told(share)}"
        for lang, asked in told["spoilers"].items():
            before, there = asked["before_its_lesson"], asked["at_its_lesson"]
            yield (
                f"{split} {lang}, asked before its lesson ({before['n']}): told that it comes later "
                f"{before['told_it_comes_later']['share']:.3f}, in the right lesson "
                f"{before['told_its_lesson']['share']:.3f}; asked at it ({there['n']}): told so "
                f"{there['told_it_comes_later']['share']:.3f}, declined {there['declined']['share']:.3f}, without a "
                f"position {there['declined_without_a_position']['share']:.3f}"
            )


def _told(share: Mapping[str, Any]) -> str:
    if not share["n"]:
        return "none were asked"
    low, high = share["interval_95"]
    return f"{share['share']:.3f} [{low:.3f}, {high:.3f}] of {share['n']}"


def _column(asked: Sequence[Asked], column: str) -> dict[str, Any]:
    values = {f"hit@{cut}": [float((row.ranks[column] or _CUT + 1) <= cut) for row in asked] for cut in (1, 3)}
    means = {name: round(float(np.mean(hits)), 4) if hits else 0.0 for name, hits in values.items()}
    return {**means, "intervals_95": {name: bootstrap_interval(hits) for name, hits in values.items() if hits}}


def _share(values: Sequence[float]) -> dict[str, Any]:
    if not values:
        return {"n": 0, "share": 0.0, "interval_95": None}
    return {
        "n": len(values),
        "share": round(float(np.mean(values)), 4),
        "interval_95": bootstrap_interval(values),
    }
