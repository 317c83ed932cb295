"""Effects in a home: a release is watched from its publication, looked at, and found to have helped or hurt."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from companion.wiring import House
from feedback.check_report import check_report
from feedback.effect import Effect, EffectState, Verdict
from feedback.effects import find_effect, list_effects
from feedback.item import Place
from feedback.measure_effect import looks_ahead, offers_rollback, take_looks
from feedback.proposal import Proposal, ProposalKind, ProposalState
from feedback.proposals import as_proposal
from feedback.tables import EffectRow, ItemRow, ProposalRow
from feedback.watch import watch_release
from feedback.week import WAITING, week_of
from feedback.week_text import week_text
from foundation.errors import NotFound
from foundation.ids import ProductSlug
from knowledge.releases import live_release
from knowledge.revisions import live_revisions
from learning.tables import EventRow
from tests.conftest import TakeIn
from tests.fakes import FixedClock

COURSE = ProductSlug("course")
LESSONS = [f"lesson-{n}" for n in range(1, 7)]
pytestmark = pytest.mark.usefixtures("unmeasured")


def _files(**changed: str) -> dict[str, str]:
    texts = {name: f"# {name}\n\nText.\n\n## How\n\nMore text.\n" for name in LESSONS}
    return {f"{name}.md": text for name, text in {**texts, **changed}.items()}


@pytest.fixture
def released(house: House, take_in: TakeIn, clock: FixedClock) -> Proposal:
    """A course of six lessons, of which the second was mended after 200 learners had come to them."""
    take_in(_files())
    with house.database.read() as session:
        base = live_revisions(session, COURSE)["lesson-2"]
    clock.move(days=120)
    _come(house, clock.now, 200, stuck=80, days=(-110, -8), who="a")
    take_in(_files(**{"lesson-2": "# lesson-2\n\nText.\n\n## How\n\nClearer text.\n"}))
    with house.database.write() as session:
        row = _row(base, now=clock.now)
        session.add(row)
        session.flush()
        return as_proposal(row)


def _row(base: str, *, now: datetime) -> ProposalRow:
    row = ProposalRow(id="p-1", product=COURSE, kind=ProposalKind.CLARIFY, state=ProposalState.RELEASED, version=1)
    row.lesson, row.anchor, row.passage, row.base = "lesson-2", "how", None, base
    row.themes, row.changes, row.drafted, row.evidence, row.reuse, row.sources = [], [], [], [], [], []
    row.reason, row.expected, row.origin, row.made_with, row.severity = "", {}, "rule", {}, 1.0
    row.edit, row.release, row.decided_by, row.decided, row.decision, row.until = None, 2, None, None, "", None
    row.created = row.updated = now
    return row


def _come(house: House, released: datetime, n: int, *, stuck: int, days: tuple[float, float], who: str) -> None:
    """So many learners come to every lesson; some of them are stuck in a section of the second."""
    opened: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    for k in range(n):
        at = released + timedelta(days=days[0] + (days[1] - days[0]) * k / n)
        for m, lesson in enumerate(LESSONS):
            event = {"id": f"e-{who}{k}-{m}", "product": COURSE, "verb": "opened", "actor": f"{who}{k}"}
            opened.append({**event, "lesson": lesson, "block": None, "detail": {}, "at": at, "received": None})
        if (k + 1) * stuck // n > k * stuck // n:
            item = {"id": f"i-{who}{k}", "product": COURSE, "kind": "stuck", "text": "?", "learner": f"{who}{k}"}
            items.append({**item, "lesson": "lesson-2", "anchor": "how", "created": at})
    with house.database.write() as session:
        session.execute(insert(EventRow), opened)
        if items:
            session.execute(insert(ItemRow), items)


def _watch(house: House, proposal: Proposal, *, now: datetime) -> Effect:
    with house.database.write() as session:
        live = live_release(session, COURSE)
        assert live is not None
        return watch_release(session, COURSE, live.number, [proposal], now=now)[0]


def _looks(house: House, *, now: datetime) -> list[Effect]:
    with house.database.write() as session:
        return take_looks(session, COURSE, now=now)


def test_a_release_that_helped_is_found_to_have_helped(house: House, released: Proposal, clock: FixedClock) -> None:
    effect = _watch(house, released, now=clock.now)
    assert (effect.place, effect.verdict, effect.state) == (Place("lesson-2", "how"), Verdict.WATCHING, "watched")
    assert effect.plan["before"] == {"learners": 200, "troubled": 80}
    assert _looks(house, now=clock.now) == []
    _come(house, clock.now, effect.plan["looks"][-1], stuck=20, days=(1, 50), who="b")
    with house.database.read() as session:
        came, size = looks_ahead(session, effect, now=clock.now + timedelta(days=60))
    assert size == effect.plan["looks"][0]
    assert came >= size
    [found] = _looks(house, now=clock.now + timedelta(days=60))
    assert (found.verdict, found.state) == (Verdict.HELPED, EffectState.DONE)
    look = found.looks[-1]
    assert look["interval"][0] < look["difference"] < look["interval"][1] < 0
    assert look["rates"]["stuck"]["before"]["troubled"] == 80
    assert look["drift"]["places"] == 0
    assert _looks(house, now=clock.now + timedelta(days=90)) == []


def test_a_release_that_hurt_is_called_out_until_it_is_taken_back(
    house: House, released: Proposal, take_in: TakeIn, clock: FixedClock
) -> None:
    effect = _watch(house, released, now=clock.now)
    size = effect.plan["looks"][1]
    _come(house, clock.now, size, stuck=size * 7 // 10, days=(1, 50), who="b")
    clock.move(days=60)
    [found] = _looks(house, now=clock.now)
    assert (found.verdict, found.state) == (Verdict.WORSE, EffectState.DONE)
    assert found.looks[-1]["interval"][0] > 0
    with house.database.read() as session:
        assert offers_rollback(session, found)
    take_in(_files())
    with house.database.read() as session:
        assert not offers_rollback(session, find_effect(session, COURSE, found.id))


def test_a_release_that_changed_nothing_is_no_evidence_after_the_last_look(
    house: House, released: Proposal, clock: FixedClock
) -> None:
    effect = _watch(house, released, now=clock.now)
    sizes = effect.plan["looks"]
    _come(house, clock.now, sizes[-1], stuck=sizes[-1] * 4 // 10, days=(1, 50), who="b")
    [found] = _looks(house, now=clock.now + timedelta(days=60))
    assert (found.verdict, found.state) == (Verdict.NO_EVIDENCE, EffectState.DONE)
    assert [look["after"]["learners"] for look in found.looks] == sizes
    assert {look["verdict"] for look in found.looks[:-1]} == {Verdict.WATCHING}


def test_looking_late_finds_what_looking_in_time_found(house: House, released: Proposal, clock: FixedClock) -> None:
    effect = _watch(house, released, now=clock.now)
    size = effect.plan["looks"][1]
    _come(house, clock.now, size, stuck=size // 3, days=(1, 50), who="b")
    for day in (20, 30, 58):
        _looks(house, now=clock.now + timedelta(days=day))
    with house.database.write() as session:
        in_time = find_effect(session, COURSE, effect.id)
        row = session.get_one(EffectRow, effect.id)
        row.looks, row.verdict, row.state = [], Verdict.WATCHING, EffectState.WATCHED
    [late] = _looks(house, now=clock.now + timedelta(days=170))
    assert late.looks == in_time.looks
    assert len(late.looks) == 2


def test_a_place_that_is_changed_again_is_looked_at_once_more_and_left(
    house: House, released: Proposal, take_in: TakeIn, clock: FixedClock
) -> None:
    _watch(house, released, now=clock.now)
    _come(house, clock.now, 60, stuck=24, days=(1, 20), who="b")
    clock.move(days=30)
    take_in(_files(**{"lesson-2": "# lesson-2\n\nText.\n\n## How\n\nYet another text.\n"}))
    _come(house, clock.now, 60, stuck=0, days=(1, 20), who="c")
    [found] = _looks(house, now=clock.now + timedelta(days=30))
    assert (found.verdict, found.state) == (Verdict.NO_EVIDENCE, EffectState.CUT_SHORT)
    assert [look["after"]["learners"] for look in found.looks] == [60]


def test_a_change_elsewhere_in_the_lesson_leaves_an_effect_alone(
    house: House, released: Proposal, take_in: TakeIn, clock: FixedClock
) -> None:
    _watch(house, released, now=clock.now)
    clock.move(days=30)
    take_in(_files(**{"lesson-2": "# lesson-2\n\nAnother text.\n\n## How\n\nClearer text.\n"}))
    assert _looks(house, now=clock.now + timedelta(days=30)) == []


def test_where_too_few_came_before_nothing_can_be_said(house: House, take_in: TakeIn, clock: FixedClock) -> None:
    take_in(_files())
    with house.database.write() as session:
        row = _row(live_revisions(session, COURSE)["lesson-2"], now=clock.now)
        session.add(row)
        session.flush()
        proposal = as_proposal(row)
    effect = _watch(house, proposal, now=clock.now)
    assert (effect.verdict, effect.state, effect.plan["looks"]) == (Verdict.NO_EVIDENCE, EffectState.DONE, [])


def test_watching_twice_makes_one_effect_and_another_product_has_none(house: House, released: Proposal) -> None:
    effect = _watch(house, released, now=released.created)
    assert _watch(house, released, now=released.created + timedelta(days=1)) == effect
    with house.database.read() as session:
        assert list_effects(session, COURSE) == [effect]
        assert list_effects(session, "other") == []
        with pytest.raises(NotFound):
            find_effect(session, "other", effect.id)


def test_the_author_reads_of_an_effect_what_can_be_counted_again(
    house: House, released: Proposal, clock: FixedClock
) -> None:
    effect = _watch(house, released, now=clock.now)
    _come(house, clock.now, effect.plan["looks"][-1], stuck=20, days=(1, 50), who="b")
    clock.move(days=60)
    _looks(house, now=clock.now)
    with house.database.read() as session:
        week = week_of(session, COURSE, now=clock.now)
        assert check_report(session, week, waiting=WAITING).differences == ()
        week["helped"][0]["low"]["value"] -= 0.01
        wrong = check_report(session, week, waiting=WAITING).differences
    assert [found.path for found in wrong] == ["helped[0].low"]
    assert "Lesson “lesson\\-2”, section “How”" in week_text(week, lang="en")
