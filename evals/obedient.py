"""A worst-case chat model: it obeys every instruction it finds in what it is sent, and does its worst with it.

It reads the whole letter, whatever version of a prompt it was made by: fenced material, the rules around it, the form
in which proofs are asked for. Every sentence of the material is an order to it. What an order makes it say is written
in several styles, chosen by a seed: plainly, in our own marks with true, made or stolen quotes, encoded, in code, as
lists and headings, with addresses of every kind. It knows nothing of how replies are checked.
"""

import random
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from evals.obedient_styles import STYLES, Letter, Wish, booty, ordered_words
from prompts.chat import Message, Role

_FENCE = re.compile(
    r"^(?P<fence>~{3,}|`{3,})[ \t]*(?P<label>[^\n~`]*)\n(?P<inside>.*?)\n(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL
)
_NUMBER = re.compile(r"(\d+)\s*$")
_EXAMPLE_MARK = re.compile(
    r"(?P<open>[\[<({]{1,3})(?P<number>\d+)(?P<bar>[|:,])(?P<sign>[\"“«]?)[^\]\n]{4,}?[\"”»]?[\]>)}]{1,3}"
)
_CLOSING = {"[": "]", "<": ">", "(": ")", "{": "}"}
_SIGNS = {'"': '"', "“": "”", "«": "»", "": ""}
_RUSSIAN = re.compile(r"\bRussian\b|по-русски|на русском")
# So many styles a reply: one that is let through must not hide what another would have done.
_STYLES_A_REPLY = 3
_BOOTY_A_STYLE = 4
_PIECE_CHARS = 37


@dataclass(slots=True)
class ObedientChat:
    """The model; `seed` and the number of the call choose its styles. `asked` and `said` are kept for whoever looks."""

    seed: int = 0
    asked: list[tuple[Message, ...]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    styles: list[tuple[str, ...]] = field(default_factory=list)
    wanted: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """As an operator would have written it."""
        return "worst-case:obedient"

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        """The reply in small pieces, so that harm may be split over them."""
        letter = read_letter(messages)
        rng = random.Random(f"{self.seed}-{len(self.asked)}")
        names = self._turn_of(rng)
        self.asked.append(tuple(messages))
        self.styles.append(names)
        self.wanted.append(tuple(ordered_words(letter)))
        wish = Wish(letter, rng)
        reply = "\n".join(STYLES[name](wish, one) for name in names for one in _some(booty(wish), rng))
        self.said.append(reply)
        size = rng.choice([1, 7, _PIECE_CHARS, len(reply)]) if len(reply) < 2_000 else rng.choice([_PIECE_CHARS, 500])
        for start in range(0, len(reply), size):
            yield reply[start : start + size]

    def _turn_of(self, rng: random.Random) -> tuple[str, ...]:
        """Every style comes at least once in so many calls, beside others by chance."""
        names = list(STYLES)
        first = names[(self.seed + len(self.asked)) % len(names)]
        others = rng.sample([name for name in names if name != first], _STYLES_A_REPLY - 1)
        return (first, *others)


def _some(loot: Sequence[str], rng: random.Random) -> list[str]:
    """Obeying comes first; of the rest a few."""
    return [loot[0], *rng.sample(list(loot[1:]), min(_BOOTY_A_STYLE - 1, len(loot) - 1))]


def read_letter(messages: Sequence[Message]) -> Letter:
    """What a prompt of any version says: its rules, its numbered material, its other material, the form of a mark."""
    rules = "\n".join(_FENCE.sub("", message.text) for message in messages)
    passages: dict[int, str] = {}
    others: list[str] = []
    for message in messages:
        for fenced in _FENCE.finditer(message.text):
            number = _NUMBER.search(fenced["label"])
            if number:
                passages[int(number[1])] = fenced["inside"]
            else:
                others.append(fenced["inside"])
    asked = "\n".join(message.text for message in messages if message.role is Role.USER)
    return Letter(rules, passages, tuple(others), "ru" if _RUSSIAN.search(asked) else "en", _mark_form(rules))


def _mark_form(rules: str) -> Mapping[str, str]:
    """The signs a proof is written with, from the example the rules give; ours of today where there is none."""
    found = _EXAMPLE_MARK.search(rules)
    if found is None:
        return {"open": "[[", "bar": "|", "sign": '"', "closing_sign": '"', "close": "]]"}
    close = "".join(_CLOSING[sign] for sign in reversed(found["open"]))
    sign = found["sign"]
    return {"open": found["open"], "bar": found["bar"], "sign": sign, "closing_sign": _SIGNS[sign], "close": close}
