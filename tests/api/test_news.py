"""Being told that a place was mended: asked for with what was said, heard of once, by nobody else."""

from datetime import timedelta

import httpx
import pytest

from companion.wiring import House
from feedback.effect import EffectState, Verdict
from feedback.promises import tell_promises
from feedback.tables import EffectRow, ProposalRow
from tests.api.serving import FEEDBACK, assert_problem
from tests.fakes import FixedClock

NEWS = "/v1/products/bread/news"


@pytest.fixture
def key(client: httpx.Client) -> str:
    made: str = client.post("/v1/products/bread/learners", json={}).json()["learner"]
    return made


def _mend(house: House, clock: FixedClock, *, lesson: str = "02-dough", verdict: Verdict = Verdict.WATCHING) -> None:
    """A proposal for a lesson is released, as its rows say."""
    clock.move(days=1)
    now = clock.now
    proposal = ProposalRow(id=f"p-{lesson}", product="bread", kind="clarify", state="released", version=1)
    proposal.lesson, proposal.anchor, proposal.passage, proposal.base = lesson, "", None, "r-1"
    for name in ("themes", "changes", "drafted", "evidence", "reuse", "sources"):
        setattr(proposal, name, [])
    proposal.reason, proposal.expected, proposal.origin, proposal.made_with = "", {}, "rule", {}
    proposal.severity, proposal.edit, proposal.release, proposal.decided_by = 1.0, None, 2, None
    proposal.decided, proposal.decision, proposal.until, proposal.created = None, "", None, now
    proposal.updated = now
    effect = EffectRow(id=f"f-{lesson}", product="bread", proposal=proposal.id, release=2, lesson=lesson, anchor="")
    effect.released, effect.plan, effect.looks = now, {"anchors": None, "looks": []}, []
    effect.verdict, effect.state, effect.created, effect.updated = verdict, EffectState.DONE, now, now
    with house.database.write() as session:
        session.add(proposal)
        session.flush()
        session.add(effect)
        session.flush()
        tell_promises(session, "bread", now=now)


def _stuck(client: httpx.Client, **more: object) -> dict[str, object]:
    said = client.post(FEEDBACK, json={"kind": "stuck", "text": "Which flour?", "lesson": "02-dough", **more})
    assert said.status_code == 201, said.text
    told: dict[str, object] = said.json()
    return told


def _news(client: httpx.Client, key: str, **query: str) -> list[dict[str, object]]:
    read = client.get(NEWS, params=query, headers={"Authorization": f"Bearer {key}"})
    assert read.status_code == 200, read.text
    told: list[dict[str, object]] = read.json()["news"]
    return told


def test_who_asked_to_be_told_hears_of_it_once(
    client: httpx.Client, bakery: House, clock: FixedClock, key: str
) -> None:
    _stuck(client, learner=key, tell_me=True)
    _stuck(client, learner=key, tell_me=True)
    assert _news(client, key) == []
    _mend(bakery, clock)
    [told] = _news(client, key, locale="ru")
    assert told["lesson"] == "02-dough"
    assert told["url"] == "/p/bread/lessons/02-dough"
    assert str(told["title"]) in str(told["text"])
    assert "Вы просили сообщить" in str(told["text"])
    assert "flour" not in str(told["text"])
    assert told["seen"] is None
    seen = client.post(f"{NEWS}/{told['id']}/seen", headers={"Authorization": f"Bearer {key}"})
    assert seen.status_code == 204
    assert [each["seen"] is not None for each in _news(client, key)] == [True]


def test_asking_after_it_was_said_is_the_same_promise(
    client: httpx.Client, bakery: House, clock: FixedClock, key: str
) -> None:
    said = _stuck(client, learner=key)
    asks = [client.post(NEWS, json={"item": said["id"], "learner": key}) for _ in range(2)]
    assert [ask.status_code for ask in asks] == [201, 201]
    assert asks[0].json() == asks[1].json()
    _mend(bakery, clock)
    assert len(_news(client, key)) == 1


def test_a_conversation_is_enough_to_be_told(client: httpx.Client, bakery: House, clock: FixedClock) -> None:
    conversation = client.post("/v1/products/bread/turns", json={"text": "Which flour?"}).json()["conversation"]
    _stuck(client, conversation=conversation, tell_me=True)
    _mend(bakery, clock)
    read = client.get(NEWS, params={"conversation": conversation}).json()["news"]
    assert [each["lesson"] for each in read] == ["02-dough"]
    assert client.post(f"{NEWS}/{read[0]['id']}/seen", params={"conversation": conversation}).status_code == 204


def test_nobody_hears_of_what_another_asked(client: httpx.Client, bakery: House, clock: FixedClock, key: str) -> None:
    _stuck(client, learner=key, tell_me=True)
    _mend(bakery, clock)
    [told] = _news(client, key)
    other = client.post("/v1/products/bread/learners", json={}).json()["learner"]
    assert _news(client, other) == []
    refused = client.post(f"{NEWS}/{told['id']}/seen", headers={"Authorization": f"Bearer {other}"})
    assert_problem(refused, 404)
    assert [each["seen"] for each in _news(client, key)] == [None]
    assert_problem(client.get(NEWS), 401)


@pytest.mark.parametrize(("verdict", "told"), [(Verdict.HELPED, 1), (Verdict.WORSE, 0), (Verdict.NO_EVIDENCE, 1)])
def test_what_made_it_worse_is_not_news(
    client: httpx.Client, bakery: House, clock: FixedClock, key: str, verdict: Verdict, told: int
) -> None:
    _stuck(client, learner=key, tell_me=True)
    _mend(bakery, clock, verdict=verdict)
    news = _news(client, key, locale="en")
    assert len(news) == told
    assert all(("fewer" in str(each["text"])) is (verdict is Verdict.HELPED) for each in news)


def test_a_change_of_another_lesson_or_before_it_was_asked_is_no_news(
    client: httpx.Client, bakery: House, clock: FixedClock, key: str
) -> None:
    _mend(bakery, clock)
    clock.move(days=1)
    _stuck(client, learner=key, tell_me=True)
    _mend(bakery, clock, lesson="01-starter")
    assert _news(client, key) == []


def test_what_was_taken_back_before_it_was_seen_waits_again(
    client: httpx.Client, bakery: House, clock: FixedClock, key: str
) -> None:
    _stuck(client, learner=key, tell_me=True)
    _mend(bakery, clock)
    with bakery.database.write() as session:
        session.get_one(ProposalRow, "p-02-dough").state = "rolled_back"
        assert tell_promises(session, "bread", now=clock.now) == 0
    assert _news(client, key) == []
    with bakery.database.write() as session:
        session.get_one(ProposalRow, "p-02-dough").state = "released"
        assert tell_promises(session, "bread", now=clock.now + timedelta(days=1)) == 1
    assert len(_news(client, key)) == 1


def test_a_promise_to_nobody_or_of_nothing_is_refused(client: httpx.Client, key: str) -> None:
    unheard = client.post(FEEDBACK, json={"kind": "stuck", "lesson": "02-dough", "tell_me": True})
    assert_problem(unheard, 422)
    said = _stuck(client)
    assert_problem(client.post(NEWS, json={"item": said["id"]}), 422)
    assert_problem(client.post(NEWS, json={"item": "i-nothing", "learner": key}), 404)
