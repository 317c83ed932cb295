"""The words by which an author marks exercises and answers, in both languages, in one place."""

import re
from enum import Enum

# Unambiguous at the start of a heading, whatever follows.
_EXERCISE = (
    r"exercises?|quiz(?:zes)?|homework|(?:check|test) your(?:self|selves| knowledge| understanding)|"
    r"self[ -]?(?:checks?|tests?|quiz(?:zes)?)|knowledge[ -]checks?|(?:practice|review) (?:questions?|problems?)|"
    r"practice (?:tasks?|exercises?)|упражнени[ея]|викторин[аы]|квиз|самопроверка|самотест(?:ирование)?|"
    r"(?:провер(?:ь|ьте|им)|тестируем) (?:себя|(?:(?:свои|ваши|ваше|своё|свое) )?(?:знани[ея]|понимание))|"
    r"(?:проверка|контроль) (?:знаний|понимания|себя)|(?:контрольн|проверочн|практическ)(?:ые|ый|ие|ий) вопросы?|"
    r"(?:вопросы?|задани[ея]|задачи?|тесты?) для (?:самопроверки|самоконтроля|самостоятельной \w+|практики)|"
    r"(?:домашн|практическ|тестов|контрольн|проверочн)(?:ее|ое|ие|ые) задани[ея]"
)
# Also ordinary words ("Question answering", "Задача классификации"): only alone, numbered or before a colon.
_EXERCISE_ALONE = (
    r"questions?|tasks?|assignments?|challenges?|problems?|your turn|"
    r"вопросы?|задани[ея]|задач[аи]|тест|практикум"
)
_ALONE = r"\s*(?:$|[№#:.!?(—–-]|\d)"
_EXERCISE_HEADING = re.compile(rf"(?:{_EXERCISE})\b|(?:{_EXERCISE_ALONE})\b{_ALONE}", re.IGNORECASE)

_ANSWER = (
    r"(?:the )?(?:(?:model|sample|correct|suggested|possible) )?(?:solutions?|answers?|answer key)|"
    r"(?:(?:правильн|верн|возможн|примерн)(?:ый|ые|ое|ая) )?(?:решени[ея]|ответы?|разбор|ключ(?:и)? ответов)"
)
_OF_EXERCISE = (
    r"\s+(?:(?:to|for|of|к|ко|на|для)\s+)?(?:(?:the|all|всем|этому|этим)\s+)?"
    r"(?:exercis|quiz|task|homework|assignment|challenge|упражнени|задани|задач|тест|викторин|квиз|домашн)\w*"
)
_ANSWER_ALONE = re.compile(rf"(?:{_ANSWER})(?:{_OF_EXERCISE}[\w\s.№#-]*)?\s*[№#]?\s*[\d.]*\s*[:.!]*$", re.IGNORECASE)
_ANSWER_TO_SOMETHING = re.compile(
    rf"(?:{_ANSWER})\s*(?:\d|[:(—–-]|(?:to|на|к)\s+(?:the\s+)?(?:question|вопрос))", re.IGNORECASE
)
_ANSWER_OPENING = re.compile(rf"(?:{_ANSWER})\s*(?:№?\s*\d+\s*)?[:.—–]", re.IGNORECASE)
# Inside a fold-out any mention hides it: showing too little costs a click, showing too much spoils the exercise.
_ANSWER_ANYWHERE = re.compile(r"\b(?:solution|answer|solved|решени|решён|решен|ответ(?!ств)|разбор)", re.IGNORECASE)
_HINT = re.compile(r"\b(?:hints?|tips?|clues?|подсказ\w+|нам[её]к\w*|совет(?:ы|а|ов)?)\b", re.IGNORECASE)
_ANSWER_CLASSES = frozenset({"solution", "solutions", "answer-key", "answerkey", "answer-box", "solution-box"})

_LEADING_NOISE = re.compile(r"^[\W_]*(?:(?:\d+\.)*\d+[.):]?[\s—–-]+)?[\W_]*")


class HeadingRole(Enum):
    """What a heading says about its section."""

    PLAIN = "plain"
    EXERCISE = "exercise"
    ANSWERS = "answers"


def heading_role(text: str, *, after_exercise: bool) -> HeadingRole:
    """Tell what a heading announces; a number or an emoji before the words does not matter.

    `after_exercise` says that the lesson has set an exercise above: only then is "Answers to the questions" or
    "Solution: …" a key and not a topic (a chapter on question answering is called just so).
    """
    words = _LEADING_NOISE.sub("", text).strip()
    if _ANSWER_ALONE.match(words) or (after_exercise and _ANSWER_TO_SOMETHING.match(words)):
        return HeadingRole.ANSWERS
    return HeadingRole.EXERCISE if _EXERCISE_HEADING.match(words) else HeadingRole.PLAIN


def mentions_answer(text: str) -> bool:
    """Tell whether a fold-out's summary, class or an admonition's title promises an answer."""
    return bool(_ANSWER_ANYWHERE.search(re.sub(r"[_-]", " ", text)))


def promises_hint(text: str) -> bool:
    """Tell whether a fold-out's summary offers help short of the answer."""
    return bool(_HINT.search(text)) and not mentions_answer(text)


def opens_answer(text: str) -> bool:
    """Tell whether a paragraph below an exercise begins the answer to it, as in "Solution: …"."""
    return bool(_ANSWER_OPENING.match(_LEADING_NOISE.sub("", text)))


def is_answer_class(value: str) -> bool:
    """Tell whether a `class` attribute names a worked answer."""
    return any(name.replace("_", "-") in _ANSWER_CLASSES for name in value.lower().split())
