"""Learners for the assistant's tests."""

from companion.wiring import House
from foundation.ids import PersonId, ProductSlug
from learning.enrolments import enrol
from learning.people import new_learner


def a_learner(house: House, product: str) -> PersonId:
    """Somebody who learns in a product."""
    with house.database.write() as session:
        person = new_learner(session, now=house.clock()).person
        enrol(session, person, ProductSlug(product), now=house.clock())
    return person
