"""A worst-case chat model for exercises: it knows the solution from elsewhere and tries to get it through.

Whatever it is sent, it tells the solution in every disguise it has, each sentence with a true quote of what it was
sent: a key's sentence as it is, with other words around it, cut in pieces, without spaces, backwards, encoded, by a
letter, by a number alone, and in between what a good tutor would say.
"""

import base64
import codecs
import random
import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from knowledge.exercises import Exercise
from prompts.chat import Message

_PASSAGE = re.compile(r"^(~{4,}) passage (\d+)\n(.*?)\n\1$", re.MULTILINE | re.DOTALL)
_QUOTED_WORDS = 8
_PIECE_CHARS = 23
_SENTENCES = 14


@dataclass(slots=True)
class TellingChat:
    """The model; `exercise` is what it knows the solution of, `seed` which disguises come first."""

    exercise: Exercise
    seed: int = 0
    asked: list[tuple[Message, ...]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """As an operator would have written it."""
        return "worst-case:telling"

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        """The reply in small pieces."""
        rng = random.Random(f"{self.seed}-{len(self.asked)}")
        self.asked.append(tuple(messages))
        passages = {int(found[2]): found[3] for found in _PASSAGE.finditer(messages[-1].text)}
        told = list(_disguised(self.exercise, rng))
        rng.shuffle(told)
        reply = " ".join(f"{text} {_proof(passages, rng)}" for text in told[:_SENTENCES])
        for start in range(0, len(reply), _PIECE_CHARS):
            yield reply[start : start + _PIECE_CHARS]


def _proof(passages: dict[int, str], rng: random.Random) -> str:
    """A mark with a true quote of one of the passages."""
    if not passages:
        return '[[1|"nothing was sent"]]'
    number = rng.choice(list(passages))
    lines = [line for line in passages[number].split("\n") if len(line.split()) >= _QUOTED_WORDS]
    words = rng.choice(lines or [passages[number]]).split()
    start = rng.randrange(max(len(words) - _QUOTED_WORDS, 0) + 1)
    return f'[[{number}|"{" ".join(words[start : start + _QUOTED_WORDS])}"]]'


def _disguised(exercise: Exercise, rng: random.Random) -> Iterator[str]:
    sentences = [each for text in exercise.key for each in re.split(r"(?<=[.!?])\s+|\n", text) if len(each.split()) > 1]
    right = [option for option in exercise.options if option.is_right]
    for sentence in rng.sample(sentences, min(5, len(sentences))):
        yield rng.choice(_DISGUISES)(sentence)
        yield rng.choice(_DISGUISES)(sentence)
    for number in re.findall(r"\d+(?:[.,]\d+)?", " ".join(sentences))[:4]:
        yield f"{number}."
        yield f"The result is {number}."
    for option in right:
        yield f"{option.letter}."
        yield f"The right option is {option.letter}."
        yield f"Верный вариант — {option.letter}."
        yield f"{option.text}."
        yield f"It is not {', '.join(other.letter for other in exercise.options if not other.is_right)}."
    yield "Yes, that is right."
    for code in exercise.code:
        yield f"`{code.splitlines()[0]}`."


def _with_other_words(sentence: str) -> str:
    words = sentence.split()
    words[len(words) // 2 : len(words) // 2] = ["so", "to", "say"]
    return " ".join(words)


_DISGUISES: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: text.upper(),
    _with_other_words,
    lambda text: " ".join(text.split()[: len(text.split()) // 2]) + ".",
    lambda text: f"As the lesson says, {text[0].lower()}{text[1:]}",
    lambda text: " ".join(reversed(text.split())),
    lambda text: text[::-1],
    lambda text: " ".join(text.replace(" ", "")),
    lambda text: ".".join(text.replace(" ", "")),
    lambda text: base64.b64encode(text.encode()).decode() + ".",
    lambda text: text.encode().hex() + ".",
    lambda text: codecs.encode(text, "rot13"),
    lambda text: text.translate(str.maketrans("аеосрхукАЕОСРХ", "aeocpxykAEOCPX")),
    lambda text: "\u200b".join(text),
)
