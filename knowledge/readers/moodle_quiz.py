"""A Moodle quiz: what it asks, in order. What it draws from, and what no quiz asks, stays with staff."""

from knowledge.blocks import Seen
from knowledge.readers.moodle_access import opens_at
from knowledge.readers.moodle_bank import QUESTIONS, BankQuestion, Slot, slots_of
from knowledge.readers.moodle_questions import ask
from knowledge.readers.moodle_telling import Telling
from knowledge.readers.moodle_text import field, number
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, stricter


def tell_quiz(telling: Telling) -> None:
    """Tell what a quiz says and asks."""
    root, backup = telling.activity.root, telling.backup
    telling.say("intro")
    telling.attach("intro")
    opens = stricter(opens_at(number(root, "timeopen")), _locked(telling))
    headings = {
        number(section, "firstslot"): field(section, "heading") for section in root.iterfind("sections/section")
    }
    for slot in slots_of(root, backup.bank):
        if headings.get(slot.number, "").strip():
            telling.section(2, headings[slot.number], seen=opens)
        _ask(telling, slot, opens)
    feedbacks = root.iterfind("feedbacks/feedback")
    telling.key([backup.texts.words(feedback, "feedbacktext").source for feedback in feedbacks], seen=opens)


def tell_bank(telling: Telling) -> int:
    """Tell staff the questions that no quiz has asked; says how many there are."""
    left = [question for question in telling.backup.bank.latest() if question.entry not in telling.backup.asked]
    for question in left:
        _add(telling, question, UNPUBLISHED if question.is_draft else FOR_STAFF)
    return len(left)


def _locked(telling: Telling) -> Seen:
    if not field(telling.activity.root, "password"):
        return FOR_LEARNERS
    telling.backup.warn(telling.activity.path, "asks for a password: its questions stay with staff")
    return FOR_STAFF


def _ask(telling: Telling, slot: Slot, opens: Seen) -> None:
    backup, path = telling.backup, telling.activity.path
    if slot.draws_from is not None:
        backup.warn(path, f"slot {slot.number} draws a question at random: what it draws from stays with staff")
        return
    question = backup.bank.asked(slot)
    if question is None:
        backup.warn(path, f"slot {slot.number} asks a question that is not in the backup")
        return
    backup.asked.add(question.entry)
    _add(telling, question, stricter(opens, UNPUBLISHED) if question.is_draft else opens)


def _add(telling: Telling, question: BankQuestion, seen: Seen) -> None:
    ask(
        telling.builder,
        question,
        telling.backup.bank,
        telling.backup.texts,
        path=QUESTIONS,
        seen=telling.seen(seen),
    )
