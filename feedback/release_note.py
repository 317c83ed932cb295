"""A line for learners on a release made of proposals: what is better now, and that it is so because they spoke.

No learner's words and no number are in it, and no heading that learners do not see; words are in `note_words/*.toml`.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session

from feedback.proposal import Proposal, ProposalKind
from foundation.errors import NotFound
from knowledge.language import Lang
from knowledge.lessons import find_lesson
from knowledge.outline import read_outlines


def release_note(session: Session, product: str, proposals: Sequence[Proposal], *, lang: Lang) -> str:
    """A note the author may take as it is; "" where there is nothing learners see to tell of."""
    words, lines = _words(lang), []
    for kind in ProposalKind:
        mine = (_where(session, product, each, words) for each in proposals if each.kind is kind)
        places = list(dict.fromkeys(place for place in mine if place))
        if places:
            lines.append(words["kinds"][kind].format(where=", ".join(places)))
    told: str = words["told"].format(lines="; ".join(lines)) if lines else ""
    return told


def _where(session: Session, product: str, proposal: Proposal, words: dict[str, Any]) -> str:
    """The lesson and the section of a proposal, as learners know them; "" for what they do not see."""
    try:
        head = find_lesson(session, product, proposal.place.lesson or "")
    except NotFound:
        return ""
    outlines = read_outlines(session, product, only={head.slug})
    headings = {section.anchor: section.heading for outline in outlines for section in outline.sections}
    heading = headings.get(proposal.place.anchor, "")
    named = "section" if heading and heading != head.title else "lesson"
    told: str = words["places"][named].format(lesson=head.title, section=heading)
    return told


@cache
def _words(lang: Lang) -> dict[str, Any]:
    return tomllib.loads((files("feedback") / "note_words" / f"{lang}.toml").read_text(encoding="utf-8"))
