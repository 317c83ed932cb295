"""How much of a person a case may tell: no more than leaves them one of k.

The rule, for a case whose author wants to stay anonymous. Three descriptions are tried, the most telling first:

| shown  | told with the case                          | the group                                              |
|--------|---------------------------------------------|--------------------------------------------------------|
| full   | employer, sector, skill, quarter            | authors with the same employer, sector, skill, quarter |
| sector | sector, skill, year                         | authors with the same sector, skill and year           |
| bare   | nothing but the lesson and what is written  | all authors of the product                             |

A description is used when its group is of k people or more; when not even the last is, the case is hidden. People are
counted, not cases: two cases of one person count once. Counted are authors of approved, anonymous, not withdrawn cases,
and in place of these, for `sector` and `bare`, the number of graduates that a moderator vouches for under their name. A
case whose text names an employer that is not told is hidden as well. Whoever agreed to be shown by name is.

k is 5 unless the home says otherwise: then nobody who knows the group guesses right more often than once in five tries,
and a course of a few dozen graduates can still show something. At 3, one author who knows themselves to be out is left
with two; at 10, small courses would show nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge.cases.case import EXAMPLE, WORDS, Case, CaseState, ConsentAs, Shown, case_of
from knowledge.cases.remarks import names
from knowledge.tables import CaseRow

_LADDER = (Shown.FULL, Shown.SECTOR, Shown.BARE)


def settle_levels(session: Session, product: str, *, k: int) -> list[str]:
    """Bring up to date how much every case of a product may tell; gives the lessons of cases that are to go."""
    rows = session.scalars(select(CaseRow).where(CaseRow.product == product, CaseRow.source != EXAMPLE)).all()
    levels = levels_of([case_of(row) for row in rows], k=k)
    gone = []
    for row in rows:
        row.shown = levels.get(row.id)
        if row.shown is None and row.lesson_row is not None:
            gone.append(row.lesson_row)
            row.lesson_row = None
    session.flush()
    return gone


def levels_of(cases: Iterable[Case], *, k: int) -> dict[str, Shown]:
    """How much each case may tell; those to be hidden are left out."""
    shown = [case for case in cases if case.state is CaseState.APPROVED and case.consent_withdrawn is None]
    unnamed = [case for case in shown if case.consent_as != ConsentAs.NAMED]
    people = _people(unnamed)
    levels = {case.id: Shown.NAMED for case in shown if case.consent_as == ConsentAs.NAMED}
    for case in unnamed:
        level = next((step for step in _LADDER if _size(case, step, people) >= k), None)
        if level is not None and not _tells_more(case, level):
            levels[case.id] = level
    return levels


@dataclass(frozen=True, slots=True)
class Hiding:
    """Why an approved case is not shown: its group has too few people, `size`; None: its text names the employer."""

    size: int | None


def hiding(case: Case, cases: Sequence[Case], *, k: int) -> Hiding | None:
    """Why an approved case is not shown; None when it is, or when nobody has approved it."""
    if case.is_example or case.shown is not None or case.state is not CaseState.APPROVED:
        return None
    unnamed = [one for one in cases if one.state is CaseState.APPROVED and one.consent_as != ConsentAs.NAMED]
    size = _size(case, Shown.BARE, _people([one for one in unnamed if not one.is_example]))
    return Hiding(size if size < k else None)


def why_hidden(case: Case, cases: Sequence[Case], *, k: int) -> str:
    """Why an approved case is not shown, for its moderator; "" when it is."""
    hidden = hiding(case, cases, k=k)
    if hidden is None:
        return ""
    if hidden.size is not None:
        return (
            f"it could be told whose it is: its group has {hidden.size} people, {k} are needed; it appears when more "
            "cases are approved, or when it is approved with the number of graduates it could be of (--graduates)"
        )
    return "its text names the employer, which may not be told; return it for another wording"


def told_of(case: Case) -> dict[str, str]:
    """What may be told of the person beside the case's words; empty fields are left out."""
    year, quarter = case.date[:4], _quarter(case.date)
    employer, sector, skill = case.employer, case.sector, case.skill
    match case.shown:
        case Shown.NAMED:
            facts = {"name": case.name, "employer": employer, "sector": sector, "skill": skill, "date": case.date}
            facts["link"] = case.link
        case Shown.FULL:
            facts = {"employer": employer, "sector": sector, "skill": skill, "date": quarter}
        case Shown.SECTOR:
            facts = {"sector": sector, "skill": skill, "date": year}
        case _:
            facts = {"skill": skill, "date": case.date} if case.is_example else {}
    return {name: value for name, value in facts.items() if value}


_People = dict[tuple[str, ...], set[str]]


def _people(cases: Iterable[Case]) -> _People:
    people: _People = defaultdict(set)
    for case in cases:
        for step in _LADDER:
            people[_group(case, step)].add(case.person or case.id)
    return people


def _size(case: Case, step: Shown, people: _People) -> int:
    vouched = (case.graduates or 0) if step is not Shown.FULL else 0
    return max(len(people[_group(case, step)]), vouched)


def _group(case: Case, step: Shown) -> tuple[str, ...]:
    sector, skill = _plain(case.sector), _plain(case.skill)
    match step:
        case Shown.FULL:
            return (step, _plain(case.employer), sector, skill, _quarter(case.date))
        case Shown.SECTOR:
            return (step, sector, skill, case.date[:4])
        case _:
            return (Shown.BARE,)


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())


def _quarter(date: str) -> str:
    return f"{date[:4]}-Q{(int(date[5:7]) + 2) // 3}" if len(date) >= 7 else date[:4]


def _tells_more(case: Case, level: Shown) -> bool:
    """Whether the words tell an employer that the description does not."""
    return level is not Shown.FULL and any(names(getattr(case, field), case.employer) for field in WORDS)
