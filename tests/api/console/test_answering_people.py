"""Staff answer what learners handed over: every card once, and for others too where that is meant."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import httpx
import pytest

from assistant.hand_over import HandOverState, find_hand_over
from assistant.verified import list_verified
from companion.wiring import House
from learning.roles import Role
from tests.api.console.visiting import Visitor, visit
from tests.api.serving import COVERED, LESSONS, NOT_COVERED, TURNS, serving
from tests.conftest import TakeIn
from tests.prompts.scripted import ScriptedChat

CARDS = "/console/p/bread/hand-overs"
REPLY = "Four hours, and longer in a cold kitchen."


@pytest.fixture
def bakery(house: House, take_in: TakeIn, unmeasured: None) -> House:
    """A house with one small course."""
    take_in(LESSONS, "bread")
    return house


@pytest.fixture
def vera(client: httpx.Client, bakery: House) -> Visitor:
    """A curator."""
    return visit(client, bakery, "vera", bread=Role.CURATOR)


def handed(client: httpx.Client, text: str = COVERED, **more: Any) -> dict[str, Any]:
    """A question that was asked and handed over."""
    turn = client.post(TURNS, json={"text": text}).json()
    about = {"conversation": turn["conversation"], "turn": turn["turn"], "consent": True}
    return client.post("/v1/products/bread/hand-overs", json={**about, **more}).json()


def ticked(page: str) -> dict[str, str]:
    """The boxes that stand ticked in a page's form."""
    return dict.fromkeys(re.findall(r'type="checkbox" name="([^"]+)" value="1" checked', page), "1")


def test_the_oldest_question_comes_first_and_the_card_tells_what_is_known(
    client: httpx.Client, bakery: House, vera: Visitor
) -> None:
    assert "Nobody is waiting for a person." in vera.open(CARDS)
    first = handed(client, called="Ann", note="I use <b>rye</b> flour")
    bakery.clock.move(days=3)  # type: ignore[attr-defined]
    handed(client, NOT_COVERED)
    vera = visit(client, bakery, "vic", bread=Role.CURATOR)
    assert 'aria-label="Questions waiting for a person: 2"' in vera.open("/console")
    queue = vera.open(CARDS)
    assert queue.index(COVERED) < queue.index(NOT_COVERED)
    assert "waiting for 3 days" in queue
    page = vera.open(f"{CARDS}/{first['id']}")
    for words in ("Ann", "Mixing and resting", "The dough rests for four hours", "agreed", "Hello Ann!"):
        assert words in page
    assert "I use &lt;b&gt;rye&lt;/b&gt; flour" in page
    assert client.get("/console/hand-overs?product=bread").status_code in (303, 401)
    assert COVERED in vera.open("/console/hand-overs?product=bread")


def test_an_edited_reply_reaches_the_learner_under_the_name_of_who_wrote_it(
    client: httpx.Client, bakery: House, vera: Visitor
) -> None:
    card = handed(client)
    page = f"{CARDS}/{card['id']}"
    proposed = unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", vera.open(page), re.DOTALL)[0])
    sent = vera.send(f"{page}/answer", on=page, reply=f"{proposed} Come and see.")
    assert sent.headers["location"] == f"{CARDS}?done=hand_over_answered"
    told = client.get(
        f"/v1/products/bread/hand-overs/{card['id']}", params={"conversation": card["conversation"]}
    ).json()
    assert (told["state"], told["by"]) == ("answered", "Vera")
    assert told["reply"].endswith("Come and see.")
    assert "Characters changed from the proposed reply: 14" in vera.open(page)
    assert COVERED in vera.open(f"{CARDS}?state=answered")


def test_who_comes_second_is_told_who_was_first_and_loses_nothing(
    client: httpx.Client, bakery: House, vera: Visitor
) -> None:
    card = handed(client)
    page = f"{CARDS}/{card['id']}"
    oleg = visit(client, bakery, "oleg", bread=Role.TEAM)
    token = oleg.token_on(page)
    vera.send(f"{page}/answer", on=page, reply="Four hours.")
    late = oleg.http.post(f"{page}/answer", data={"csrf": token, "reply": "Five hours, I think."})
    assert late.status_code == 409
    for words in ("Somebody closed this card first", "Vera", "Five hours, I think.", "Four hours."):
        assert words in late.text
    declined = oleg.http.post(f"{page}/decline", data={"csrf": token, "reason": "Not ours to say."})
    assert declined.status_code == 409
    assert "Not ours to say." in declined.text
    with bakery.database.read() as session:
        assert find_hand_over(session, "bread", card["id"]).reply == "Four hours."


def test_a_reply_marked_reusable_answers_the_next_learner_and_is_retired_by_hand(
    client: httpx.Client, bakery: House, vera: Visitor
) -> None:
    card = handed(client)
    page = f"{CARDS}/{card['id']}"
    rests = ticked(vera.open(page))
    assert rests
    sent = vera.send(f"{page}/answer", on=page, reply=REPLY, reusable="1", question=COVERED, **rests)
    assert sent.headers["location"] == f"{CARDS}?done=hand_over_reusable"
    again = client.post(TURNS, json={"text": COVERED}).json()
    assert again["move"] == "verified"
    assert REPLY in again["text"]
    memory = "/console/p/bread/verified"
    assert REPLY in vera.open(memory)
    with bakery.database.read() as session:
        (added,) = list_verified(session, ["bread"], retired=False)
    assert vera.send(f"{memory}/{added.id}/retire", on=memory, reason=" ").status_code == 422
    assert vera.send(f"{memory}/{added.id}/retire", on=memory, reason="It is wrong").status_code == 303
    assert "It is wrong" in vera.open(f"{memory}?retired=1")
    assert client.post(TURNS, json={"text": COVERED}).json()["move"] is None


def test_an_answer_whose_text_changed_stands_among_those_that_left(
    client: httpx.Client, bakery: House, vera: Visitor, take_in: TakeIn
) -> None:
    card = handed(client)
    page = f"{CARDS}/{card['id']}"
    vera.send(f"{page}/answer", on=page, reply=REPLY, reusable="1", question=COVERED, **ticked(vera.open(page)))
    take_in({**LESSONS, "02-dough.md": LESSONS["02-dough.md"].replace("four hours", "a whole day")}, "bread")
    assert "None yet." in vera.open("/console/p/bread/verified")
    assert "a text it rests on has changed" in vera.open("/console/p/bread/verified?retired=1")


def test_somebodys_data_is_pointed_at_before_a_reply_is_given_to_others(
    client: httpx.Client, bakery: House, vera: Visitor
) -> None:
    card = handed(client)
    page = f"{CARDS}/{card['id']}"
    typed = {"reply": "Write to ann@example.org", "reusable": "1", "question": COVERED, **ticked(vera.open(page))}
    asked = vera.send(f"{page}/answer", on=page, **typed)
    assert asked.status_code == 422
    for words in ("holds an e-mail address", "ann@example.org", 'name="checked"'):
        assert words in asked.text
    with bakery.database.read() as session:
        assert find_hand_over(session, "bread", card["id"]).state is HandOverState.WAITING
    assert vera.send(f"{page}/answer", on=page, checked="1", **typed).status_code == 303


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("answer", {"reply": " \n "}),
        ("answer", {"reply": "long " * 2000}),
        ("answer", {"reply": "Four hours.", "reusable": "1", "question": " "}),
        ("decline", {"reason": " "}),
        ("decline", {"reason": "why " * 1000}),
    ],
)
def test_what_cannot_be_sent_is_told_and_kept(
    client: httpx.Client, bakery: House, vera: Visitor, path: str, fields: dict[str, str]
) -> None:
    card = handed(client)
    page = f"{CARDS}/{card['id']}"
    refused = vera.send(f"{page}/{path}", on=page, **fields)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    for value in fields.values():
        assert value.strip()[:40] in refused.text
    with bakery.database.read() as session:
        assert find_hand_over(session, "bread", card["id"]).state is HandOverState.WAITING


def test_a_reason_is_what_the_learner_reads_when_it_is_declined(
    client: httpx.Client, bakery: House, vera: Visitor
) -> None:
    card = handed(client)
    page = f"{CARDS}/{card['id']}"
    assert vera.send(f"{page}/decline", on=page, reason="Try it for two days first.").status_code == 303
    told = client.get(
        f"/v1/products/bread/hand-overs/{card['id']}", params={"conversation": card["conversation"]}
    ).json()
    assert (told["state"], told["reason"]) == ("declined", "Try it for two days first.")


def test_a_models_draft_is_for_staff_until_a_person_sends_it(bakery: House) -> None:
    reply = 'The dough needs four hours [[1|"The dough rests for four hours before it is shaped"]].'
    chat = ScriptedChat([reply])
    with_model = replace(bakery, answerer=replace(bakery.answerer, chat=chat))
    with serving(with_model) as client:
        vera = visit(client, with_model, "vera", bread=Role.CURATOR)
        card = client.post(
            "/v1/products/bread/hand-overs", json={"consent": True, "note": COVERED, "called": "Ann"}
        ).json()
        page = f"{CARDS}/{card['id']}"
        assert vera.send(f"{page}/draft", on=page).status_code == 303
        shown = vera.open(f"{page}?use=draft")
        assert "Draft of the model, for staff only" in shown
        assert 'name="from" value="draft"' in shown
        (own,) = client.get("/v1/products/bread/hand-overs", params={"conversation": card["conversation"]}).json()[
            "hand_overs"
        ]
        assert "The dough needs" not in repr(own)
        vera.send(f"{page}/answer", on=page, reply="The dough needs four hours!", **{"from": "draft"})
    with bakery.database.read() as session:
        assert find_hand_over(session, "bread", card["id"]).distance == 1
