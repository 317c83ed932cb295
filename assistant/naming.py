"""Which lessons a question names: by title, by slug, or by number, as "lesson 7", "седьмой урок" and "week 3" do.

Speaking of what a lesson is about does not name it: a title of one or two words counts only beside the word "lesson" or
in quotation marks.
"""

import re
from collections.abc import Iterator, Sequence

from foundation.ids import LessonId
from knowledge.lessons import LessonHead
from knowledge.words import fold, stem_of

_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[«“\"„']([^«»“”\"„']+)[»”\"“']")
_LESSON = r"(?:урок|лекци|занят|глав|lesson|lecture|chapter|unit)\w*"
_BLOCK = r"(?:недел|модул|блок|част|week|module|block|part)\w*"
# No lesson has a longer number, and one of thousands of digits is refused by Python.
_ONE = r"(?<!\d)\d{1,4}(?!\d)"
_NUMBERS = rf"{_ONE}(?: ?(?:,|и|and|-|–|—) ?{_ONE})*"
_SIGN = r"\s*(?:№|#|номер|number|no\.?)?\s*"
# "7-й урок" and "7 урок" name one; "3 урока" and "уроков 3" count them.
_ENDINGS = "й|ый|ой|ий|го|ого|му|ому|м|ом|ая|я|ю|ую|е|ое|th|st|nd|rd"
_SINGULAR = (
    "урок|уроке|уроку|уроком|лекция|лекции|лекцию|глава|главе|главу|занятие|занятии|неделя|неделе|неделю|"
    "модуль|модуле|блок|блоке|часть"
)
_COUNTED = "уроков|лекций|занятий|глав|недель|модулей|блоков|частей"
# By their first letters, Russian and English, from the first to the twelfth.
_ORDINALS = (
    "перв|first",
    "втор|second",
    "трет|third",
    "четверт|fourth",
    "пят|fifth",
    "шест|sixth",
    "седьм|seventh",
    "восьм|eighth",
    "девят|ninth",
    "десят|tenth",
    "одиннадцат|eleventh",
    "двенадцат|twelfth",
)
_NAMING_WORDS = 3
_NUMBERED = re.compile(rf"^\s*(?:{_LESSON}{_SIGN})?({_ONE})\b[\s.:)–—-]*")


def named_lessons(question: str, lessons: Sequence[LessonHead]) -> frozenset[LessonId]:
    """Ids of the lessons, given in course order, that a question names."""
    said = " ".join(fold(question).split())
    stems = _stems(said)
    numbers, blocks = set(_numbers(said, _LESSON)), set(_numbers(said, _BLOCK))
    quoted = {_stems(each) for each in _QUOTED.findall(said)}
    beside = bool(re.search(rf"\b{_LESSON}", said))
    return frozenset(
        lesson.id
        for place, lesson in enumerate(lessons, 1)
        if _number_of(lesson, place) in numbers
        or not blocks.isdisjoint(_numbers_in(lesson.block_title))
        or _has_title(lesson, stems, quoted, beside=beside)
        or any(_has_slug(name, said) for name in (lesson.slug, lesson.external_id))
    )


def _numbers(said: str, thing: str) -> Iterator[int]:
    """The numbers of lessons or of blocks that are named."""
    for found in re.finditer(rf"\b(?!(?:{_COUNTED})\b){thing}{_SIGN}({_NUMBERS})", said):
        yield from _spelled_out(found[1])
    for found in re.finditer(rf"\b({_ONE}) ?-? ?(?:{_ENDINGS}) {thing}|\b({_ONE}) (?:{_SINGULAR})\b", said):
        if found[2] is None or re.match(thing, found[0].split()[-1]):
            yield int(found[1] or found[2])
    for number, letters in enumerate(_ORDINALS, 1):
        if re.search(rf"\b(?:{letters})\w{{0,3}}\s+(?!(?:{_COUNTED})\b){thing}", said):
            yield number


def _spelled_out(listed: str) -> Iterator[int]:
    """The numbers of "7, 8" and of "7-9"."""
    numbers = [int(number) for number in re.findall(_ONE, listed)]
    if len(numbers) == 2 and re.search(r"[-–—]", listed):
        yield from range(numbers[0], min(numbers[1], numbers[0] + 100) + 1)
    yield from numbers


def _numbers_in(title: str) -> set[int]:
    return {int(number) for number in re.findall(_ONE, title)}


def _number_of(lesson: LessonHead, place: int) -> int:
    """The number its title or its slug begins with, else its place in the course."""
    found = _NUMBERED.match(fold(lesson.title)) or re.match(r"(\d{1,3})(?=-)", lesson.slug)
    return int(found[1]) if found else place


def _has_title(lesson: LessonHead, stems: tuple[str, ...], quoted: set[tuple[str, ...]], *, beside: bool) -> bool:
    title = fold(lesson.title)
    plain = _NUMBERED.sub("", title)
    whole, head = _stems(plain), _stems(re.split(r"[:.—–]", plain)[0])
    if not whole:
        return False
    if whole in quoted or head in quoted or _stems(title) in quoted:
        return True
    if len(whole) >= _NAMING_WORDS and _holds(stems, whole):
        return True
    return beside and bool(head) and _holds(stems, head)


def _has_slug(name: str, said: str) -> bool:
    """A name that could be a plain word of the subject names nothing by itself."""
    plain = fold(name)
    if len(plain) < len("a-1") or not re.search(r"[\d\W_]", plain):
        return False
    return re.search(rf"(?<![\w-]){re.escape(plain)}(?![\w-])", said) is not None


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem_of(word) for word in _WORD.findall(text))


def _holds(stems: tuple[str, ...], title: tuple[str, ...]) -> bool:
    return any(stems[place : place + len(title)] == title for place in range(len(stems) - len(title) + 1))
