"""A made course: Markdown lessons of realistic size, and questions over them.

Twenty paragraphs a lesson under a heading every four; a paragraph is one passage of about six sentences.
"""

from collections.abc import Iterator

import numpy as np

from evals.bench.made_words import TOPICS, Lang, vocabulary
from knowledge.blocks import SourceCourse, SourceLesson
from knowledge.readers import read_markdown_text

_PARAGRAPHS = 20
_PARAGRAPHS_A_SECTION = 4
_FUNCTION_SHARE, _TOPIC_SHARE = 0.40, 0.25
# Two paragraphs are always longer than what is packed into one passage, none so long that it is cut.
_CHARS = 640


def make_course(passages: int, *, langs: tuple[Lang, ...], seed: int) -> SourceCourse:
    """About this many passages; lessons take turns in the languages."""
    return SourceCourse(tuple(_lessons(passages, langs=langs, seed=seed)))


def make_questions(count: int, *, passages: int, langs: tuple[Lang, ...], seed: int) -> list[str]:
    """Questions of six words, four of them from one paragraph of the course that `make_course` gives for the seed."""
    lessons = max(passages // _PARAGRAPHS, 1)
    questions = []
    for number in range(count):
        lesson = (number * 7919) % lessons
        text = _lesson_text(lesson, lang=langs[lesson % len(langs)], seed=seed)
        rng = np.random.default_rng((seed, lesson, number))
        paragraphs = [line for line in text.split("\n\n") if not line.startswith("#")]
        words = [word.strip(".,").lower() for word in paragraphs[int(rng.integers(len(paragraphs)))].split()]
        function = set(vocabulary(langs[lesson % len(langs)]).function)
        telling = list(dict.fromkeys(word for word in words if word not in function))
        asked = rng.choice(np.asarray(telling, dtype=object), size=4, replace=False)
        small = rng.choice(vocabulary(langs[lesson % len(langs)]).function, size=2)
        questions.append(" ".join((small[0], *asked[:2], small[1], *asked[2:])) + "?")
    return questions


def _lessons(passages: int, *, langs: tuple[Lang, ...], seed: int) -> Iterator[SourceLesson]:
    for number in range(max(passages // _PARAGRAPHS, 1)):
        lang = langs[number % len(langs)]
        yield read_markdown_text(
            _lesson_text(number, lang=lang, seed=seed), external_id=f"lesson-{number:05}", title=""
        )


def _lesson_text(number: int, *, lang: Lang, seed: int) -> str:
    rng = np.random.default_rng((seed, number))
    topic = int(rng.integers(TOPICS))
    parts = [f"# {_heading(rng, topic, lang)}"]
    for paragraph in range(_PARAGRAPHS):
        if paragraph % _PARAGRAPHS_A_SECTION == 0:
            # A section strays from the lesson's topic now and then.
            section = topic if rng.random() < 0.6 else int(rng.integers(TOPICS))
            parts.append(f"## {_heading(rng, section, lang)}")
        parts.append(_paragraph(rng, section, lang))
    return "\n\n".join(parts)


def _heading(rng: np.random.Generator, topic: int, lang: Lang) -> str:
    return " ".join(rng.choice(vocabulary(lang).by_topic[topic], size=3)).capitalize()


def _paragraph(rng: np.random.Generator, topic: int, lang: Lang) -> str:
    """Sentences of 10 to 22 words until the paragraph is long enough."""
    sentences: list[str] = []
    size = 0
    while size < _CHARS:
        sentence = _sentence(rng, topic, lang)
        sentences.append(sentence)
        size += len(sentence) + 1
    return " ".join(sentences)


def _sentence(rng: np.random.Generator, topic: int, lang: Lang) -> str:
    words = vocabulary(lang)
    count = int(rng.integers(10, 23))
    kind = rng.random(count)
    drawn = words.words[np.searchsorted(words.up_to, rng.random(count)).clip(max=len(words.words) - 1)]
    drawn = np.where(kind < _FUNCTION_SHARE, rng.choice(words.function, size=count), drawn)
    drawn = np.where(kind > 1 - _TOPIC_SHARE, rng.choice(words.by_topic[topic], size=count), drawn)
    return " ".join(drawn).capitalize() + "."
