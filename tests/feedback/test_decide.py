"""Deciding on proposals: who may, what a decision leaves, two at once, and a lesson that changed meanwhile."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from feedback.decide import DecidedBefore, approve, edit, postpone, reject, reopen, wake
from feedback.proposal import Proposal, ProposalKind, ProposalState
from feedback.proposals import count_proposals, find_proposal, history_of, list_proposals
from feedback.tables import ProposalRow
from foundation.errors import CompanionError, Conflict, Invalid, NotAllowed, NotFound
from foundation.ids import PersonId
from knowledge.edits import Change, ChangeKind, change_to_plain
from knowledge.revisions import live_state
from knowledge.three_way import StaleBase
from learning.people import add_person
from learning.roles import Role, grant_role
from tests.fakes import FixedClock
from tests.feedback.kept_house import emptied, kept_house, take_in

LESSON = "# Loops\n\nA loop repeats.\n\n<!-- answer -->\n\n## While\n\nIt stops when the condition is false.\n"
AFTER = Change(ChangeKind.INSERT, 1, 1, "A loop repeats.", "For example, it prints ten lines.")


COURSES = {"course": {"loops.md": LESSON}, "other": {"one.md": "# One\n\nText.\n"}}


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    with kept_house(tmp_path_factory.mktemp("kept"), encoder, COURSES) as kept:
        yield kept


@pytest.fixture
def house(_kept: House) -> House:
    return emptied(_kept)


@pytest.fixture
def author(house: House) -> PersonId:
    return _person(house, "Ann", Role.AUTHOR)


def _person(house: House, name: str, role: Role, product: str = "course") -> PersonId:
    with house.database.write() as session:
        person = add_person(session, name=name, now=house.clock())
        grant_role(session, person, role, product=product, now=house.clock())
    return person


def _proposed(house: House, name: str = "pr-1", changes: Sequence[Change] = (AFTER,), severity: float = 1.0) -> str:
    with house.database.write() as session:
        plain = [change_to_plain(change) for change in changes]
        session.add(
            ProposalRow(
                **{"id": name, "product": "course", "kind": ProposalKind.ADD_EXAMPLE, "state": ProposalState.OPEN},
                **{"version": 1, "lesson": "loops", "anchor": "loops", "themes": ["th-1"], "reason": "no example"},
                **{"base": live_state(session, "course", "loops").revision, "changes": plain, "drafted": plain},
                **{"evidence": ["i-1"], "expected": {}, "reuse": [], "sources": [], "origin": "rule", "made_with": {}},
                **{"severity": severity, "decision": "", "created": house.clock(), "updated": house.clock()},
            )
        )
    return name


def _approve(house: House, name: str, by: PersonId, version: int = 1) -> Proposal:
    with house.database.write() as session:
        return approve(session, "course", name, by=by, version=version, note=" fine ", now=house.clock())


def _found(house: House, name: str) -> Proposal:
    with house.database.read() as session:
        return find_proposal(session, "course", name)


def test_an_approval_carries_its_authors_name_and_is_told_in_the_history(house: House, author: PersonId) -> None:
    done = _approve(house, _proposed(house), author)
    assert (done.state, done.version, done.decided_by, done.decided) == (
        ProposalState.APPROVED,
        2,
        author,
        house.clock(),
    )
    assert _found(house, "pr-1") == done
    with house.database.read() as session:
        told = history_of(session, "course", "pr-1")
    assert [(each.what, each.who, each.detail["note"]) for each in told] == [("approved", author, "fine")]


def test_of_two_authors_who_decide_at_once_the_second_hears_who_was_quicker(house: House, author: PersonId) -> None:
    name, other = _proposed(house), _person(house, "Boris", Role.AUTHOR)
    _approve(house, name, author)
    with pytest.raises(DecidedBefore) as told, house.database.write() as session:
        reject(session, "course", name, by=other, version=1, reason="no", now=house.clock())
    assert (told.value.by, told.value.state, told.value.version) == ("Ann", ProposalState.APPROVED, 2)
    assert "Ann" in str(told.value)
    assert _found(house, name).state is ProposalState.APPROVED


@pytest.mark.parametrize("role", [Role.TEAM, Role.MODERATOR, Role.CURATOR])
def test_only_an_author_decides(house: House, role: Role) -> None:
    name, other = _proposed(house), _person(house, "Clara", role)
    with pytest.raises(NotAllowed):
        _approve(house, name, other)


def test_an_author_of_another_product_neither_decides_nor_finds_it(house: House) -> None:
    name, stranger = _proposed(house), _person(house, "Dan", Role.AUTHOR, "other")
    with pytest.raises(NotAllowed):
        _approve(house, name, stranger)
    with pytest.raises(NotFound), house.database.write() as session:
        approve(session, "other", name, by=stranger, version=1, now=house.clock())
    assert _found(house, name).state is ProposalState.OPEN


def test_what_has_no_text_yet_cannot_be_approved(house: House, author: PersonId) -> None:
    with pytest.raises(Invalid, match="write the change"):
        _approve(house, _proposed(house, changes=()), author)


def test_an_edit_waits_for_approval_again_and_keeps_what_was_drafted(house: House, author: PersonId) -> None:
    name = _proposed(house)
    _approve(house, name, author)
    mine = Change(ChangeKind.INSERT, 1, 1, "A loop repeats.", "Ten lines, for example.")
    with house.database.write() as session:
        done = edit(session, "course", name, by=author, version=2, changes=[mine], now=house.clock())
    assert (done.state, done.changes, done.drafted, done.decided_by) == (ProposalState.OPEN, (mine,), (AFTER,), None)
    assert _approve(house, name, author, version=3).state is ProposalState.APPROVED


@pytest.mark.parametrize(
    "wrong",
    [
        Change(ChangeKind.INSERT, 1, 1, "Something else.", "Text."),
        Change(ChangeKind.INSERT, 99, 99, "", "Text."),
        Change(ChangeKind.REPLACE, 1, 1, "A loop repeats.", " \n"),
        Change(ChangeKind.REPLACE, 1, 1, "A loop repeats.", "x" * 20_001),
        Change(ChangeKind.MOVE, 1, 1, "A loop repeats.", to=1),
        Change(ChangeKind.DELETE, 3, 2, ""),
    ],
)
def test_changes_that_do_not_fit_the_lesson_are_refused_and_nothing_is_lost(
    house: House, author: PersonId, wrong: Change
) -> None:
    name = _proposed(house)
    with pytest.raises((Invalid, Conflict)), house.database.write() as session:
        edit(session, "course", name, by=author, version=1, changes=[wrong], now=house.clock())
    assert (_found(house, name).changes, _found(house, name).version) == ((AFTER,), 1)


def test_two_changes_of_the_same_blocks_are_refused(house: House, author: PersonId) -> None:
    both = [
        Change(ChangeKind.DELETE, 1, 1, "A loop repeats."),
        Change(ChangeKind.REPLACE, 1, 1, "A loop repeats.", "x"),
    ]
    name = _proposed(house)
    with pytest.raises(Invalid, match="same block"), house.database.write() as session:
        edit(session, "course", name, by=author, version=1, changes=both, now=house.clock())


def test_a_rejection_needs_its_reason(house: House, author: PersonId) -> None:
    name = _proposed(house)
    for reason, error in (("  ", Invalid), ("x" * 2_001, Invalid)):
        with pytest.raises(error), house.database.write() as session:
            reject(session, "course", name, by=author, version=1, reason=reason, now=house.clock())
    with house.database.write() as session:
        done = reject(session, "course", name, by=author, version=1, reason="it is there already", now=house.clock())
    assert (done.state, done.decision) == (ProposalState.REJECTED, "it is there already")


def test_what_is_put_off_is_open_again_when_its_day_comes(house: House, author: PersonId) -> None:
    clock = house.clock
    assert isinstance(clock, FixedClock)
    name, week = _proposed(house), clock.now + timedelta(days=7)
    with pytest.raises(Invalid), house.database.write() as session:
        postpone(session, "course", name, by=author, version=1, until=clock.now, now=clock.now)
    with house.database.write() as session:
        assert postpone(session, "course", name, by=author, version=1, until=week, now=clock.now).until == week
        assert wake(session, "course", now=clock.now) == 0
    clock.move(days=8)
    with house.database.write() as session:
        assert wake(session, "course", now=clock.now) == 1
    assert (_found(house, name).state, _found(house, name).version) == (ProposalState.OPEN, 3)


def test_a_decision_no_release_rests_on_can_be_taken_back(house: House, author: PersonId) -> None:
    name = _proposed(house)
    _approve(house, name, author)
    with house.database.write() as session:
        done = reopen(session, "course", name, by=author, version=2, now=house.clock())
    assert (done.state, done.decided_by) == (ProposalState.OPEN, None)


def test_what_is_in_a_release_is_decided_no_more(house: House, author: PersonId) -> None:
    name = _proposed(house)
    _approve(house, name, author)
    with house.database.write() as session:
        session.get_one(ProposalRow, name).edit = "ed-1"
    with pytest.raises(Conflict), house.database.write() as session:
        reopen(session, "course", name, by=author, version=2, now=house.clock())


def test_a_lesson_that_changed_meanwhile_is_a_conflict_until_it_is_edited_on_what_is_live(
    tmp_path: Path, encoder: CachedEncoder
) -> None:
    with kept_house(tmp_path, encoder, COURSES) as house:
        _changes_meanwhile(house, tmp_path / "course")


def _changes_meanwhile(house: House, folder: Path) -> None:
    name, author = _proposed(house), _person(house, "Ann", Role.AUTHOR)
    base = _found(house, name).base
    take_in(house, folder, {"loops.md": LESSON.replace("A loop repeats.", "A loop repeats work.")})
    with house.database.read() as session:
        live = live_state(session, "course", "loops")
    with pytest.raises(StaleBase) as told:
        _approve(house, name, author)
    assert (told.value.base, told.value.live) == (base, live.revision)
    mine = Change(ChangeKind.INSERT, 1, 1, "A loop repeats work.", "For example, ten lines.")
    with house.database.write() as session:
        edit(session, "course", name, by=author, version=1, changes=[mine], base=live.revision, now=house.clock())
    assert _approve(house, name, author, version=2).base == live.revision


def test_a_proposal_for_a_lesson_that_was_removed_can_only_be_rejected(tmp_path: Path, encoder: CachedEncoder) -> None:
    with kept_house(tmp_path, encoder, COURSES) as house:
        _is_removed(house, tmp_path / "course")


def test_a_change_elsewhere_in_the_lesson_does_not_stand_in_the_way(tmp_path: Path, encoder: CachedEncoder) -> None:
    with kept_house(tmp_path, encoder, COURSES) as house:
        name, author = _proposed(house), _person(house, "Ann", Role.AUTHOR)
        take_in(house, tmp_path / "course", {"loops.md": LESSON.replace("It stops", "Work stops")})
        done = _approve(house, name, author)
        with house.database.read() as session:
            assert done.base == live_state(session, "course", "loops").revision
        assert done.changes == (AFTER,)


def _is_removed(house: House, folder: Path) -> None:
    name, author = _proposed(house), _person(house, "Ann", Role.AUTHOR)
    take_in(house, folder, {"other.md": "# Other\n\nText.\n"})
    with pytest.raises(StaleBase) as told:
        _approve(house, name, author)
    assert told.value.live is None
    with house.database.write() as session:
        reject(session, "course", name, by=author, version=1, reason="gone", now=house.clock())


def test_the_gravest_come_first_and_each_state_is_counted(house: House, author: PersonId) -> None:
    for name, severity in (("pr-1", 1.0), ("pr-2", 3.0), ("pr-3", 1.0)):
        _proposed(house, name, severity=severity)
    _approve(house, "pr-1", author)
    with house.database.read() as session:
        assert [each.id for each in list_proposals(session, "course")] == ["pr-2", "pr-1", "pr-3"]
        assert [each.id for each in list_proposals(session, "course", states={ProposalState.APPROVED})] == ["pr-1"]
        counts = count_proposals(session, "course")
    assert (counts[ProposalState.OPEN], counts[ProposalState.APPROVED]) == (2, 1)


def test_an_unknown_proposal_is_not_found(house: House, author: PersonId) -> None:
    with pytest.raises(CompanionError, match="there is no proposal"):
        _approve(house, "pr-none", author)
