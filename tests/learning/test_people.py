"""People, their roles and enrolments, as the rooms above use them."""

import pytest

from companion.wiring import House
from foundation.errors import Invalid, NotAllowed, NotFound
from foundation.ids import PersonId, ProductSlug
from knowledge.products import ProductKind, register_product
from learning.enrolments import (
    Dial,
    EnrolmentState,
    allow_sharing,
    count_learners,
    end_enrolment,
    enrol,
    enrolments_in,
    find_enrolment,
    is_enrolled,
    turn_dial,
)
from learning.events import lessons_reached
from learning.people import add_person, describe_person, find_person, new_learner, person_by_host_id, person_by_key
from learning.roles import Role, grant_role, grants_of, may, people_with, roles_in
from tests.fakes import FixedClock

BREAD, TEA = ProductSlug("bread"), ProductSlug("tea-house")


@pytest.fixture(autouse=True)
def _products(house: House) -> None:
    with house.database.write() as session:
        for slug in (BREAD, TEA):
            register_product(session, slug, title=slug, kind=ProductKind.COURSE, lang="en", now=house.clock())


@pytest.fixture
def ann(house: House) -> PersonId:
    with house.database.write() as session:
        return add_person(session, name="Ann", now=house.clock())


def test_a_key_proves_one_person_and_two_keys_two(house: House) -> None:
    with house.database.write() as session:
        one, other = (new_learner(session, now=house.clock()) for _ in range(2))
        assert person_by_key(session, one.key) == one.person != other.person == person_by_key(session, other.key)
        for forged in (one.key.upper(), one.key[:-1], f"{one.key} ", one.person, ""):
            with pytest.raises(NotAllowed):
                person_by_key(session, forged)


def test_hosts_ids_that_look_alike_are_two_people(house: House) -> None:
    with house.database.write() as session:
        ids = ["7", "07", "7 ", "А", "A", "a"]
        found = [person_by_host_id(session, "school.example", learner, now=house.clock()) for learner in ids]
        again = [person_by_host_id(session, "school.example", learner, now=house.clock()) for learner in ids]
    assert found == again
    assert len(set(found)) == len(ids)


def test_a_name_is_kept_on_one_line(house: House, ann: PersonId) -> None:
    with house.database.write() as session:
        describe_person(session, ann, name=" Анна\u202e \n\t Петрова\x00 ", lang="ru")
        assert find_person(session, ann).name.split() == find_person(session, ann).name.split(" ")
        assert "\x00" not in find_person(session, ann).name
        with pytest.raises(Invalid):
            describe_person(session, ann, name="x" * 81)
        with pytest.raises(NotFound):
            describe_person(session, "p-nobody", name="x")


def test_who_is_enrolled_twice_is_one_learner_and_one_event(house: House, ann: PersonId, clock: FixedClock) -> None:
    with house.database.write() as session:
        assert [enrol(session, ann, BREAD, now=clock.now) for _ in range(2)] == [True, False]
        assert count_learners(session, BREAD) == 1
        assert [one.person for one in enrolments_in(session, BREAD)] == [ann]
        assert enrolments_in(session, TEA) == []
        # Enrolling is no lesson: nobody has come anywhere by it.
        assert lessons_reached(session, BREAD, ann) == frozenset()


def test_who_leaves_is_no_learner_until_they_come_again(house: House, ann: PersonId, clock: FixedClock) -> None:
    with house.database.write() as session:
        enrol(session, ann, BREAD, now=clock.now)
        turn_dial(session, ann, BREAD, Dial.NEVER)
        allow_sharing(session, ann, BREAD, True)
        end_enrolment(session, ann, BREAD, now=clock.now)
        assert not is_enrolled(session, ann, BREAD)
        assert count_learners(session, BREAD) == 0
        assert enrol(session, ann, BREAD, now=clock.now)
        found = find_enrolment(session, ann, BREAD)
        assert found
        assert (found.state, found.dial, found.shares) == (EnrolmentState.ACTIVE, Dial.NEVER, True)
        with pytest.raises(NotFound):
            turn_dial(session, ann, TEA, Dial.NEVER)


def test_help_is_offered_weekly_and_nothing_is_shared_unless_a_learner_says_so(house: House, ann: PersonId) -> None:
    with house.database.write() as session:
        enrol(session, ann, BREAD, now=house.clock())
        found = find_enrolment(session, ann, BREAD)
    assert found
    assert (found.dial, found.shares) == (Dial.WEEKLY, False)


def test_a_role_counts_where_it_was_given(house: House, ann: PersonId) -> None:
    with house.database.write() as session:
        now = house.clock()
        assert grant_role(session, ann, Role.AUTHOR, product=BREAD, now=now)
        assert not grant_role(session, ann, Role.AUTHOR, product=BREAD, now=now)
        assert roles_in(session, ann, BREAD) == {Role.AUTHOR}
        assert roles_in(session, ann, TEA) == roles_in(session, ann, "") == frozenset()
        grant_role(session, ann, Role.CURATOR, product="", now=now)
        assert roles_in(session, ann, TEA) == {Role.CURATOR}
        assert {grant.person for grant in people_with(session, [Role.CURATOR], product=BREAD)} == {ann}
        assert [(grant.product, grant.role) for grant in grants_of(session, ann)] == [
            ("", "curator"),
            (BREAD, "author"),
        ]
        with pytest.raises(NotFound):
            grant_role(session, ann, Role.AUTHOR, product="nobody", now=now)
        with pytest.raises(NotFound):
            grant_role(session, "p-nobody", Role.AUTHOR, product=BREAD, now=now)
        with pytest.raises(Invalid):
            grant_role(session, ann, Role.LEARNER, product=BREAD, now=now)


@pytest.mark.parametrize("wanted", list(Role))
def test_an_administrator_may_what_anybody_may(wanted: Role) -> None:
    assert may({Role.ADMIN}, {wanted})
    assert not may(set(), {wanted})
    assert may({wanted}, {wanted, Role.TEAM})
