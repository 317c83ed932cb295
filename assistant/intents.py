"""What somebody wants with a message, decided by code from cues in `cues/`; a model is never asked.

Precision comes first: an ordinary question that is taken for something else is not answered, while a request that is
taken for a question is at worst declined. So one sentence that asks about a topic makes a message a question, unless
it asks for the answer itself, for a person, or is not safe.
"""

from collections.abc import Callable
from enum import StrEnum

from assistant.cue_patterns import cue_book


class Intent(StrEnum):
    """What a message is; OFF_TOPIC is known only after a search, the others from the words."""

    QUESTION = "question"
    STUCK = "stuck"
    GIVE_ANSWER = "give_answer"
    PERSON = "person"
    FEEDBACK = "feedback"
    SMALL_TALK = "small_talk"
    OFF_TOPIC = "off_topic"
    UNSAFE = "unsafe"


class Want(StrEnum):
    """What a button of the page says instead of words."""

    HINT = "hint"
    PERSON = "person"


class Unsafe(StrEnum):
    """Who may come to harm: the learner themselves, or somebody else."""

    SELF_HARM = "self_harm"
    HARM = "harm"


class Pleasantry(StrEnum):
    """What small talk is made of, most telling first."""

    WHAT = "what"
    WHO = "who"
    HOW = "how"
    BYE = "bye"
    THANKS = "thanks"
    GREETING = "greeting"
    FINE = "fine"


# A message longer than this tells or asks something, whatever words it begins with.
_MOST_WORDS = 40
# A sentence longer than this tells of a case of its own.
_MOST_TOLD = 16


def read_intent(text: str, *, meant: str = "", want: Want | None = None) -> Intent:
    """What a message is, from its words; a button that was pressed is beyond doubt.

    `meant` is the text after repair, read where nothing shows in it as it was typed.
    """
    if want is Want.HINT:
        return Intent.STUCK
    if want is Want.PERSON:
        return Intent.PERSON
    read = _read(text)
    return _read(meant) if read is Intent.QUESTION and meant and meant != text else read


def read_unsafe(text: str) -> Unsafe | None:
    """Whether a message speaks of harm, and to whom."""
    book = cue_book()
    said = book.plain(text)
    return next((kind for kind in Unsafe if book.by_name[f"unsafe.{kind}"].found_in(said)), None)


def read_pleasantry(text: str) -> Pleasantry | None:
    """What small talk is about; None for a message that says anything beside it."""
    book = cue_book()
    left, found = book.plain(text), set()
    while left:
        pieces = ((kind, pattern.match(left)) for kind, pattern in book.small_talk.items())
        longest = max(((len(match[0]), kind) for kind, match in pieces if match), default=None)
        filler = book.filler.match(left)
        if longest is not None:
            found.add(Pleasantry(longest[1]))
        elif filler is None:
            return None
        cut = longest[0] if longest is not None else len(filler[0]) if filler else 0
        left = left[cut:].strip()
    return next((kind for kind in Pleasantry if kind in found), None)


def is_off_topic(text: str, *, known: Callable[[str], bool]) -> bool:
    """Whether a message that the content does not cover is about something else altogether.

    `known` says whether the content has any of some words: then the author may want to hear of it.
    """
    book = cue_book()
    cue = book.by_name["off_topic"].found_in(book.plain(text))
    return bool(cue) and not known(cue)


def _read(text: str) -> Intent:
    book = cue_book()
    sentences = book.sentences(text)
    said = " ".join(sentences)
    if read_unsafe(said) is not None:
        return Intent.UNSAFE
    if len(said.split()) > _MOST_WORDS:
        return Intent.QUESTION
    shown = {_of_sentence(sentence) for sentence in sentences}
    for intent in (Intent.PERSON, Intent.GIVE_ANSWER, Intent.QUESTION, Intent.FEEDBACK, Intent.STUCK):
        if intent in shown:
            return intent
    return Intent.SMALL_TALK if Intent.SMALL_TALK in shown else Intent.QUESTION


def _of_sentence(sentence: str) -> Intent:
    book = cue_book()
    forms = tuple(dict.fromkeys((sentence, _without_greeting(sentence))))
    for intent in (Intent.PERSON, Intent.GIVE_ANSWER):
        if any(book.by_name[intent].found_in(form) for form in forms):
            return intent
    if read_pleasantry(sentence) is not None:
        return Intent.SMALL_TALK
    found = (intent for intent in (Intent.FEEDBACK, Intent.STUCK) for form in forms if _tells(intent, form))
    return next(found, Intent.QUESTION)


def _tells(intent: Intent, said: str) -> bool:
    """Whether a sentence tells of trouble or of the course, and does not ask about a topic that looks like it."""
    cues = cue_book().by_name[intent]
    if cues.whole is not None and cues.whole.fullmatch(said):
        return True
    words = said.split()
    asks = not words or words[0] in cue_book().asking
    return not asks and len(words) <= _MOST_TOLD and bool(cues.found_in(said))


def _without_greeting(said: str) -> str:
    """What is left of a sentence when greetings, thanks and fillers before it are taken away."""
    book = cue_book()
    openers = [book.small_talk[kind] for kind in (Pleasantry.GREETING, Pleasantry.THANKS, Pleasantry.FINE)]
    while said:
        match = max((m[0] for pattern in (*openers, book.filler) if (m := pattern.match(said))), key=len, default="")
        if not match:
            break
        said = said[len(match) :].strip()
    return said
