"""How much of a person is told: never so much that they could be picked out of fewer than k."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from knowledge.cases.case import Case, CaseState, Shown
from knowledge.cases.groups import levels_of, told_of, why_hidden

NUMBERS = count()
DAY = datetime(2026, 3, 2, tzinfo=UTC)


def a_case(**changes: Any) -> Case:
    fields: dict[str, Any] = {
        **dict.fromkeys(Case.__slots__, ""),
        "id": f"case-{next(NUMBERS)}",
        "skill": "power",
        "sector": "retail",
        "employer": "Daisy",
        "date": "2026-02",
        "link": "https://who.example/me",
        "consent_as": "anonymous",
        "consent_withdrawn": None,
        "state": CaseState.APPROVED,
        "graduates": None,
        "shown": None,
        "lesson_row": None,
        "created": DAY,
    }
    return Case(**{**fields, **changes})


def test_five_who_say_the_same_are_told_in_full() -> None:
    cases = [a_case() for _ in range(5)]
    assert set(levels_of(cases, k=5).values()) == {Shown.FULL}


def test_four_of_one_employer_lose_its_name_before_they_are_hidden() -> None:
    cases = [a_case() for _ in range(4)] + [a_case(employer="Rose")]
    assert set(levels_of(cases, k=5).values()) == {Shown.SECTOR}
    cases[-1] = a_case(employer="Rose", sector="bank")
    assert set(levels_of(cases, k=5).values()) == {Shown.BARE}
    assert levels_of(cases[:4], k=5) == {}


def test_one_person_counts_once_however_many_cases_they_wrote() -> None:
    assert levels_of([a_case(person="zina") for _ in range(9)], k=2) == {}


def test_who_is_not_shown_hides_nobody_else() -> None:
    others = [a_case(state=state) for state in CaseState if state is not CaseState.APPROVED]
    named, gone = a_case(consent_as="named"), a_case(consent_withdrawn=DAY)
    assert levels_of([a_case(), named, gone, *others], k=2) == {named.id: Shown.NAMED}


def test_a_moderator_may_vouch_for_a_larger_group_but_never_for_an_employers() -> None:
    alone = a_case(graduates=40)
    assert levels_of([alone], k=5) == {alone.id: Shown.SECTOR}


def test_a_case_that_names_an_employer_that_is_not_told_is_hidden() -> None:
    telling = a_case(graduates=40, did="At Daisy, we split the traffic.")
    assert levels_of([telling], k=5) == {}
    assert "employer" in why_hidden(telling, [telling], k=5)
    assert "1 people, 5" in why_hidden(a_case(), [a_case()], k=5)


def test_only_what_the_level_allows_is_told() -> None:
    assert told_of(a_case(shown=None)) == {}
    assert told_of(a_case(shown=Shown.BARE)) == {}
    assert told_of(a_case(shown=Shown.SECTOR)) == {"sector": "retail", "skill": "power", "date": "2026"}
    assert told_of(a_case(shown=Shown.FULL))["date"] == "2026-Q1"
    assert "link" not in told_of(a_case(shown=Shown.FULL))
    assert told_of(a_case(shown=Shown.NAMED, name="Zina"))["link"] == "https://who.example/me"


FEW = st.sampled_from(["", "one", "two"])
CASES = st.lists(
    st.builds(
        a_case,
        employer=FEW,
        sector=FEW,
        skill=FEW,
        person=st.sampled_from(["", "a", "b", "c"]),
        date=st.sampled_from(["", "2025", "2026-01", "2026-02-03", "2026-07"]),
        consent_as=st.sampled_from(["anonymous", "named"]),
        state=st.sampled_from(list(CaseState)),
    ),
    max_size=14,
)


@given(CASES, st.integers(1, 6))
def test_whatever_is_told_of_somebody_unnamed_is_true_of_k_people(cases: list[Case], k: int) -> None:
    levels = levels_of(cases, k=k)
    seen = {id(case): told_of(_at(case, levels[case.id])) for case in cases if case.id in levels}
    unnamed = [case for case in cases if case.state is CaseState.APPROVED and case.consent_as == "anonymous"]
    for case in unnamed:
        if id(case) in seen:
            alike = {
                other.person or other.id for other in unnamed if told_of(_at(other, levels[case.id])) == seen[id(case)]
            }
            assert len(alike) >= k
    assert all(case.state is CaseState.APPROVED for case in cases if case.id in levels)


def _at(case: Case, level: Shown) -> Case:
    return Case(**{**{name: getattr(case, name) for name in Case.__slots__}, "shown": level})
