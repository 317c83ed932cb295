"""What a proposal's page shows, and what an author typed there as changes of the lesson as it reads now."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from api.console.numbers import between, percent
from api.console.staff import Desk
from api.console.themes import headings_of, tell_theme
from companion.proposal_desk import Compared, compare_proposal
from feedback.figures import ProductFigures, figures_of
from feedback.proposal import Proposal
from feedback.proposal_wording import reason_words
from feedback.proposals import WAITING, find_proposal, history_of
from foundation.errors import Conflict, NotFound
from knowledge.edits import Change, ChangeKind, insert_behind, replace_blocks
from knowledge.language import Lang
from knowledge.revisions import LessonState, live_state, state_of_revision
from knowledge.sections import may_change
from knowledge.three_way import fit_changes
from learning.people import find_person

# Of a paragraph with a sentence put in or taken out more than half is as it was.
_ALIKE = 0.5
_WRITTEN = (ChangeKind.REPLACE, ChangeKind.INSERT)


def read_proposal(desk: Desk, name: str, *, lang: Lang) -> dict[str, Any]:
    """A proposal with its columns, its grounds and what happened to it; raises NotFound."""
    compared = compare_proposal(desk.house, desk.slug, name)
    proposal = compared.proposal
    with desk.house.database.read() as session:
        base, live = state_of_revision(session, proposal.base), _live(session, desk.slug, proposal)
        figures = figures_of(session, desk.slug, now=desk.house.clock())
        names = headings_of(session, desk.slug, [proposal.place.lesson or ""])
        history = [(event, _name(session, event.who)) for event in history_of(session, desk.slug, proposal.id)]
        by = _name(session, proposal.decided_by)
    form = partial(percent, lang=lang)
    return {
        "proposal": proposal,
        "place": place_of(proposal, names),
        "reason": reason_of(proposal, figures, lang),
        "expected": _expected(proposal.expected, form),
        "rows": compared.rows,
        "ways": compared.views,
        "gone": live is None,
        "live": live.revision if live is not None else "",
        "stale": live is not None and _is_stale(compared),
        "drafts": drafts_of(proposal, base, live) if live is not None else [],
        "themes": [tell_theme(each, names, lang) for each in figures.themes if each.id in proposal.themes],
        "waiting": proposal.state in WAITING,
        "by": by,
        "history": history,
    }


def _is_stale(compared: Compared) -> bool:
    """Whether the changes cannot be made as they are: approving them would be refused."""
    fits = compared.fitted is not None and len(compared.fitted) == len(compared.proposal.changes)
    return compared.is_stale or not fits


def reason_of(proposal: Proposal, figures: ProductFigures, lang: Lang) -> str:
    """Why it was made; "" where none of its themes may be shown any more, for it names one."""
    if not any(theme.id in proposal.themes for theme in figures.themes):
        return ""
    return reason_words(proposal.made_with, lang) if "reason" in proposal.made_with else proposal.reason


def place_of(proposal: Proposal, names: Mapping[tuple[str, str], dict[str, str]]) -> dict[str, str] | None:
    """Where a proposal is about, by name; None where that lesson is gone."""
    lesson, anchor = proposal.place.lesson or "", proposal.place.anchor
    named = names.get((lesson, anchor)) or names.get((lesson, ""))
    return {"lesson": lesson, "anchor": anchor, **named} if named else None


def drafts_of(proposal: Proposal, base: LessonState, live: LessonState) -> list[Change]:
    """The proposal's changes in the terms of the live lesson, for the author to write over; one where there is none.

    Text that does not fit any more goes in place of the paragraph most like the one it was for, else to the end of its
    section; what is no text is left out.
    """
    if not proposal.changes:
        return [insert_behind(live.blocks, _end(live, proposal.place.anchor), "")]
    drafts = []
    fitting = fit_changes(base.blocks, proposal.changes, live.blocks)
    for change, fitted in zip(proposal.changes, fitting, strict=True):
        if fitted.change is not None:
            drafts.append(fitted.change)
        elif change.kind in _WRITTEN and not fitted.is_done:
            anchor = str(base.blocks[max(change.last, 0)]["anchor"]) if base.blocks else ""
            drafts.append(_refitted(change, live, anchor))
    return drafts


def _refitted(change: Change, live: LessonState, anchor: str) -> Change:
    here = [number for number, block in enumerate(live.blocks) if may_change(block) and block["anchor"] == anchor]
    if change.kind is ChangeKind.REPLACE and here:
        alike = {number: SequenceMatcher(None, change.before, live.blocks[number]["text"]).ratio() for number in here}
        nearest = max(here, key=lambda number: (alike[number], -number))
        if alike[nearest] >= _ALIKE:
            return replace_blocks(live.blocks, nearest, nearest, change.markdown)
    return insert_behind(live.blocks, _end(live, anchor), change.markdown)


def redrafted(session: Session, product: str, name: str, form: Mapping[str, str]) -> tuple[str, list[Change]]:
    """The revision whose drafts were shown, and these with what was typed; what is ticked or left empty is not there.

    Raises NotFound, and Conflict for a revision of another lesson.
    """
    proposal = find_proposal(session, product, name)
    shown = state_of_revision(session, form.get("base", ""))
    if shown.lesson != live_state(session, product, proposal.place.lesson or "").lesson:
        raise Conflict("this form is of another lesson; open the proposal again")
    drafts = drafts_of(proposal, state_of_revision(session, proposal.base), shown)
    kept = []
    for number, draft in enumerate(drafts):
        typed = form.get(f"markdown-{number}", draft.markdown).replace("\r\n", "\n").strip()
        if form.get(f"drop-{number}") or (draft.kind in _WRITTEN and not typed):
            continue
        kept.append(replace(draft, markdown=typed) if draft.kind in _WRITTEN else draft)
    return shown.revision, kept


def _expected(told: Mapping[str, Any], form: Callable[[float], str]) -> dict[str, Any]:
    """What an effect would be compared with, in words."""
    now = told.get("now")
    shares = {"share": form(now["share"]), "interval": between(now["interval"], form)} if now else {}
    return {"now": now and {**now, **shares}, "needed": told.get("needed")}


def _live(session: Session, product: str, proposal: Proposal) -> LessonState | None:
    try:
        return live_state(session, product, proposal.place.lesson or "")
    except NotFound:
        return None


def _end(live: LessonState, anchor: str) -> int:
    """The last block of a section learners see, or of the lesson where the section is gone."""
    shown = [number for number, block in enumerate(live.blocks) if may_change(block)]
    return max((number for number in shown if live.blocks[number]["anchor"] == anchor), default=max(shown, default=-1))


def _name(session: Session, person: str | None) -> str:
    if not person:
        return ""
    try:
        return find_person(session, person).name
    except NotFound:
        return ""
