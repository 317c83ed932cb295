"""How many tokens a text takes, and how many passages fit in a budget.

OpenAI's tokenizers need their ranks, a file of a few megabytes each, which are used when they are on the machine and
never fetched. An operator provides them once, from a machine with a network, and names the folder to the service:

    TIKTOKEN_CACHE_DIR=/srv/ranks python -c "import tiktoken; tiktoken.get_encoding('o200k_base')"

(`cl100k_base` for models before gpt-4o). Without them the count is an estimate that is meant to be too high, and says
that it is one. Ignorant of what the budget is for.
"""

import hashlib
import math
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tiktoken
from tiktoken.model import encoding_name_for_model

from prompts.fences import fence

# Where tiktoken 0.14 fetches its ranks, which it names their file by, and their sha256. Known here as well, because
# asking tiktoken for an encoding whose file is missing or damaged goes to the network without any time limit.
_RANKS_URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
_RANKS_SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
_SAME_RANKS = {"o200k_harmony": "o200k_base"}
_NEWEST_OPENAI = "o200k_base"
_OPENAI_NAME = re.compile(r"(ft:)?(chat)?gpt|o\d")

_LATIN = re.compile(r"[A-Za-z]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_GAP = re.compile(r"\s{2,}|\n")
_NEITHER_LETTER_NOR_SPACE = re.compile(r"[^A-Za-z\u0400-\u04ff\s]+")


@dataclass(frozen=True, slots=True)
class TokenCount:
    """`exact` is False when the model's own tokenizer was not at hand and `tokens` is an estimate from above."""

    tokens: int
    exact: bool

    def __add__(self, other: "TokenCount") -> "TokenCount":
        return TokenCount(self.tokens + other.tokens, exact=self.exact and other.exact)


@dataclass(frozen=True, slots=True)
class Fitting:
    """Which of the passages fit, as rising positions in what was given, and what they take with their fences."""

    kept: tuple[int, ...]
    count: TokenCount


def count_tokens(text: str, *, model: str) -> TokenCount:
    """How many tokens `text` takes for `model`, a name or a `provider:name`.

    OpenAI's models are counted with their own ranks, one that tiktoken does not know yet with o200k_base (not exact),
    every other maker's by `estimate_tokens`. The first count with ranks reads them, which takes half a CPU second.
    """
    name = model.partition(":")[2] if model.startswith(("openai:", "azure_openai:")) else model
    encoding_name, exact = _encoding_of(name)
    encoding = _encoding(encoding_name) if encoding_name else None
    tokens = _encode(encoding, text) if encoding is not None else None
    if tokens is None:
        return TokenCount(estimate_tokens(text), exact=False)
    return TokenCount(tokens, exact=exact)


def estimate_tokens(text: str) -> int:
    """A count meant to be too high for any of today's tokenizers.

    Four Latin letters a token within a word, three Cyrillic letters two tokens, everything else a token a byte, two
    tokens and a sixteenth of its length for a line break or a gap, four for the text. Estimate over real count on
    8,646 texts (November 2026: course pages with code and tables in pieces of 600 characters, encyclopedia
    paragraphs and questions, Russian and English), lowest, 1st percentile, median, and how many were too low
    (the last two with the tokenizer files in litellm's wheel):

        o200k_base   1.03  1.30  1.71  none     cl100k_base  0.99  1.18  1.57  1
        deepseek     1.00  1.30  1.65  1        anthropic    0.90  1.11  1.43  8
    """
    latin = sum((len(run) + 3) // 4 for run in _LATIN.findall(text))
    cyrillic = math.ceil(sum(map(len, _CYRILLIC.findall(text))) / 1.5)
    rest = sum(len(run.encode("utf-8", "replace")) for run in _NEITHER_LETTER_NOR_SPACE.findall(text))
    gaps = sum(2 + len(gap) // 16 for gap in _GAP.findall(text))
    return latin + cyrillic + rest + gaps + 4


def fit_passages(passages: Sequence[str], *, budget_tokens: int, model: str) -> Fitting:
    """Whole passages, from the first on, until the budget is full; each stands between fences and an empty line.

    One that is too long alone is left out and does not keep out the rest.
    """
    kept: list[int] = []
    total = TokenCount(0, exact=True)
    for place, passage in enumerate(passages):
        count = count_tokens(fence(passage, f"passage {place + 1}") + "\n\n", model=model)
        if count.tokens > budget_tokens:
            continue
        if (total + count).tokens > budget_tokens:
            break
        kept.append(place)
        total += count
    return Fitting(tuple(kept), total)


def _encoding_of(name: str) -> tuple[str | None, bool]:
    """The encoding to count `name` with, and whether it is the model's own."""
    try:
        return encoding_name_for_model(name), True
    except KeyError:
        return (_NEWEST_OPENAI, False) if _OPENAI_NAME.match(name) else (None, False)


def _encoding(name: str) -> tiktoken.Encoding | None:
    ranks = _SAME_RANKS.get(name, name)
    path = _ranks_path(ranks) if ranks in _RANKS_SHA256 else None
    return _load(name, path, _changed(path)) if path is not None else None


def _ranks_path(ranks: str) -> Path | None:
    """Where tiktoken looks first; an empty folder name means to it that every count goes to the network."""
    fallback = Path(tempfile.gettempdir()) / "data-gym-cache"
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR", str(fallback)))
    name = hashlib.sha1(_RANKS_URL.format(ranks).encode(), usedforsecurity=False).hexdigest()
    return Path(folder) / name if folder else None


def _changed(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.is_file() else None


@cache
def _load(name: str, path: Path, changed: int | None) -> tiktoken.Encoding | None:
    """The encoding when its file is there and whole; `changed` is the file's time, so that a new file is looked at."""
    if changed is None or hashlib.sha256(path.read_bytes()).hexdigest() != _RANKS_SHA256[_SAME_RANKS.get(name, name)]:
        return None
    return tiktoken.get_encoding(name)


def _encode(encoding: tiktoken.Encoding, text: str) -> int | None:
    """The real count, or None for the rare text, such as a million spaces, that tiktoken's pattern gives up on."""
    try:
        # Text that spells a control token, as course pages about models do, is only text here.
        return len(encoding.encode(text, disallowed_special=()))
    except ValueError:
        return None
