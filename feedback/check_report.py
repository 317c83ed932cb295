"""Checks a report against the rows: every number is counted again, every quote looked up.

A report is rejected for one number that differs, a number that does not say how it is counted, a theme below the floor,
or a quote that is not what a learner of that theme said.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from feedback.recount import Recount
from feedback.recount_effects import recount_effect
from feedback.tables import ItemRow
from foundation.errors import Invalid, NotFound

CountOf = Callable[[Session, str], int]
_LEAST_QUOTES = 2
_NUMBER = frozenset({"value", "of", "with"})
# What reading a report raises that somebody wrote by hand.
_UNREADABLE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, NotFound)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is wrong with a report at a path in it: `told` there, `counted` from the rows."""

    path: str
    told: object
    counted: object


@dataclass(frozen=True, slots=True)
class Checked:
    """How many numbers and quotes were looked at, and everything that is wrong."""

    numbers: int
    quotes: int
    differences: tuple[Difference, ...]


def check_report(session: Session, document: Mapping[str, Any], *, waiting: Mapping[str, CountOf]) -> Checked:
    """Count every number of a report again.

    `waiting` counts what lies in rooms above, by the name it has in the report. Raises Invalid for what is no report.
    """
    try:
        product, shown = str(document["product"]), list(document["figures"]["shown"])
        made = datetime.fromisoformat(document["made"])
    except (KeyError, TypeError, ValueError) as err:
        raise Invalid("this is no report: product, made and figures are missing or cannot be read") from err
    checker = _Checker(session, product, Recount(session, product, shown=shown, made=made), waiting, made)
    found = tuple(checker.walk(document, ""))
    return Checked(checker.numbers, checker.quotes, found)


class _Checker:
    def __init__(
        self, session: Session, product: str, recount: Recount, waiting: Mapping[str, CountOf], made: datetime
    ) -> None:
        self._session, self._product, self._recount = session, product, recount
        self._waiting, self._made = waiting, made
        self.numbers = self.quotes = 0

    def walk(self, value: object, path: str) -> Iterator[Difference]:
        """Everything wrong in a part of the document."""
        match value:
            case dict() if value.keys() == _NUMBER:
                yield from self._number(value, path)
            case dict():
                if "quotes" in value:
                    yield from self._theme_or_not(value, path)
                for name, part in value.items():
                    yield from self.walk(part, f"{path}.{name}".lstrip("."))
            case list():
                for place, part in enumerate(value):
                    yield from self.walk(part, f"{path}[{place}]")
            case None | str():
                pass
            case _:
                yield Difference(path, value, "a number must say how it is counted")

    def _number(self, number: Mapping[str, Any], path: str) -> Iterator[Difference]:
        self.numbers += 1
        of, how = number["of"], number["with"]
        try:
            counted = self._count(of, how)
        except _UNREADABLE:
            yield Difference(path, number["value"], f"nothing can be counted as {of!r} with {how!r}")
            return
        if type(counted) is not type(number["value"]) or counted != number["value"]:
            yield Difference(path, number["value"], counted)

    def _count(self, of: str, how: Mapping[str, Any]) -> object:
        if of in self._waiting:
            return self._waiting[of](self._session, self._product)
        if of.startswith("effect_"):
            return recount_effect(self._session, self._product, of, how, made=self._made)
        return self._recount.count(of, how)

    def _theme_or_not(self, theme: Mapping[str, Any], path: str) -> list[Difference]:
        try:
            return list(self._theme(theme, path))
        except _UNREADABLE:
            return [Difference(path, sorted(map(str, theme)), "quotes, and no theme they are of that could be read")]

    def _theme(self, theme: Mapping[str, Any], path: str) -> Iterator[Difference]:
        quoted: set[str | None] = set()
        for quote in theme["quotes"]:
            self.quotes += 1
            row = self._session.get(ItemRow, str(quote["item"]))
            if row is None or row.product != self._product or row.theme != theme["theme"]:
                yield Difference(f"{path}.quotes", quote["item"], "no item of this theme")
            elif not quote["text"] or quote["text"] not in row.text:
                yield Difference(f"{path}.quotes", quote["item"], "not what the learner said")
            else:
                quoted.add(row.learner)
        if len(quoted) < max(_LEAST_QUOTES, len(theme["quotes"])):
            yield Difference(f"{path}.quotes", len(quoted), "quotes of two or more different learners")
        learners = theme["learners"]["value"]
        if learners < self._recount.floor:
            yield Difference(
                f"{path}.learners", learners, f"at least {self._recount.floor} learners, or it is not shown"
            )
