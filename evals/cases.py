"""Is whoever is stuck shown the right case: invented cases over the sample course, and learners' short messages.

Cases are those of the samples and more that are there for measuring only, two or three a lesson. Messages are written
without the words of the case they belong to; others no case answers. Split by case: what is fitted sees `dev` only.
Every message is asked three times: without knowing the lesson that is open, with another lesson of its block open, and
with the case's own. The last is partly a gift where a lesson has no more cases than are looked at; the first is what
words alone find.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.stuck import nearest_cases
from companion.case_files import take_in_cases
from companion.samples import FOLDER
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.ranking_scores import bootstrap_interval
from evals.shaped import LANGS, take_in_sample
from foundation.errors import ContentUnreadable
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target
from knowledge.lessons import live_lessons
from knowledge.products import Collection
from knowledge.vectors import Progress

QUESTIONS = Path(__file__).parent / "questions" / "cases"
_CASES = 3
_HEADINGS = {
    "ru": ("Ситуация", "Что помогло", "Что изменилось"),
    "en": ("Situation", "What helped", "What changed"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody who is stuck writes; `case` is the one that answers it, None where none does."""

    id: str
    text: str
    case: str | None
    lesson: str | None
    split: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the right case stood, from 1, None beyond the third, and whether the first was near enough to be shown."""

    message: Message
    alone: int | None
    in_block: int | None
    with_lesson: int | None
    is_shown: bool
    shown_right: bool


def read_messages(path: Path) -> list[Message]:
    """The messages of one file; raises ContentUnreadable with path and line."""
    read = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            read.append(Message(row["id"], row["text"], row["case"], row["lesson"], row["split"]))
        except (ValueError, KeyError, TypeError) as err:
            raise ContentUnreadable(path.name, f"this is no message of somebody stuck ({err})", line=number) from err
    return read


def run_cases(
    splits: Sequence[str], *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> dict[str, Any]:
    """Take course and cases in, in both languages, and ask these splits' messages: figures by split and language."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder) / "home"})
        with open_house(throw_away, encoder=encoder) as house:
            for lang in LANGS:
                product = take_in_sample(house, lang, progress)
                written = write_cases(Path(folder) / lang, lang)
                take_in_cases(house, written, Target(product, Collection.CASES), progress=progress)
                messages = [one for one in read_messages(QUESTIONS / f"stuck-{lang}.jsonl") if one.split in splits]
                found[lang] = ask_messages(house, product, messages)
    return {
        split: {lang: case_figures([one for one in found[lang] if one.message.split == split]) for lang in LANGS}
        for split in splits
    }


def write_cases(folder: Path, lang: str) -> Path:
    """The samples' cases and those for measuring in one folder, as an author would keep them."""
    shutil.copytree(FOLDER / f"cases-{lang}", folder)
    headings = _HEADINGS[lang]
    for line in (QUESTIONS / f"cases-{lang}.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        title = json.dumps(case["title"], ensure_ascii=False)
        front = f"---\ntitle: {title}\nexample: true\nlesson: {case['lesson']}\n---\n"
        parts = zip(headings, (case["stuck"], case["did"], case["changed"]), strict=True)
        body = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in parts)
        (folder / f"{case['id']}.md").write_text(f"{front}\n# {case['title']}\n\n{body}\n", encoding="utf-8")
    return folder


def ask_messages(house: House, product: ProductSlug, messages: Iterable[Message]) -> list[Asked]:
    """What each message finds, without the lesson and with it."""

    def find(message: Message, lesson: str | None) -> list[tuple[str, bool]]:
        found = nearest_cases(house.database, house.shelves, product, text=message.text, lesson=lesson, count=_CASES)
        return [(case.id, case.is_alike) for case in found]

    beside = _other_lessons(house, product)
    asked = []
    for message in messages:
        alone = find(message, None)
        opened = find(message, message.lesson) if message.lesson else alone
        nearby = find(message, beside.get(message.lesson)) if message.lesson else alone
        is_shown = bool(alone) and alone[0][1]
        right = is_shown and alone[0][0] == message.case
        ranks = [_rank(found, message) for found in (alone, nearby, opened)]
        asked.append(Asked(message, ranks[0], ranks[1], ranks[2], is_shown, right))
    return asked


def _other_lessons(house: House, product: ProductSlug) -> dict[str | None, str]:
    """For each lesson another one of its block, the next if there is one."""
    with house.database.read() as session:
        lessons = live_lessons(session, product)
    found: dict[str | None, str] = {}
    for place, lesson in enumerate(lessons):
        around = [*lessons[place + 1 :], *lessons[:place]]
        same = [one.slug for one in around if one.block_title == lesson.block_title]
        found[lesson.slug] = same[0] if same else lesson.slug
    return found


def _rank(found: Sequence[tuple[str, bool]], message: Message) -> int | None:
    return next((place for place, (case, _alike) in enumerate(found, 1) if case == message.case), None)


def case_figures(asked: Sequence[Asked]) -> dict[str, Any]:
    """Shares with their 95 % intervals; `shown_wrongly` is of messages that no case answers."""
    answered = [one for one in asked if one.message.case is not None]
    others = [one for one in asked if one.message.case is None]
    columns = {
        "hit@1": [float(one.alone == 1) for one in answered],
        "hit@3": [float(one.alone is not None) for one in answered],
        "hit@1_in_block": [float(one.in_block == 1) for one in answered],
        "hit@3_in_block": [float(one.in_block is not None) for one in answered],
        "hit@1_with_lesson": [float(one.with_lesson == 1) for one in answered],
        "hit@3_with_lesson": [float(one.with_lesson is not None) for one in answered],
        "shown": [float(one.is_shown) for one in answered],
        "shown_right": [float(one.shown_right) for one in answered],
        "shown_wrongly": [float(one.is_shown) for one in others],
    }
    means = {name: round(sum(values) / len(values), 4) for name, values in columns.items() if values}
    intervals = {name: bootstrap_interval(values) for name, values in columns.items() if values}
    return {"n": len(answered), "n_other": len(others), **means, "intervals_95": intervals}
