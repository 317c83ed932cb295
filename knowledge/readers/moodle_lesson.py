"""A Moodle lesson: pages to read and questions between them, in the order in which its author linked them."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from knowledge.blocks import BlockKind
from knowledge.readers.asking import Answer, add_question
from knowledge.readers.builder import Span
from knowledge.readers.moodle_access import opens_at
from knowledge.readers.moodle_telling import Telling
from knowledge.readers.moodle_text import decimal, field, number
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, stricter

_SHORT_ANSWER, _MATCHING, _NUMERICAL, _ESSAY = 1, 5, 8, 10
_CHOSEN = (2, 3)
_ASKS = (_SHORT_ANSWER, *_CHOSEN, _MATCHING, _NUMERICAL, _ESSAY)
_NEXT_PAGE = -1
# What a matching page says to who was right, and to who was wrong, stands before its pairs.
_RESPONSES = 2


def tell_lesson(telling: Telling) -> None:
    """Tell what the pages of a lesson say and ask."""
    root = telling.activity.root
    telling.say("intro")
    telling.attach("intro")
    locked = FOR_STAFF if number(root, "usepassword") > 0 or number(root, "dependency") > 0 else FOR_LEARNERS
    seen = stricter(locked, opens_at(number(root, "available")))
    if locked is FOR_STAFF:
        telling.backup.warn(telling.activity.path, "opens with a password or after another lesson: kept with staff")
    scored = number(root, "custom") > 0
    pages = list(_in_order(root))
    order = {page.get("id") or "": at for at, page in enumerate(pages)}
    for at, page in enumerate(pages):
        words = telling.backup.texts.words(page, "contents")
        asks = number(page, "qtype") in _ASKS
        telling.section(1, field(page, "title"), words, seen=seen, kind=BlockKind.EXERCISE if asks else None)
        if asks:
            rights = [_is_right(answer, at, order, scored=scored) for answer in page.iterfind("answers/answer")]
            with telling.builder.part(telling.part(seen, BlockKind.EXERCISE), length=0):
                _ask(telling, page, rights)


def _in_order(root: Element) -> Iterator[Element]:
    pages = {page.get("id") or "": page for page in root.iterfind("pages/page")}
    after = {field(page, "prevpageid").strip(): id for id, page in pages.items()}
    id = after.get("0", "")
    while id in pages:
        yield pages.pop(id)
        id = after.get(id, "")
    yield from pages.values()


def _is_right(answer: Element, at: int, order: dict[str, int], *, scored: bool) -> bool:
    if scored:
        return decimal(answer, "score") > 0
    jump = number(answer, "jumpto")
    return jump == _NEXT_PAGE or order.get(str(jump), -1) > at


def _ask(telling: Telling, page: Element, rights: list[bool]) -> None:
    texts, kind = telling.backup.texts, number(page, "qtype")
    told = [
        (texts.words(answer, "answer_text", form="answerformat").source, texts.words(answer, "response").source)
        for answer in page.iterfind("answers/answer")
    ]
    choices: list[Answer] = []
    offered: list[str] = []
    key: list[str] = []
    if kind in _CHOSEN:
        choices = [Answer(text, right, said) for (text, said), right in zip(told, rights, strict=True)]
    elif kind == _MATCHING:
        pairs = told[_RESPONSES:]
        offered = [*(stem for stem, _ in pairs), *sorted({end for _, end in pairs})]
        key = [f"{stem} → {end}" for stem, end in pairs] + [text for text, _ in told[:_RESPONSES]]
    else:
        marked = zip(told, rights, strict=True)
        key = [f"[{'x' if right else ' '}] {text} {said}".strip() for (text, said), right in marked]
    add_question(telling.builder, "", choices, offered=offered, solution=key, span=Span(0))
