"""Who learns: a browser's key, a host's own ids, and nothing else."""

import httpx
import pytest
from sqlalchemy import text

from companion.wiring import House
from learning.tokens import Scope, create_token, revoke_token
from tests.api.serving import COVERED, FEEDBACK, TURNS, assert_problem
from tests.fakes import FixedClock

LEARNERS = "/v1/products/bread/learners"
TEA = "/v1/products/tea-house/learners"


@pytest.fixture(autouse=True)
def _unmeasured(unmeasured: None) -> None:
    """How well the course covers a question is no matter here."""


def new_key(client: httpx.Client, address: str = LEARNERS) -> str:
    made = client.post(address)
    assert made.status_code == 201
    return str(made.json()["learner"])


def host_token(house: House, *scopes: Scope, product: str = "bread", host: str = "stepik") -> dict[str, str]:
    with house.database.write() as session:
        made = create_token(
            session, product=product, scopes=scopes or Scope, host=host, days=30, by="tests", now=house.clock()
        )
    return {"Authorization": f"Bearer {made.text}"}


def actors(house: House) -> list[str | None]:
    with house.database.read() as session:
        told = session.execute(text("SELECT actor FROM event WHERE verb != 'enrolled' ORDER BY rowid"))
        return [row.actor for row in told]


def test_what_a_learner_asks_and_says_is_theirs(client: httpx.Client, bakery: House) -> None:
    key = new_key(client)
    assert client.post(TURNS, json={"text": COVERED, "learner": key}).status_code == 200
    assert client.post(FEEDBACK, json={"kind": "comment", "text": "Clear.", "learner": key}).status_code == 201
    assert client.post(FEEDBACK, json={"kind": "comment", "text": "Clear."}).status_code == 201
    asked, said, nobodys = actors(bakery)
    assert asked == said
    assert asked is not None
    assert asked.startswith("p-")
    assert nobodys is None


def test_what_lies_beyond_where_a_learner_has_come_is_kept_from_them(client: httpx.Client) -> None:
    key, beyond = new_key(client), "How long does bread keep in a linen bag?"
    client.post(TURNS, json={"text": COVERED, "lesson": "02-dough", "learner": key})
    cited = {
        who: [one["lesson"] for one in client.post(TURNS, json={"text": beyond, **body}).json()["citations"]]
        for who, body in (("anybody", {}), ("learner", {"learner": key}))
    }
    assert "04-keeping" in cited["anybody"]
    assert "04-keeping" not in cited["learner"]


def test_only_the_hash_of_a_key_is_kept(client: httpx.Client, bakery: House) -> None:
    key = new_key(client)
    with bakery.database.read() as session:
        (kept,) = session.execute(text("SELECT issuer, subject, secret FROM identity")).all()
    assert kept.issuer == "browser"
    assert key not in (kept.subject, kept.secret)
    assert key.removeprefix("l-") not in kept.subject


def test_whoever_is_named_without_proof_is_refused(standing_client: httpx.Client) -> None:
    for learner in ("l-" + "0" * 32, "p-" + "0" * 32, "ann@example.org", "l-", "'; DROP TABLE person"):
        for address, body in ((TURNS, {"text": COVERED}), (FEEDBACK, {"kind": "stuck"}), (LEARNERS, {})):
            assert_problem(standing_client.post(address, json={**body, "learner": learner}), 403)


def test_the_id_of_a_person_is_no_key(client: httpx.Client, bakery: House) -> None:
    new_key(client)
    with bakery.database.read() as session:
        person = session.scalar(text("SELECT id FROM person"))
    assert_problem(client.post(TURNS, json={"text": COVERED, "learner": person}), 403)


def test_a_learner_of_another_product_is_none_here_until_they_begin(client: httpx.Client, bakery: House) -> None:
    key = new_key(client, TEA)
    assert_problem(client.post(TURNS, json={"text": COVERED, "learner": key}), 403)
    assert client.post(LEARNERS, json={"learner": key}).json() == {"learner": key}
    assert client.post(LEARNERS, json={"learner": key}).status_code == 201
    assert client.post(TURNS, json={"text": COVERED, "learner": key}).status_code == 200
    with bakery.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM person")).scalar() == 1
        assert session.execute(text("SELECT count(*) FROM enrolment")).scalar() == 2


def test_learners_of_a_product_that_is_not_there_are_not_made(client: httpx.Client, bakery: House) -> None:
    assert assert_problem(client.post("/v1/products/nobody/learners"), 404)["type"] == "product-not-found"
    with bakery.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM person")).scalar() == 0


def test_a_host_speaks_of_its_learners_by_its_own_ids(client: httpx.Client, bakery: House) -> None:
    ours, theirs = host_token(bakery), host_token(bakery, host="canvas.example")
    for headers in (ours, ours, theirs):
        body = {"text": COVERED, "learner": "Ученик 7"}
        assert client.post(TURNS, json=body, headers=headers).status_code == 200
    first, again, elsewhere = actors(bakery)
    assert first == again != elsewhere
    with bakery.database.read() as session:
        subjects = session.execute(text("SELECT issuer, subject FROM identity ORDER BY issuer")).all()
    assert [tuple(row) for row in subjects] == [("host:canvas.example", "Ученик 7"), ("host:stepik", "Ученик 7")]


def test_a_host_may_enrol_its_learners_before_they_ask(client: httpx.Client, bakery: House) -> None:
    headers = host_token(bakery)
    assert client.post(LEARNERS, json={"learner": "7"}, headers=headers).json() == {"learner": "7"}
    assert client.post(TURNS, json={"text": COVERED, "learner": "7"}, headers=headers).status_code == 200
    with bakery.database.read() as session:
        assert session.execute(text("SELECT count(*) FROM enrolment")).scalar() == 1


def test_a_token_nobody_made_is_refused(standing_client: httpx.Client) -> None:
    for bad in ("nonsense", "ct-", "ct-000000000000-" + "0" * 64, "Bearer", "ct-é"):
        headers = {"Authorization": f"Bearer {bad}".encode()}
        for address, body in ((TURNS, {"text": COVERED}), (FEEDBACK, {"kind": "stuck"}), (LEARNERS, {})):
            refused = standing_client.post(address, json=body, headers=headers)
            assert_problem(refused, 401)
            assert refused.headers["www-authenticate"] == "Bearer"


def test_a_token_holds_until_it_expires_or_is_revoked(client: httpx.Client, bakery: House, clock: FixedClock) -> None:
    headers, revoked = host_token(bakery), host_token(bakery)
    body = {"text": COVERED, "learner": "7"}
    with bakery.database.write() as session:
        revoke_token(session, revoked["Authorization"].split()[1].rpartition("-")[0], now=clock.now)
    assert "revoked" in assert_problem(client.post(TURNS, json=body, headers=revoked), 401)["detail"]
    clock.move(days=29, hours=23)
    assert client.post(TURNS, json=body, headers=headers).status_code == 200
    clock.move(hours=1)
    assert "expired" in assert_problem(client.post(TURNS, json=body, headers=headers), 401)["detail"]


def test_a_token_is_good_for_its_product_and_its_scopes_only(client: httpx.Client, bakery: House) -> None:
    body = {"text": COVERED, "learner": "7"}
    elsewhere = host_token(bakery, product="tea-house")
    assert_problem(client.post(TURNS, json=body, headers=elsewhere), 403)
    assert_problem(client.post(LEARNERS, json={"learner": "7"}, headers=elsewhere), 403)
    only_feedback = host_token(bakery, Scope.FEEDBACK)
    assert_problem(client.post(TURNS, json=body, headers=only_feedback), 403)
    said = client.post(FEEDBACK, json={"kind": "stuck", "learner": "7"}, headers=only_feedback)
    assert said.status_code == 201
    everywhere = host_token(bakery, product="")
    assert client.post(TEA, json={"learner": "7"}, headers=everywhere).status_code == 201


def test_a_host_cannot_use_a_key_nor_a_browser_a_hosts_id(client: httpx.Client, bakery: House) -> None:
    key = new_key(client)
    client.post(TURNS, json={"text": COVERED, "learner": "7"}, headers=host_token(bakery))
    client.post(TURNS, json={"text": COVERED, "learner": key}, headers=host_token(bakery))
    client.post(TURNS, json={"text": COVERED, "learner": key})
    hosts, named_like_a_key, browsers = actors(bakery)
    assert len({hosts, named_like_a_key, browsers}) == 3
    assert_problem(client.post(TURNS, json={"text": COVERED, "learner": "7"}), 403)


def test_a_chat_client_speaks_of_learners_with_its_token(client: httpx.Client, bakery: House) -> None:
    body = {"model": "bread", "messages": [{"role": "user", "content": COVERED}]}
    chat = "/v1/chat/completions"
    # Such clients send a key and a user always, whatever they were set to.
    stranger = {"Authorization": "Bearer sk-unused"}
    assert client.post(chat, json={**body, "user": "7"}, headers=stranger).status_code == 200
    assert client.post(chat, json={**body, "user": "7"}, headers=host_token(bakery)).status_code == 200
    assert client.post(chat, json={**body, "learner": new_key(client)}, headers=stranger).status_code == 200
    assert_problem(client.post(chat, json={**body, "learner": "7"}, headers=stranger), 403)
    assert_problem(client.post(chat, json=body, headers={"Authorization": "Bearer ct-1-2"}), 401)
    nobody, hosts, browsers = actors(bakery)
    assert nobody is None
    assert None not in (hosts, browsers)
    assert hosts != browsers


def test_an_id_of_a_host_that_cannot_be_kept_is_refused(client: httpx.Client, bakery: House) -> None:
    headers = {**host_token(bakery), "Content-Type": "application/json"}
    for learner in ("", "x" * 201, "a\\u0000b", " ", "\\ud800"):
        body = f'{{"text": "Why?", "learner": "{learner}"}}'
        assert_problem(client.post(TURNS, content=body, headers=headers), 422)
    assert actors(bakery) == []
