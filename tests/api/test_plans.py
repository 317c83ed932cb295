"""Plans over HTTP: for the learner's own key or a host's token, and for nobody else."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from learning.tokens import Scope
from tests.api.planning import Planning, planning
from tests.api.serving import assert_problem
from tests.api.test_learners import host_token, new_key
from tests.fakes import FixedClock

PLANS = "/v1/products/bread/plans"


@pytest.fixture(scope="module")
def bakery_of_plans(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[Planning]:
    with planning(tmp_path_factory.mktemp("plans"), encoder) as opened:
        yield opened


@pytest.fixture
def client(bakery_of_plans: Planning) -> httpx.Client:
    return bakery_of_plans.client


@pytest.fixture
def bakery(bakery_of_plans: Planning) -> House:
    return bakery_of_plans.house


@pytest.fixture
def clock(bakery_of_plans: Planning) -> FixedClock:
    return bakery_of_plans.clock


def send(client: httpx.Client, key: str, **body: Any) -> httpx.Response:
    return client.post(PLANS, json={"learner": key, **body})


def test_an_interview_becomes_a_plan_that_is_read_and_changed(client: httpx.Client) -> None:
    key = new_key(client)
    begun = send(client, key, answers={"goal": "Bake a loaf"})
    assert begun.status_code == 201
    told = begun.json()
    assert (told["state"], told["plan"]) == ("asking", None)
    assert told["interview"]["next"] == "experience"
    assert [part["id"] for part in told["interview"]["parts"]][:1] == ["01-starter"]
    known = {"level": "some", "words": "ovens", "known": ["03-oven"]}
    made = send(client, key, answers={"experience": known, "hours": 1.5, "deadline": None, "lang": None}).json()
    assert (made["state"], made["interview"]) == ("planned", None)
    plan = made["plan"]
    lessons = [lesson for week in plan["weeks"] for lesson in week["lessons"]]
    assert [lesson["lesson"] for lesson in lessons] == ["01-starter", "02-dough", "03-oven", "04-keeping"]
    assert [lesson["skim"] for lesson in lessons] == [False, False, True, False]
    assert plan["win"]["minutes"] <= 10
    assert (plan["hours"], plan["done"], plan["lessons"], plan["behind"]) == (1.5, 0, 4, 0)
    changed = client.patch(PLANS, json={"learner": key, "hours": 4, "deadline": "2026-05-01"}).json()["plan"]
    assert (changed["version"], changed["hours"], changed["deadline"]) == (2, 4.0, "2026-05-01")
    read = client.get(PLANS, headers={"Authorization": f"Bearer {key}"})
    assert read.json()["plan"] == changed


def test_finishing_early_skips_the_rest(client: httpx.Client) -> None:
    made = send(client, new_key(client), finish=True).json()
    assert made["state"] == "planned"
    assert made["plan"]["hours"] == 3.0


def test_progress_told_as_events_shows_in_the_plan(client: httpx.Client, clock: FixedClock) -> None:
    key = new_key(client)
    send(client, key, finish=True)
    event = {"id": "1", "verb": "completed", "lesson": "01-starter", "at": clock().isoformat()}
    assert client.post("/v1/products/bread/events", json={"learner": key, "events": [event]}).status_code == 200
    plan = client.get(PLANS, params={"learner": key}).json()["plan"]
    assert (plan["done"], plan["next"]["lesson"], plan["weeks"][0]["lessons"][0]["standing"]) == (1, "02-dough", "done")


def test_a_host_plans_for_its_learners(client: httpx.Client, bakery: House) -> None:
    proof = host_token(bakery, Scope.TURNS, Scope.READ)
    assert client.post(PLANS, json={"learner": "17", "finish": True}, headers=proof).status_code == 201
    assert client.get(PLANS, params={"learner": "17"}, headers=proof).json()["state"] == "planned"
    reading = host_token(bakery, Scope.READ)
    assert_problem(client.post(PLANS, json={"learner": "17", "finish": True}, headers=reading), 403)


def test_nobodys_and_others_plans_are_refused(client: httpx.Client) -> None:
    mine, other = new_key(client), new_key(client, "/v1/products/tea-house/learners")
    assert_problem(client.post(PLANS, json={"finish": True}), 401)
    assert_problem(client.get(PLANS), 401)
    assert_problem(send(client, "l-" + "0" * 32, finish=True), 403)
    assert_problem(send(client, other, finish=True), 403)
    assert_problem(client.get(PLANS, params={"learner": mine}), 404)
    assert_problem(client.patch(PLANS, json={"learner": mine}), 404)


@pytest.mark.parametrize(
    "answers",
    [
        {"hours": 0},
        {"hours": 61},
        {"deadline": "2020-01-01"},
        {"deadline": "2926-01-01"},
        {"goal": "x" * 501},
        {"experience": {"level": "new", "known": ["no-such-part"]}},
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_the_rest_is_kept(
    client: httpx.Client, answers: dict[str, Any]
) -> None:
    key = new_key(client)
    send(client, key, answers={"goal": "Bake"})
    problem = assert_problem(send(client, key, answers=answers), 422)
    assert problem["detail"].startswith(f"{next(iter(answers))}:")
    kept = client.get(PLANS, params={"learner": key}).json()["interview"]["answers"]
    assert kept == {"goal": "Bake"}


def test_what_somebody_is_reached_by_reaches_no_row_and_no_log(
    client: httpx.Client, bakery: House, caplog: pytest.LogCaptureFixture
) -> None:
    key = new_key(client)
    send(client, key, answers={"goal": "Bake, call +7 900 123-45-67"}, finish=True)
    files = b"".join(file.read_bytes() for file in bakery.settings.home.glob("companion.db*"))
    assert b"900 123-45-67" not in files
    assert "Bake" not in caplog.text
