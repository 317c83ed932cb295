"""Decisions on proposals as cases, and the drafting measured by them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from evals.decisions import run_decisions
from feedback.decide import approve, edit, reject
from feedback.decisions import as_plain, decision_cases
from feedback.item import Place
from feedback.proposals import list_proposals
from feedback.propose import propose
from feedback.tables import ItemRow
from foundation.ids import PersonId, ProductSlug
from knowledge.edits import replace_blocks
from knowledge.revisions import live_state
from learning.people import add_person
from learning.roles import Role, grant_role
from tests.feedback.kept_house import kept_house
from tests.feedback.troubled import troubled

COURSE = ProductSlug("course")
LESSON = "# Loops\n\n## For\n\nIt repeats ten times.\n\n## While\n\nIt repeats two times.\n\n## Until\n\nIt ends.\n"


def _wrong(right: str, wrong: str) -> list[str]:
    return [
        f"it should be {right} instead of {wrong}",
        f"not {wrong} but {right}",
        *(f"{wrong} is wrong" for _ in "123"),
    ]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    """One approved as it was, one with the author's own words, one rejected."""
    with kept_house(tmp_path_factory.mktemp("decided"), encoder, {"course": {"loops.md": LESSON}}) as house:
        troubled(house, "th-for", Place("loops", "for"), _wrong("nine", "ten"))
        troubled(house, "th-while", Place("loops", "while"), _wrong("three", "two"))
        troubled(house, "th-until", Place("loops", "until"), _wrong("begins", "ends"))
        propose(house.database, house.shelves, COURSE, now=house.clock(), answers=lambda _session, _product: [])
        _decide(house)
        yield house


def _decide(house: House) -> None:
    with house.database.write() as session:
        by, now = add_person(session, name="Ann", now=house.clock()), house.clock()
        grant_role(session, by, Role.AUTHOR, product=COURSE, now=now)
        named = {each.place.anchor: each.id for each in list_proposals(session, COURSE)}
        approve(session, COURSE, named["for"], by=PersonId(by), version=1, now=now)
        mine = replace_blocks(live_state(session, COURSE, "loops").blocks, 4, 4, "It repeats three times or so.")
        edit(session, COURSE, named["while"], by=PersonId(by), version=1, changes=[mine], now=now)
        approve(session, COURSE, named["while"], by=PersonId(by), version=2, now=now)
        reject(session, COURSE, named["until"], by=PersonId(by), version=1, reason="it ends", now=now)


def test_every_decision_is_a_case_with_what_was_said_and_nobodys_name(decided: House) -> None:
    with decided.database.read() as session:
        cases = {case.anchor: case for case in decision_cases(session, COURSE)}
    assert {anchor: case.verdict for anchor, case in cases.items()} == {
        "for": "approved",
        "while": "edited",
        "until": "rejected",
    }
    assert sorted(cases["for"].said) == sorted(_wrong("nine", "ten"))
    assert cases["until"].note == "it ends"
    plain = as_plain(cases.values())
    assert plain[0]["drafted"] != []
    assert "p-0" not in str(plain)


def test_the_drafting_is_measured_by_what_authors_made_of_it(decided: House) -> None:
    figures = run_decisions(decided, COURSE)
    assert (figures["decisions"], figures["compared"], figures["approved"]) == (3, 3, 2)
    assert (figures["drafted"]["share"], figures["as_approved"]["share"]) == (1.0, 0.5)
    assert (figures["kind"]["share"], figures["rejected_again"]["share"]) == (1.0, 1.0)
    assert 0.5 < figures["likeness"] < 1.0


def test_a_decision_whose_words_are_gone_is_counted_and_not_compared(decided: House) -> None:
    with decided.database.write() as session:
        said = {item: item.text for item in session.scalars(select(ItemRow))}
        for item in said:
            item.text = ""
    figures = run_decisions(decided, COURSE)
    with decided.database.write() as session:
        for item, text in said.items():
            session.get_one(ItemRow, item.id).text = text
    assert (figures["decisions"], figures["compared"], figures["likeness"]) == (3, 0, None)
