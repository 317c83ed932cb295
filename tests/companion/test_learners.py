"""A learner's own data: given to them whole, and erased so that no byte of it is left in the home."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from companion.cases import left_over
from companion.learners import erase_learner, export_learner, finish_erasures, named_learner
from companion.wiring import House
from feedback.inbox import ItemKind, NewItem, record_item
from foundation.errors import Conflict, Invalid, NotAllowed, NotFound
from foundation.ids import PersonId, ProductSlug
from learning.enrolments import enrol
from learning.events import Verb, record_event
from learning.people import LOCAL_HOST, new_learner, person_by_host_id
from learning.roles import Role, grant_role
from tests.assistant.asking import ask
from tests.assistant.handing import LESSONS, PRODUCT, QUESTION, answer, press, staff, verify

pytestmark = pytest.mark.usefixtures("unmeasured")
WORDS = "Zanzibar vermilion heliotrope: how long does my own dough rest?"
NAME = "Quetzalcoatlina"


@pytest.fixture
def bakery(house: House, take_in: Callable[..., Any]) -> House:
    take_in(LESSONS, PRODUCT)
    return house


@pytest.fixture
def learner(bakery: House) -> PersonId:
    """Somebody a host calls by a long id, who used everything there is to use."""
    with bakery.database.write() as session:
        person = person_by_host_id(session, LOCAL_HOST, "learner-number-4711", now=bakery.clock())
        enrol(session, person, ProductSlug(PRODUCT), now=bakery.clock())
    use_everything(bakery, person)
    return person


def use_everything(bakery: House, person: PersonId) -> None:
    asked = ask(bakery, WORDS, PRODUCT, learner=person)
    ask(bakery, f"call me {NAME}", PRODUCT, learner=person, conversation=asked["conversation"])
    ask(bakery, "The video about heliotrope is broken", PRODUCT, learner=person)
    ask(bakery, "Who painted the vermilion ceiling of heliotrope?", PRODUCT, learner=person)
    # Said in the learner's conversation without the key.
    ask(bakery, "And what of the vermilion crust?", PRODUCT, conversation=asked["conversation"])
    card = press(bakery, conversation=asked["conversation"], turn=asked["turn"], person=person).done
    curator = staff(bakery)
    done = answer(bakery, card, "Four hours, whatever its colour.", by=curator)
    verify(bakery, done, by=curator, question=f"{WORDS}\nhow long must dough rest")
    with bakery.database.write() as session:
        now = bakery.clock()
        item = record_item(session, NewItem(ProductSlug(PRODUCT), ItemKind.COMMENT, f"I {WORDS}"), now=now)
        detail = {"item": item, "turn": None}
        about: dict[str, Any] = {"product": PRODUCT, "actor": person, "lesson": None, "at": now}
        record_event(session, f"said-{item}", verb=Verb.COMMENTED, detail=detail, **about)


def count(house: House, query: str) -> int:
    with house.database.read() as session:
        return int(session.execute(text(query)).scalar_one())


def kept_of(house: House, *traces: str) -> list[Path]:
    """Files that hold a trace; the index, which may carry scraps of memory, is searched for whole texts alone."""
    home = house.settings.home
    left = left_over(home, [trace.encode() for trace in traces])
    return [path for path in left if home / "index" not in path.parents] + left_over(home, [WORDS.encode()])


def test_everything_is_given_out_and_no_secret_with_it(bakery: House, learner: PersonId) -> None:
    told = export_learner(bakery, learner)
    assert {turn["question"] for turn in told["turns"]} > {WORDS, f"call me {NAME}"}
    assert len(told["turns"]) == 5
    assert [item["text"] for item in told["memory"]] == [NAME]
    assert told["hand_overs"][0]["question"] == WORDS
    assert any(WORDS in remark["text"] for remark in told["remarks"])
    assert {event["verb"] for event in told["events"]} >= {"asked", "enrolled", "commented"}
    assert told["identities"] == [
        {"issuer": "host:local", "subject": "learner-number-4711", "created": told["identities"][0]["created"]}
    ]
    assert "secret" not in str(told.keys())


def test_nothing_is_left_of_an_erased_learner_and_counts_stay(bakery: House, learner: PersonId) -> None:
    events = count(bakery, "SELECT COUNT(*) FROM event")
    learners = count(bakery, "SELECT COUNT(DISTINCT actor) FROM event WHERE actor IS NOT NULL")
    erased = erase_learner(bakery, learner)
    assert (erased.turns, erased.memory, erased.hand_overs) == (5, 1, 1)
    assert erased.searched >= 3
    traces = (learner, "learner-number-4711", NAME, "heliotrope", "vermilion")
    assert kept_of(bakery, *traces) == []
    assert count(bakery, "SELECT COUNT(*) FROM event") == events
    assert count(bakery, "SELECT COUNT(DISTINCT actor) FROM event WHERE actor IS NOT NULL") == learners
    assert count(bakery, "SELECT COUNT(*) FROM verified_answer WHERE question = 'how long must dough rest'") == 1
    with pytest.raises(NotFound):
        export_learner(bakery, learner)
    with pytest.raises(NotFound):
        erase_learner(bakery, learner)
    assert not (bakery.settings.home / "erasing").exists()


def test_another_learner_keeps_everything_and_the_same_words_do_not_stop_it(bakery: House, learner: PersonId) -> None:
    with bakery.database.write() as session:
        other = new_learner(session, now=bakery.clock()).person
        enrol(session, other, ProductSlug(PRODUCT), now=bakery.clock())
    ask(bakery, WORDS, PRODUCT, learner=other)
    before = export_learner(bakery, other)
    erase_learner(bakery, learner)
    assert export_learner(bakery, other) == before


def test_a_turn_of_somebody_else_in_the_same_conversation_is_theirs(bakery: House, learner: PersonId) -> None:
    with bakery.database.write() as session:
        other = new_learner(session, now=bakery.clock()).person
        enrol(session, other, ProductSlug(PRODUCT), now=bakery.clock())
    theirs = export_learner(bakery, learner)["turns"][0]["conversation"]
    ask(bakery, "Is steam good for the crust?", PRODUCT, learner=other, conversation=theirs)
    erase_learner(bakery, learner)
    assert [turn["question"] for turn in export_learner(bakery, other)["turns"]] == ["Is steam good for the crust?"]


def test_who_works_here_is_not_erased(bakery: House) -> None:
    curator = staff(bakery, Role.CURATOR)
    with pytest.raises(Conflict, match="works here"):
        erase_learner(bakery, curator)


def test_an_alumnus_is_a_learner(bakery: House) -> None:
    with bakery.database.write() as session:
        person = new_learner(session, now=bakery.clock()).person
        grant_role(session, person, Role.ALUMNUS, product=PRODUCT, now=bakery.clock())
    assert erase_learner(bakery, person).turns == 0


def test_a_stopped_erasure_is_finished_at_the_next_start(
    bakery: House, learner: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(_database: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("foundation.database.Database.scrub", stopped)
        with pytest.raises(KeyboardInterrupt):
            erase_learner(bakery, learner)
    assert (bakery.settings.home / "erasing").exists()
    finish_erasures(bakery)
    assert kept_of(bakery, "heliotrope", NAME) == []
    assert not (bakery.settings.home / "erasing").exists()


def test_a_learner_is_named_in_three_ways_and_never_guessed(bakery: House, learner: PersonId) -> None:
    with bakery.database.write() as session:
        made = new_learner(session, now=bakery.clock())
    assert named_learner(bakery, made.key) == made.person
    assert named_learner(bakery, learner) == learner
    assert named_learner(bakery, "learner-number-4711") == learner
    for unknown in ("p-nobody", "somebody", "", "%", QUESTION):
        with pytest.raises((NotFound, Invalid)):
            named_learner(bakery, unknown)
    with pytest.raises(NotAllowed):
        named_learner(bakery, "l-" + "0" * 32)
