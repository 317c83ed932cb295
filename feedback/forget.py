"""Takes words back out of the improvement loop: what a learner said, wherever it is quoted, and what it was encoded as.

Rows of items stay, so that counts are what they were; they are nobody's words any more. The themes they were in are
looked at anew, because a label may have rested on them.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from feedback.tables import GapRow, ItemRow, PromiseRow, ProposalRow, ReportRow, ThemeRow
from feedback.theme_rows import recount_themes
from foundation.database import moment
from foundation.ids import ProductSlug
from foundation.text import black_out
from knowledge.cases.erase import erase_vectors

_IDS_A_QUERY = 500
# Shorter stretches are anybody's words.
_FEWEST_CHARS = 20
_PROPOSAL_TEXTS = "changes", "drafted", "reason", "expected", "reuse", "sources", "made_with", "decision"


def forget_words(session: Session, product: ProductSlug, words: Sequence[str]) -> int:
    """Black out every stretch of `words` in a product's feedback items and gaps; gives how many rows held one."""
    changed = 0
    touched: list[ItemRow] = []
    for item in session.scalars(select(ItemRow).where(ItemRow.product == product)):
        kept = black_out(item.text, words)
        if kept != item.text:
            touched.append(item)
            item.text = kept
    for gap in session.scalars(select(GapRow).where(GapRow.product == product)):
        kept = black_out(gap.question, words)
        changed += kept != gap.question
        gap.question = kept
    _unbind(session, touched)
    _forget_quotes(session, words, frozenset())
    return changed + len(touched)


def remarks_of(
    session: Session, *, items: Collection[str], turns: Collection[str], person: str
) -> list[dict[str, Any]]:
    """What a learner said, as plain values: what is counted for them, the items named, and those about their turns."""
    names = "id", "product", "kind", "source", "text", "turn", "lesson", "anchor", "score", "consent", "created"
    return [{name: getattr(row, name) for name in names} for row in _said(session, items, turns, person)]


def promises_of(session: Session, *, person: str, conversations: Collection[str]) -> list[dict[str, Any]]:
    """What a learner was promised to be told of, as plain values."""
    names = "id", "product", "lesson", "anchor", "created", "release", "told", "seen"
    rows = session.scalars(select(PromiseRow).where(_promised(person, conversations)).order_by(PromiseRow.created))
    return [{name: getattr(row, name) for name in names} for row in rows]


def empty_remarks(session: Session, *, items: Collection[str], turns: Collection[str], person: str) -> int:
    """Leave no word of a learner in these items, in the gaps of their turns and wherever they are quoted.

    Gives how many rows had some. The rows stay, so that counts are what they were.
    """
    changed = 0
    said = _said(session, items, turns, person)
    words = [row.text for row in said if len(row.text) >= _FEWEST_CHARS]
    for item in said:
        changed += item.text != ""
        item.text, item.external, item.consent = "", None, False
    for some in _chunks(list(turns)):
        for gap in session.scalars(select(GapRow).where(GapRow.turn.in_(some))):
            changed += gap.question != ""
            gap.question = ""
    _unbind(session, said)
    _forget_quotes(session, words, frozenset(row.id for row in said))
    return changed


def forget_promises(session: Session, *, person: str, conversations: Collection[str]) -> int:
    """Remove what a learner was promised to be told of; gives how many there were."""
    rows = session.scalars(select(PromiseRow).where(_promised(person, conversations))).all()
    session.execute(delete(PromiseRow).where(PromiseRow.id.in_([row.id for row in rows])))
    return len(rows)


def rename_learner(session: Session, person: str, *, to: str) -> None:
    """Count for `to`, a name of nobody's, what was counted for a learner."""
    session.execute(update(ItemRow).where(ItemRow.learner == person).values(learner=to))


def take_back(session: Session, product: str, external: str) -> None:
    """Empty the item that goes by this id where it came from; nothing happens where there is none."""
    row = session.scalar(select(ItemRow).where(ItemRow.product == product, ItemRow.external == external))
    if row is not None:
        words = [row.text] if len(row.text) >= _FEWEST_CHARS else []
        row.text = ""
        _unbind(session, [row])
        _forget_quotes(session, words, frozenset({row.id}))


def still_said(session: Session, texts: Iterable[str]) -> set[str]:
    """Those of some texts that are left in an item: somebody else said the same."""
    wanted = select(ItemRow.id).limit(1)
    return {text for text in texts if session.scalar(wanted.where(func.instr(ItemRow.text, text) > 0)) is not None}


def _said(session: Session, items: Collection[str], turns: Collection[str], person: str) -> list[ItemRow]:
    found = {row.id: row for row in session.scalars(select(ItemRow).where(ItemRow.learner == person))}
    for column, names in ((ItemRow.id, items), (ItemRow.turn, turns)):
        for some in _chunks(sorted(names)):
            found |= {row.id: row for row in session.scalars(select(ItemRow).where(column.in_(some)))}
    return sorted(found.values(), key=lambda row: (row.created, row.id))


def _unbind(session: Session, rows: Sequence[ItemRow]) -> None:
    """Take items whose words changed out of their themes, and forget what their words were encoded as."""
    hashes = {row.input_hash for row in rows if row.input_hash is not None}
    themes = {row.theme for row in rows if row.theme is not None}
    for row in rows:
        row.input_hash, row.theme, row.grouped = None, None, None
    session.flush()
    for some in _chunks(sorted(themes)):
        session.execute(update(ItemRow).where(ItemRow.theme.in_(some)).values(grouped=None))
        session.execute(update(ThemeRow).where(ThemeRow.id.in_(some)).values(figures=None))
    recount_themes(session, themes, now=moment(session))
    for some in _chunks(sorted(hashes)):
        hashes -= set(session.scalars(select(ItemRow.input_hash).where(ItemRow.input_hash.in_(some))))
    erase_vectors(session, hashes)


def _forget_quotes(session: Session, words: Sequence[str], items: Collection[str]) -> None:
    """Black words out, and empty quotes of items, in proposals and in reports that were kept."""
    if not words and not items:
        return
    for proposal in session.scalars(select(ProposalRow)):
        _set_changed(proposal, _PROPOSAL_TEXTS, words, items)
    for report in session.scalars(select(ReportRow)):
        _set_changed(report, ("document",), words, items)
    for theme in session.scalars(select(ThemeRow)):
        _set_changed(theme, ("label", "figures"), words, items)
    session.flush()


def _set_changed(
    row: ProposalRow | ReportRow | ThemeRow, names: Iterable[str], words: Sequence[str], items: Collection[str]
) -> None:
    for name in names:
        held = getattr(row, name)
        kept = _without(held, words, items)
        if kept != held:
            setattr(row, name, kept)


def _without(value: Any, words: Sequence[str], items: Collection[str]) -> Any:
    if isinstance(value, str):
        return black_out(value, words)
    if isinstance(value, list):
        return [_without(each, words, items) for each in value]
    if isinstance(value, dict):
        is_gone = value.get("item") in items
        return {
            name: "" if is_gone and name == "text" else _without(each, words, items) for name, each in value.items()
        }
    return value


def _promised(person: str, conversations: Collection[str]) -> ColumnElement[bool]:
    return or_(PromiseRow.learner == person, PromiseRow.conversation.in_(list(conversations)))


def _chunks(names: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(names), _IDS_A_QUERY):
        yield names[start : start + _IDS_A_QUERY]
