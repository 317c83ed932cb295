"""Takes personal data out of what learners say, before it is kept: names, mails, phones, accounts, cards, papers, keys.

How much of it is found, and how much is taken for it and is not, is measured (`evals.redaction`).
"""

import re
from dataclasses import dataclass

from feedback.contact_finding import Span, find_contacts, find_links
from feedback.name_finding import find_names

# No word of any language: nothing that counts words meets it.
TAKEN_OUT = "[…]"
_ONLY_GAP = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without personal data, and how many pieces were taken out."""

    text: str
    count: int


def redact(text: str) -> Redacted:
    """Put a mark in the place of whatever names or reaches somebody. Doing it twice changes nothing."""
    pieces = find_personal(text)
    return Redacted(_marked(text, pieces), len(pieces))


def without_contacts(text: str) -> str:
    """The text without what somebody can be reached by, any link included; names stay."""
    return _marked(text, _joined(text, [*find_contacts(text), *find_links(text)]))


def find_personal(text: str) -> list[Span]:
    """Where something personal stands in a text, in order, each stretch once."""
    return _joined(text, [*find_contacts(text), *find_names(text)])


def _marked(text: str, pieces: list[Span]) -> str:
    kept, end = [], 0
    for start, stop in pieces:
        kept += [text[end:start], TAKEN_OUT]
        end = stop
    return "".join((*kept, text[end:]))


def _joined(text: str, spans: list[Span]) -> list[Span]:
    """The spans in order, those that overlap or have only a gap between them as one."""
    joined: list[Span] = []
    for start, stop in sorted(spans):
        if joined and (start <= joined[-1][1] or _ONLY_GAP.fullmatch(text, joined[-1][1], start)):
            joined[-1] = joined[-1][0], max(joined[-1][1], stop)
        else:
            joined.append((start, stop))
    return joined
