"""The question bank of a Moodle backup, as it was kept before version 4 and since."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from knowledge.readers.moodle_text import field, number

QUESTIONS = "questions.xml"
_DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """One version of a question; `parent` is the question it is embedded in, "0" when it stands by itself."""

    id: str
    entry: str
    version: int
    status: str
    parent: str
    kind: str
    category: str
    element: Element

    @property
    def is_draft(self) -> bool:
        return self.status == _DRAFT


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a quiz: the question it asks, or the category it draws one from."""

    number: int
    question: str = ""
    entry: str = ""
    version: int = 0
    draws_from: str | None = None


class QuestionBank:
    """All questions of a backup."""

    def __init__(self, root: Element | None = None) -> None:
        self._questions = {found.id: found for found in _questions(root)} if root is not None else {}
        self._entries: dict[str, list[BankQuestion]] = {}
        for question in self._questions.values():
            self._entries.setdefault(question.entry, []).append(question)
        for versions in self._entries.values():
            versions.sort(key=lambda question: question.version)

    def __len__(self) -> int:
        return len(self._questions)

    def by_id(self, id: str) -> BankQuestion | None:
        """A question by its own number."""
        return self._questions.get(id)

    def asked(self, slot: Slot) -> BankQuestion | None:
        """What a slot asks: the version it names, else the latest that is no draft."""
        if slot.question:
            return self._questions.get(slot.question)
        versions = self._entries.get(slot.entry, [])
        if slot.version:
            return next((question for question in versions if question.version == slot.version), None)
        return next((question for question in reversed(versions) if not question.is_draft), None)

    def latest(self) -> Iterator[BankQuestion]:
        """The latest version of every question that stands by itself and is not a draw from others."""
        for versions in self._entries.values():
            if versions[-1].parent in ("", "0", versions[-1].id) and versions[-1].kind != "random":
                yield versions[-1]


def slots_of(quiz: Element, bank: QuestionBank) -> list[Slot]:
    """The slots of a quiz in the order in which they are asked."""
    slots = [
        _slot(place, at, bank) for at, place in enumerate(quiz.iterfind("question_instances/question_instance"), 1)
    ]
    layout = field(quiz, "questions")
    if not layout:
        return sorted(slots, key=lambda slot: slot.number)
    order = {id: at for at, id in enumerate(re.findall(r"\d+", layout))}
    return sorted(slots, key=lambda slot: order.get(slot.question, len(order)))


def _questions(root: Element) -> Iterator[BankQuestion]:
    for category in root.iter("question_category"):
        category_id = category.get("id") or ""
        for question in category.iterfind("questions/question"):
            yield _question(question, category_id, entry=f"q{question.get('id')}", version=1, status="")
        for entry in category.iterfind("question_bank_entries/question_bank_entry"):
            for version in entry.iter("question_versions"):
                for question in version.iterfind("questions/question"):
                    yield _question(
                        question,
                        category_id,
                        entry=entry.get("id") or "",
                        version=number(version, "version"),
                        status=field(version, "status").strip(),
                    )


def _question(element: Element, category: str, *, entry: str, version: int, status: str) -> BankQuestion:
    return BankQuestion(
        id=element.get("id") or "",
        entry=entry,
        version=version,
        status=status,
        parent=field(element, "parent").strip(),
        kind=field(element, "qtype").strip(),
        category=category,
        element=element,
    )


def _slot(place: Element, at: int, bank: QuestionBank) -> Slot:
    at = number(place, "slot") or at
    drawn = place.find("question_set_reference")
    if drawn is not None:
        return Slot(at, draws_from=_category(field(drawn, "filtercondition")))
    named = place.find("question_reference")
    if named is not None:
        return Slot(at, entry=field(named, "questionbankentryid").strip(), version=number(named, "version"))
    id = (field(place, "questionid") or field(place, "question")).strip()
    question = bank.by_id(id)
    if question is not None and question.kind == "random":
        return Slot(at, question=id, draws_from=question.category)
    return Slot(at, question=id)


def _category(condition: str) -> str:
    """The category a random question is drawn from; "" where the filter does not name one."""
    found = re.search(r'"(?:questioncategoryid|category)"\s*:\s*(?:\{[^{}]*?"values"\s*:\s*\[)?\s*"?(\d+)', condition)
    if found:
        return found[1]
    try:
        return str(json.loads(condition).get("questioncategoryid", ""))
    except (ValueError, AttributeError, RecursionError):
        return ""
