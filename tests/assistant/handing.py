"""A course, its team, and cards: what the tests of hand-overs begin with."""

from typing import Any

from assistant.decide_hand_over import answer_hand_over
from assistant.hand_over import HandOver
from assistant.handing_over import HandedOver, Press, hand_over_to_person
from assistant.verified import VerifiedAnswer, keep_question_vectors
from assistant.verify_reply import Reuse, add_verified
from companion.wiring import House
from foundation.ids import PersonId
from learning.people import add_person
from learning.roles import Role, grant_role

PRODUCT = "bread"
LESSONS = {
    "01-dough.md": "# Resting\n\nThe dough rests for four hours before it is shaped. It is folded every half hour.\n",
    "02-oven.md": "# Steam\n\nSteam in the first fifteen minutes keeps the crust soft, so that the loaf can rise.\n",
}
QUESTION = "How long does the dough rest before it is shaped?"


def staff(house: House, role: Role = Role.CURATOR, *, name: str = "Vera", product: str = PRODUCT) -> PersonId:
    """Somebody of a product's team."""
    with house.database.write() as session:
        person = add_person(session, name=name, now=house.clock())
        grant_role(session, person, role, product=product, now=house.clock())
    return person


def press(house: House, **more: Any) -> HandedOver:
    """A learner presses the button and agrees."""
    return hand_over_to_person(house.answerer, Press(**{"product": PRODUCT, "consent": True, **more}))


def answer(house: House, card: HandOver, reply: str, *, by: PersonId) -> HandOver:
    """Somebody answers a card."""
    with house.database.write() as session:
        return answer_hand_over(session, card.product, card.id, by=by, reply=reply, now=house.clock())


def verify(house: House, done: HandOver, *, by: PersonId, question: str = "", **more: Any) -> VerifiedAnswer:
    """Let an answered card's reply be given again; it rests on what the learner was shown."""
    cited = tuple(each["passage"] for each in done.card["evidence"] if each["cited"])
    reuse = Reuse(question or done.question, **{"passages": cited, **more})
    with house.database.write() as session:
        added = add_verified(session, done, reuse, by=by, now=house.clock())
    keep_question_vectors(house.database, house.encoder)
    return added
