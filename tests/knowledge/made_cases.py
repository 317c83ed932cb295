"""Cases of people who do not exist, for tests."""

from dataclasses import replace
from typing import Any

from companion.cases import approve_case, check_case
from companion.wiring import House
from knowledge.cases.case import NewCase
from knowledge.cases.submit import Submitted, submit_case

COURSE = {
    "power.md": "# Power\n\nPower is the chance to see an effect that is there.\n",
    "peeking.md": "# Peeking\n\nLooking at a running test every day raises false alarms.\n",
}
MODERATOR = "Ann Moderator"
A_CASE = NewCase(
    stuck="My shop had too few visitors, and the calculator asked me to wait for two years.",
    did="I asked the other way round which effect my visitors could show at all.",
    changed="Now I write the smallest effect down before any test begins.",
    title="Too few visitors",
    lesson="power",
    skill="sample size",
    date="2026-01",
    consent_as="named",
    consent_where="everyone",
    consent_date="2026-02-01",
    name="Zinaida Quill",
)


def a_case(**changes: Any) -> NewCase:
    """A case with everything right, and these fields changed."""
    return replace(A_CASE, **changes)


def hand_in(house: House, case: NewCase = A_CASE, product: str = "course") -> Submitted:
    """Keep a case as its author handed it in."""
    with house.database.write() as session:
        return submit_case(session, product, case, source="api", now=house.clock())


def approved(house: House, case: NewCase = A_CASE, product: str = "course", **more: Any) -> Submitted:
    """A case that was checked and approved."""
    kept = hand_in(house, case, product)
    check_case(house, product, kept.id, by=MODERATOR)
    approve_case(house, product, kept.id, by=MODERATOR, **more)
    return kept
