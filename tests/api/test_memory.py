"""What is remembered about a learner: seen, corrected and deleted with their own key and no other."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from assistant.memory import MAX_ITEMS, recall, remember
from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from foundation.ids import ProductSlug, TurnId
from learning.people import person_by_key
from tests.api.serving import COVERED, PRODUCT, TURNS, assert_problem, serving
from tests.assistant.learners import standing_bakery

MEMORY = f"/v1/products/{PRODUCT}/memory"
OWN = f"/v1/products/{PRODUCT}/learner"


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    """One house for all: every test has a learner of its own."""
    with standing_bakery(tmp_path_factory.mktemp("memory"), encoder) as house:
        yield house


@pytest.fixture(scope="module")
def client(bakery: House) -> Iterator[httpx.Client]:
    with serving(bakery) as opened:
        yield opened


@pytest.fixture
def key(client: httpx.Client) -> str:
    return begin(client)


def begin(client: httpx.Client, product: str = PRODUCT) -> str:
    made: str = client.post(f"/v1/products/{product}/learners").json()["learner"]
    return made


def ask(client: httpx.Client, text: str, learner: str | None = None, **more: str) -> dict[str, Any]:
    done: dict[str, Any] = client.post(TURNS, json={"text": text, "learner": learner, **more}).json()
    return done


def proof(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def items(client: httpx.Client, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(MEMORY, headers=proof(key)).json()["items"]
    return found


def test_what_a_learner_tells_is_kept_with_its_turn_and_shown_to_them(client: httpx.Client, key: str) -> None:
    done = ask(client, "I work with Excel", key)
    assert done["move"] == "noted"
    assert f"/p/{PRODUCT}/me" in done["text"]
    (item,) = items(client, key)
    assert (item["kind"], item["text"], item["turn"]) == ("tool", "Excel", done["turn"])
    assert item["said"] == "I work with Excel"
    assert client.get(MEMORY, headers=proof(key)).json()["uses"] is True


def test_nothing_is_kept_of_who_is_not_known_and_they_are_told_so(client: httpx.Client, bakery: House) -> None:
    done = ask(client, "I work with Excel")
    assert "not be remembered" in done["text"]
    assert done["gap"] is None


def test_the_language_asked_for_is_the_language_of_later_replies(client: httpx.Client, key: str) -> None:
    assert ask(client, "отвечай мне на английском", key)["text"].startswith("Noted: English")
    assert ask(client, "привет", key, locale="ru")["text"].startswith("Hello!")
    assert ask(client, "привет")["text"].startswith("Здравствуйте!")


def test_the_name_is_used_in_a_greeting_and_can_be_corrected(client: httpx.Client, key: str) -> None:
    ask(client, "call me Ann", key)
    assert ask(client, "hi", key)["text"].startswith("Hello, Ann!")
    (item,) = items(client, key)
    told = client.patch(f"{MEMORY}/{item['id']}", headers=proof(key), json={"text": "Anna bob@example.com"}).json()
    assert told["items"][0]["text"] == "Anna […]"
    assert told["items"][0]["source"] == "corrected"
    assert_problem(client.patch(f"{MEMORY}/{item['id']}", headers=proof(key), json={"text": "a@b.ru"}), 422)


def test_saying_it_again_keeps_it_once_and_a_later_name_takes_the_earlier_ones_place(
    client: httpx.Client, key: str
) -> None:
    for told in ("I work with Excel", "I work with excel", "call me Ann", "call me Bob"):
        ask(client, told, key)
    assert sorted(item["text"] for item in items(client, key)) == ["Bob", "Excel"]


def test_there_is_an_end_to_what_is_kept(client: httpx.Client, key: str, bakery: House) -> None:
    with bakery.database.write() as session:
        person = person_by_key(session, key)
        for number in range(MAX_ITEMS + 5):
            told = f"I know subject{'abcdefghij'[number % 10] * (number // 10 + 1)}"
            remember(session, person, ProductSlug(PRODUCT), told, turn=TurnId("t-none"), now=bakery.clock())
        assert len(recall(session, person, PRODUCT).items) == MAX_ITEMS
    assert len(items(client, key)) == MAX_ITEMS


def test_items_are_deleted_one_by_one_and_all_at_once(client: httpx.Client, key: str) -> None:
    for told in ("I work with Excel", "I know pandas", "call me Ann"):
        ask(client, told, key)
    first = items(client, key)[0]
    left = client.delete(f"{MEMORY}/{first['id']}", headers=proof(key)).json()["items"]
    assert len(left) == 2
    assert_problem(client.delete(f"{MEMORY}/{first['id']}", headers=proof(key)), 404)
    assert client.delete(MEMORY, headers=proof(key)).json()["items"] == []


def test_nobody_elses_memory_is_read_or_changed(client: httpx.Client, key: str) -> None:
    ask(client, "I work with Excel", key)
    (item,) = items(client, key)
    other, abroad = begin(client), begin(client, "tea-house")
    assert items(client, other) == []
    assert_problem(client.delete(f"{MEMORY}/{item['id']}", headers=proof(other)), 404)
    assert_problem(client.patch(f"{MEMORY}/{item['id']}", headers=proof(other), json={"text": "x y"}), 404)
    for headers in (proof(abroad), proof("l-" + "0" * 32), proof("l-forged"), {}, {"Authorization": "Bearer ct-x-y"}):
        refused = client.get(MEMORY, headers=headers)
        assert refused.status_code in (401, 403), headers
    assert len(items(client, key)) == 1


def test_a_product_whose_profile_does_not_remember_keeps_nothing(client: httpx.Client, bakery: House) -> None:
    with bakery.database.write() as session:
        session.execute(text("UPDATE product SET kind = 'community' WHERE slug = 'tea-house'"))
    key = begin(client, "tea-house")
    client.post("/v1/products/tea-house/turns", json={"text": "I work with Excel", "learner": key})
    told = client.get("/v1/products/tea-house/memory", headers=proof(key)).json()
    assert (told["uses"], told["items"]) == (False, [])


def test_a_learner_takes_everything_along_and_erases_it(client: httpx.Client, key: str, bakery: House) -> None:
    done = ask(client, COVERED, key)
    ask(client, "call me Ann", key, conversation=done["conversation"])
    told = client.get(OWN, headers=proof(key))
    assert told.headers["content-disposition"].startswith("attachment")
    assert [turn["question"] for turn in told.json()["turns"]] == [COVERED, "call me Ann"]
    assert key not in told.text
    erased = client.delete(OWN, headers=proof(key)).json()
    assert (erased["turns"], erased["memory"]) == (2, 1)
    assert_problem(client.get(MEMORY, headers=proof(key)), 403)
    gone = client.get(f"{TURNS}/{done['turn']}", params={"conversation": done["conversation"]})
    assert_problem(gone, 404)


def test_the_page_is_whole_in_both_languages(client: httpx.Client) -> None:
    for lang, title in (("en", "What is kept about you"), ("ru", "Что о вас хранится")):
        page = client.get(f"/p/{PRODUCT}/me", params={"lang": lang})
        assert page.status_code == 200
        assert f"<h1>{title}</h1>" in page.text
        assert "script-src" in page.headers["content-security-policy"] or "default-src 'self'" in str(page.headers)
    assert client.get("/p/nothing-here/me", headers={"Accept": "text/html"}).status_code == 404
