"""Is a message taken for what it is: a labelled set in two languages, and ordinary questions that must stay questions.

Read from the words alone, as the product does after it repaired them; OFF_TOPIC, which shows only when the content has
nothing on a message, is asked of the sample course. Both halves of the set have one author, who also wrote the cues,
the held-out half before any of them: it measures how far they reach, and flatters against strangers' words.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answer import read_asked
from assistant.intents import Intent, read_intent
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.dialogues import read_dialogues
from evals.shaped import LANGS, QUESTIONS, SPLITS, read_shaped, take_in_sample
from evals.wilson import wilson_interval
from foundation.errors import ContentUnreadable
from foundation.settings import Settings
from knowledge.products import find_product
from knowledge.repair import repair
from knowledge.vectors import Progress
from knowledge.vocabulary import Vocabulary
from knowledge.words import common_words

MESSAGES = Path(__file__).parent / "intents"
_FILES = {"dev": "dev.jsonl", "held-out": "heldout.jsonl"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message and what it is."""

    id: str
    text: str
    lang: str
    intent: Intent


@dataclass(frozen=True, slots=True)
class Taken:
    """A message and what it was taken for."""

    message: Labelled
    intent: Intent


def read_messages(split: str) -> list[Labelled]:
    """The messages of one half; raises ContentUnreadable with file and line."""
    path = MESSAGES / _FILES[split]
    read = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            read.append(Labelled(row["id"], row["text"], row["lang"], Intent(row["intent"])))
        except (ValueError, KeyError, TypeError) as err:
            raise ContentUnreadable(path.name, f"this is no labelled message ({err})", line=number) from err
    return read


def ordinary_questions() -> list[str]:
    """Every question of the other evaluation sets: not one of them is anything else."""
    found: list[str] = []
    for lang in LANGS:
        lines = (QUESTIONS / f"ab-tests-{lang}.jsonl").read_text(encoding="utf-8").splitlines()
        found += [json.loads(line)["text"] for line in lines]
        for shaped in read_shaped(QUESTIONS / f"shaped-{lang}.jsonl"):
            found += [shaped.full, shaped.shaped]
        found += [turn.text for each in read_dialogues(QUESTIONS / f"dialogues-{lang}.jsonl") for turn in each.turns]
    background = (QUESTIONS / "background.jsonl").read_text(encoding="utf-8").splitlines()
    return [*found, *(json.loads(line)["text"] for line in background)]


def read_by_words(text: str) -> Intent:
    """What a message is by its words, repaired by what everybody knows."""
    return read_intent(text, meant=repair(text, Vocabulary({}, common_words())).text)


def run_intents(
    splits: Sequence[str], *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> dict[str, Any]:
    """Ask the sample course every message and every ordinary question, each of the course in its language."""
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder)})
        with open_house(throw_away, encoder=encoder) as house:
            for lang in LANGS:
                take_in_sample(house, lang, progress)
            return {
                **{split: intent_figures(_taken_by(house, read_messages(split))) for split in splits},
                "ordinary_questions": ordinary_figures(ordinary_questions()),
            }


def _taken_by(house: House, messages: Iterable[Labelled]) -> Iterator[Taken]:
    products = {}
    with house.database.read() as session:
        for lang in LANGS:
            products[lang] = find_product(session, f"ab-tests-{lang}")
    for message in messages:
        looked = house.answerer.look(message.text, products[message.lang])
        yield Taken(message, read_asked(message.text, looked))


def intent_figures(taken: Iterable[Taken]) -> dict[str, Any]:
    """Precision and recall of every class, by language, with 95 % Wilson intervals, and what was taken for what."""
    rows = list(taken)
    return {
        lang: {
            "n": sum(row.message.lang == lang for row in rows),
            "by_class": _by_class([row for row in rows if row.message.lang == lang]),
            "mistaken": _mistaken(row for row in rows if row.message.lang == lang),
        }
        for lang in LANGS
    }


def ordinary_figures(questions: Sequence[str]) -> dict[str, Any]:
    """How many ordinary questions were taken for something else, and for what."""
    read = Counter(read_by_words(text).value for text in questions)
    wrong = len(questions) - read[Intent.QUESTION.value]
    return {
        "n": len(questions),
        "taken_for_something_else": wrong,
        "interval_95": wilson_interval(wrong, len(questions)),
        "for": {name: count for name, count in sorted(read.items()) if name != Intent.QUESTION.value},
    }


def intent_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """The same for people, a class a line."""
    for split in SPLITS:
        for lang, told in figures.get(split, {}).items():
            yield f"{split} {lang}, {told['n']} messages"
            for name, row in told["by_class"].items():
                yield f"  {name}: " + ", ".join(f"{kind} {_told(row[kind])}" for kind in ("precision", "recall"))
            for mistaken, count in told["mistaken"].items():
                yield f"  {mistaken}: {count}"
    ordinary = figures["ordinary_questions"]
    low, high = ordinary["interval_95"]
    share = f"{ordinary['taken_for_something_else']} of {ordinary['n']} [{low:.4f}, {high:.4f}]"
    yield f"ordinary questions taken for something else: {share}"


def _told(share: Mapping[str, Any]) -> str:
    if share["interval_95"] is None:
        return "none"
    low, high = share["interval_95"]
    return f"{share['share']:.3f} [{low:.3f}, {high:.3f}] of {share['n']}"


def _by_class(rows: Sequence[Taken]) -> dict[str, Any]:
    figures = {}
    for intent in Intent:
        right = sum(row.intent is intent is row.message.intent for row in rows)
        figures[intent.value] = {
            "precision": _share(right, sum(row.intent is intent for row in rows)),
            "recall": _share(right, sum(row.message.intent is intent for row in rows)),
        }
    return figures


def _share(right: int, of: int) -> dict[str, Any]:
    if not of:
        return {"n": 0, "share": None, "interval_95": None}
    return {"n": of, "share": round(right / of, 4), "interval_95": wilson_interval(right, of)}


def _mistaken(rows: Iterable[Taken]) -> dict[str, int]:
    wrong = Counter(f"{row.message.intent} taken for {row.intent}" for row in rows if row.intent != row.message.intent)
    return dict(sorted(wrong.items()))
