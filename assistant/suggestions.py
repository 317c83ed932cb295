"""Questions to begin with, for somebody who does not know what to ask yet."""

from collections.abc import Sequence

from assistant.phrases import Phrase, phrase
from knowledge.language import Lang
from knowledge.lessons import LessonHead
from knowledge.products import Product

_COUNT = 3


def suggest(product: Product, lessons: Sequence[LessonHead]) -> list[str]:
    """Up to three questions: the author's own, else about lessons from the beginning, middle and end."""
    if product.suggestions:
        return list(product.suggestions[:_COUNT])
    if not lessons:
        return []
    steps = range(min(_COUNT, len(lessons)))
    chosen = [lessons[step * len(lessons) // len(steps)] for step in steps]
    reader: Lang = "ru" if product.lang == "ru" else "en"
    return [phrase(Phrase.SUGGESTION, reader).format(title=lesson.title) for lesson in chosen]
