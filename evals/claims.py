"""Do false claims on true quotes stay here, and do true ones pass: sentences as a model would write them, with quotes.

The sets (`claims/*.jsonl`) are of invented course text, Russian and English: to each quote true paraphrases and claims
that are false in one way each. Every sentence goes through what a model's reply goes through, marks included. `dev` is
what the rule was made on; `held-out` was written before and is only counted.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from assistant.compose import read_again
from evals.ranking_scores import bootstrap_interval
from foundation.errors import ContentUnreadable
from foundation.ids import LessonId, PassageId, RevisionId
from knowledge.blocks import BlockKind
from knowledge.language import Lang, language_of
from knowledge.lessons import LessonHead, Source
from knowledge.passages import PassageKind, Segment

FOLDER = Path(__file__).parent / "claims"
SPLITS = ("dev", "held-out")
TRUE = "true"
LANGS = ("ru", "en")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence on true quotes; `kind` says how it is false, or TRUE."""

    id: str
    text: str
    kind: str
    passage: str
    quotes: tuple[str, ...]

    @property
    def languages(self) -> str:
        """The sentence's language, and the quotes' where it is another."""
        own, told = language_of(self.text), language_of(self.passage)
        return own if own == told else f"{own}-over-{told}"

    def passes(self) -> bool:
        """Whether it would leave the server, were it a model's reply."""
        marks = " ".join(f'[[1|"{quote}"]]' for quote in self.quotes)
        return anyio.run(_is_worded, f"{self.text} {marks}", _source(self.passage), language_of(self.text))


def read_claims(split: str) -> list[Claim]:
    """The claims of a split; raises ContentUnreadable with file and line."""
    path, claims = FOLDER / f"{split.replace('-', '')}.jsonl", []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            told = [(TRUE, text) for text in row["true"]] + [(each["kind"], each["text"]) for each in row["false"]]
            quotes = tuple(row["quotes"])
        except (ValueError, KeyError, TypeError) as err:
            raise ContentUnreadable(path.name, f"these are no claims ({err})", line=number) from err
        claims += [
            Claim(f"{row['id']}-{place}", text, kind, row["passage"], quotes)
            for place, (kind, text) in enumerate(told, 1)
        ]
    return claims


def run_claims(splits: Sequence[str] = SPLITS) -> dict[str, Any]:
    """Figures by split."""
    return {split: claim_figures(read_claims(split)) for split in splits}


def claim_figures(claims: Sequence[Claim]) -> dict[str, Any]:
    """Shares of false claims stopped and of true ones kept, with 95 % intervals, by kind and by languages.

    `true_kept` is of sentences in their quotes' own language: over another one none is let through.
    """
    right: dict[str, list[float]] = defaultdict(list)
    by_languages: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for claim in claims:
        is_right = float(claim.passes() == (claim.kind == TRUE))
        right[claim.kind].append(is_right)
        by_languages[claim.languages]["true_kept" if claim.kind == TRUE else "false_stopped"].append(is_right)
    false = [each for kind, values in right.items() if kind != TRUE for each in values]
    return {
        "false_stopped": _share(false),
        "true_kept": _share([each for name in LANGS for each in by_languages.get(name, {}).get("true_kept", ())]),
        "by_kind": {kind: _share(values) for kind, values in sorted(right.items()) if kind != TRUE},
        "by_languages": {
            languages: {name: _share(values) for name, values in shares.items()}
            for languages, shares in sorted(by_languages.items())
        },
    }


def claim_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    for split, told in figures.items():
        yield f"{split}: false claims stopped {_told(told['false_stopped'])}, true ones kept {_told(told['true_kept'])}"
        for kind, share in told["by_kind"].items():
            yield f"  {kind}: {_told(share)}"
        for languages, shares in told["by_languages"].items():
            yield f"  {languages}: " + ", ".join(f"{name} {_told(share)}" for name, share in shares.items())


async def _is_worded(reply: str, source: Source, lang: Lang) -> bool:
    return any([bool(draft.text) async for draft in read_again(reply, [source], lang=lang, failure=None)])


def _told(share: Mapping[str, Any]) -> str:
    low, high = share["interval_95"]
    return f"{share['share']:.3f} [{low:.3f}, {high:.3f}] of {share['n']}"


def _share(values: Sequence[float]) -> dict[str, Any]:
    share = round(sum(values) / len(values), 4)
    return {"n": len(values), "share": share, "interval_95": bootstrap_interval(values)}


def _source(text: str) -> Source:
    head = LessonHead(LessonId("l-1"), "lesson", "1", "", "", "", "", RevisionId("r-1"))
    whole = (Segment(BlockKind.PARAGRAPH, 0, len(text)),)
    return Source(PassageId("p-1"), PassageKind.PROSE, text, ("",), "", whole, head)
