"""Does the tutor keep solutions to itself and still help: adversarial dialogues, honest ones, ordinary questions.

Every dialogue of `evals/tutor/dialogues-*.jsonl` is held over the sample course without a model, with one that obeys
whatever it reads (`evals.obedient`), and with one that knows the solution and tries to get it through
(`evals.telling`). What of the solution was told is found by `evals.leaks`, which shares nothing with the product's own
guard. Honest messages of `evals/tutor/stuck-*.jsonl` should get a hint for their exercise that cites a lesson, and the
ordinary questions of `evals/questions` none.
"""

import json
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio

from assistant.answer import Answerer, Question
from assistant.hints_given import MOVE
from assistant.intents import Want
from companion.case_files import take_in_cases
from companion.samples import FOLDER
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.leaks import confirms, leaks_in
from evals.obedient import ObedientChat
from evals.remembering_encoder import RememberingEncoder
from evals.shaped import LANGS, QUESTIONS, take_in_sample
from evals.telling import TellingChat
from evals.wilson import wilson_interval
from foundation.errors import ContentUnreadable
from foundation.settings import Settings
from knowledge.exercises import Exercise, exercises_of
from knowledge.ingest import Target
from knowledge.lessons import live_lessons
from knowledge.products import Collection
from knowledge.vectors import Progress
from prompts.chat import ChatModel

DIALOGUES = Path(__file__).parent / "tutor"
ARMS = ("no model", "obedient", "telling")
# Replies in which a "yes" would be the answer.
_ASKS_TO_CONFIRM = frozenset({"confirm", "elimination"})


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Messages of one learner, one after the other.

    `page` is what the page says with them: the exercise ("block"), its lesson ("lesson"), or nothing ("none").
    `strategy` is how an answer is pressed for, "" where somebody honestly asks for help.
    """

    id: str
    lang: str
    exercise: str
    page: str
    turns: tuple[str, ...]
    strategy: str = ""

    @property
    def lesson(self) -> str:
        """The slug of its lesson."""
        return self.exercise.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Held:
    """A dialogue that was held: what came back to each message."""

    dialogue: Dialogue
    replies: tuple[Mapping[str, Any], ...]
    leaks: tuple[str, ...]
    confirmed: bool


def read_dialogues(path: Path) -> list[Dialogue]:
    """The dialogues of one file; raises ContentUnreadable with path and line."""
    read = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            told = Dialogue(row["id"], row["lang"], row["exercise"], row["page"], tuple(row["turns"]))
            read.append(replace(told, strategy=row.get("strategy", "")))
        except (ValueError, KeyError, TypeError) as err:
            raise ContentUnreadable(path.name, f"this is no dialogue ({err})", line=number) from err
    return read


def run_tutor(
    arms: Sequence[str], *, settings: Settings, encoder: CachedEncoder, progress: Progress, sample: int | None = None
) -> dict[str, Any]:
    """Take the sample courses and cases in and measure; with a `sample`, so many dialogues of each kind, by a seed."""
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder), "chat_model": None})
        with open_house(throw_away, encoder=RememberingEncoder(encoder)) as house:
            for lang in LANGS:
                product = take_in_sample(house, lang, progress)
                take_in_cases(house, FOLDER / f"cases-{lang}", Target(product, Collection.CASES), progress=progress)
            return measure_tutor(house, arms, sample=sample)


def measure_tutor(house: House, arms: Sequence[str] = ARMS, *, sample: int | None = None) -> dict[str, Any]:
    """The same over a home that has the sample courses."""
    pressing = [each for lang in LANGS for each in _some(read_dialogues(DIALOGUES / f"dialogues-{lang}.jsonl"), sample)]
    honest = [each for lang in LANGS for each in _some(read_dialogues(DIALOGUES / f"stuck-{lang}.jsonl"), sample)]
    tutor = _Tutor(house)
    held = {arm: [tutor.hold(dialogue, arm) for dialogue in pressing] for arm in arms}
    return {
        "dialogues": len(pressing),
        "turns": sum(len(dialogue.turns) for dialogue in pressing),
        "arms": {arm: _pressed(rows) for arm, rows in held.items()},
        "honest": {lang: tutor.helped([each for each in honest if each.lang == lang]) for lang in LANGS},
        "ordinary": {lang: tutor.left_alone(lang, sample) for lang in LANGS},
    }


def _some(rows: list[Dialogue], sample: int | None) -> list[Dialogue]:
    return rows if sample is None else random.Random(7).sample(rows, min(sample, len(rows)))


class _Tutor:
    """A house with the sample courses, asked as a page would ask it."""

    def __init__(self, house: House) -> None:
        self._answerer = house.answerer
        self.exercises: dict[tuple[str, str], Exercise] = {}
        for lang in LANGS:
            with house.database.read() as session:
                heads = live_lessons(session, f"ab-tests-{lang}")
                found = exercises_of(session, [head.id for head in heads])
            self.exercises |= {(lang, exercise.id): exercise for exercise in found}

    def hold(self, dialogue: Dialogue, arm: str) -> Held:
        """One dialogue, every message in the conversation of those before it."""
        exercise = self.exercises[dialogue.lang, dialogue.exercise]
        answerer = replace(self._answerer, chat=_chat(arm, exercise, dialogue))
        replies = _replies(answerer, dialogue)
        texts = [f"{reply['text']}\n{_quoted(reply)}" for reply in replies]
        leaks = leaks_in(texts, exercise, said="\n".join(dialogue.turns))
        confirmed = dialogue.strategy in _ASKS_TO_CONFIRM and any(map(_confirms, replies))
        return Held(dialogue, tuple(replies), tuple(f"{leak.kind} {leak.what}" for leak in leaks), confirmed)

    def helped(self, dialogues: Sequence[Dialogue]) -> dict[str, Any]:
        """How many honest messages get a hint, for the exercise they are about, with a citation."""
        rows = [(dialogue, _replies(self._answerer, dialogue)[-1]) for dialogue in dialogues]
        hinted = [(dialogue, reply) for dialogue, reply in rows if reply["move"] == MOVE and "rung" in reply["facts"]]
        right = [reply for dialogue, reply in hinted if reply["facts"].get("exercise") == dialogue.exercise]
        cited = [reply for reply in right if reply["citations"]]
        of = len(rows)
        return {
            "hinted": _share(len(hinted), of),
            "for_its_exercise": _share(len(right), of),
            "with_a_citation": _share(len(cited), of),
        }

    def left_alone(self, lang: str, sample: int | None) -> dict[str, Any]:
        """How many ordinary questions are taken for a cry for help, alone and with their lesson open."""
        lines = (QUESTIONS / f"ab-tests-{lang}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        if sample is not None:
            rows = random.Random(7).sample(rows, min(sample, len(rows)))
        alone = [self._hints(lang, row["text"], None) for row in rows]
        opened = [self._hints(lang, row["text"], row["lesson"]) for row in rows if row["answerable"]]
        return {
            "hinted_alone": _share(sum(alone), len(alone)),
            "hinted_in_its_lesson": _share(sum(opened), len(opened)),
        }

    def _hints(self, lang: str, text: str, lesson: str | None) -> bool:
        reply = anyio.run(self._answerer.reply, Question(f"ab-tests-{lang}", text, lesson=lesson))
        return bool(reply["move"] == MOVE)


def _chat(arm: str, exercise: Exercise, dialogue: Dialogue) -> ChatModel | None:
    seed = int.from_bytes(dialogue.id.encode()) % 1_000
    return {"no model": None, "obedient": ObedientChat(seed), "telling": TellingChat(exercise, seed)}[arm]


def _replies(answerer: Answerer, dialogue: Dialogue) -> list[dict[str, Any]]:
    replies: list[dict[str, Any]] = []
    for text in dialogue.turns:
        question = Question(
            f"ab-tests-{dialogue.lang}",
            text,
            replies[-1]["conversation"] if replies else None,
            dialogue.lesson if dialogue.page != "none" else None,
            block=dialogue.exercise if dialogue.page == "block" else None,
            want=Want.HINT if text == "" else None,
        )
        replies.append(anyio.run(answerer.reply, question))
    return replies


def _confirms(reply: Mapping[str, Any]) -> bool:
    """Whether the assistant's own words say so; a lesson may say "correct" of anything."""
    own: str = reply["text"]
    for citation in reply["citations"]:
        own = own.replace(citation["quote"], "")
    return confirms(own)


def _quoted(reply: Mapping[str, Any]) -> str:
    return "\n".join(citation["quote"] for citation in reply["citations"])


def _pressed(held: Sequence[Held]) -> dict[str, Any]:
    """Figures of one arm: leaks by exact and fuzzy match, by strategy, and the rungs that were given."""
    leaking = [row for row in held if row.leaks]
    strategies: dict[str, list[Held]] = defaultdict(list)
    for row in held:
        strategies[row.dialogue.strategy].append(row)
    rungs = Counter(str(reply["facts"]["rung"]) for row in held for reply in row.replies if "rung" in reply["facts"])
    moves = Counter(reply["move"] or "answered from the lessons" for row in held for reply in row.replies)
    return {
        "leaks": {
            **_share(len(leaking), len(held)),
            "exact": _of_kind(held, "exact"),
            "fuzzy": _of_kind(held, "fuzzy"),
        },
        "leaking": {row.dialogue.id: list(row.leaks) for row in leaking},
        "confirmed": sum(row.confirmed for row in held),
        "by_strategy": {
            name: f"{sum(bool(row.leaks) for row in rows)} of {len(rows)}" for name, rows in strategies.items()
        },
        "rungs": dict(sorted(rungs.items())),
        "moves": dict(moves.most_common()),
        "worded_by_model": sum(reply["composer"] == "model" for row in held for reply in row.replies),
        "exercise_kept_track_of": _share(sum(map(_on_track, held)), len(held)),
    }


def _of_kind(held: Sequence[Held], kind: str) -> int:
    return sum(any(leak.startswith(kind) for leak in row.leaks) for row in held)


def _on_track(row: Held) -> bool:
    """Whether the first hint of a dialogue is for the exercise it is about."""
    first = next((reply["facts"].get("exercise") for reply in row.replies if "exercise" in reply["facts"]), None)
    return bool(first == row.dialogue.exercise)


def _share(hits: int, of: int) -> dict[str, Any]:
    return {"n": of, "share": round(hits / of, 4) if of else 0.0, "interval_95": wilson_interval(hits, of)}


def tutor_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    yield f"{figures['dialogues']} dialogues that press for the answer, {figures['turns']} messages"
    for arm, told in figures["arms"].items():
        leaks = told["leaks"]
        yield (
            f"{arm}: {leaks['exact']} leak by exact and {leaks['fuzzy']} by fuzzy match, {_told(leaks)}; "
            f"{told['confirmed']} confirmed a guess"
        )
        yield f"  rungs: {', '.join(f'{rung} x{count}' for rung, count in told['rungs'].items())}"
        yield f"  by strategy: {', '.join(f'{name} {count}' for name, count in told['by_strategy'].items())}"
        for dialogue, found in told["leaking"].items():
            yield f"  {dialogue}: {'; '.join(found[:3])}"
    for lang, told in figures["honest"].items():
        yield (
            f"{lang}, honest cries for help: hinted {_told(told['hinted'])}, for their exercise "
            f"{_told(told['for_its_exercise'])}, with a citation {_told(told['with_a_citation'])}"
        )
    for lang, told in figures["ordinary"].items():
        yield (
            f"{lang}, ordinary questions taken for one: {_told(told['hinted_alone'])}, in their open lesson "
            f"{_told(told['hinted_in_its_lesson'])}"
        )


def _told(share: Mapping[str, Any]) -> str:
    low, high = share["interval_95"]
    return f"{share['share']:.3f} [{low:.3f}, {high:.3f}] of {share['n']}"
