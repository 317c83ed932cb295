"""What somebody wants with a message, decided by code from cues in `cues/`; a model is never asked."""

from enum import StrEnum


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


def read_intent(text: str, *, want: Want | None = None) -> Intent:
    """What a message is, from its words; a button that was pressed is beyond doubt."""
    if want is Want.HINT:
        return Intent.STUCK
    if want is Want.PERSON:
        return Intent.PERSON
    return Intent.QUESTION
