"""Starting well on the pages: plain forms, a cookie, and nothing that needs a script."""

import re
from collections.abc import Iterator

import httpx
import pytest

from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from tests.api.planning import Planning, planning
from tests.api.serving import serving
from tests.api.test_learners import new_key
from tests.fakes import FixedClock

START, PLAN = "/p/bread/start", "/p/bread/plan"


@pytest.fixture(scope="module")
def bakery_of_plans(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[Planning]:
    with planning(tmp_path_factory.mktemp("plan-pages"), encoder) as opened:
        yield opened


@pytest.fixture
def reader(bakery_of_plans: Planning) -> Iterator[httpx.Client]:
    """A browser without scripts that follows redirects and keeps cookies."""
    with bakery_of_plans.reader() as client:
        yield client


@pytest.fixture
def clock(bakery_of_plans: Planning) -> FixedClock:
    return bakery_of_plans.clock


def answer(reader: httpx.Client, asking: str, act: str = "next", **fields: str) -> httpx.Response:
    return reader.post(START, data={"asking": asking, "act": act, **fields})


def make_plan(reader: httpx.Client, **fields: str) -> httpx.Response:
    for asking, value in fields.items():
        answer(reader, asking, **{asking: value})
    return answer(reader, "lang", act="skip") if len(fields) == 4 else answer(reader, "goal", act="finish", goal="")


def test_questions_are_asked_one_by_one_and_end_in_the_plan(reader: httpx.Client) -> None:
    assert "Question 1 of 5" in reader.get("/p/bread").text + reader.get(START).text
    assert "Question 2 of 5" in answer(reader, "goal", goal="Bake a loaf").text
    assert "Question 3 of 5" in answer(reader, "experience", level="some", words="", **{"known:03-oven": "yes"}).text
    assert "Question 4 of 5" in answer(reader, "hours", hours="1,5").text
    assert "Question 5 of 5" in answer(reader, "deadline", act="skip").text
    page = answer(reader, "lang", lang="en")
    assert page.url.path == PLAN
    assert "Your plan" in page.text
    assert "Bake a loaf" in page.text
    assert "Hours a week: 1.5" in page.text
    assert page.text.count("you may skim it") == 1
    assert page.headers["cache-control"] == "no-store"


def test_who_comes_back_goes_on_where_they_were(reader: httpx.Client) -> None:
    answer(reader, "goal", goal="Bake <b>a</b> loaf")
    again = reader.get(START).text
    assert "Question 2 of 5" in again
    before = reader.get(f"{START}?ask=goal").text
    assert "Bake &lt;b&gt;a&lt;/b&gt; loaf</textarea>" in before


def test_an_answer_that_cannot_be_is_shown_again_with_why(reader: httpx.Client) -> None:
    page = answer(reader, "hours", hours="a lot")
    assert page.status_code == 422
    assert 'value="a lot"' in page.text
    assert "is no number" in page.text
    assert 'aria-invalid="true"' in page.text
    russian = reader.post(f"{START}?lang=ru", data={"asking": "deadline", "act": "next", "deadline": "2020-01-01"})
    assert "этот день уже прошёл" in russian.text


def test_a_plan_is_marked_off_and_laid_out_anew(reader: httpx.Client, clock: FixedClock) -> None:
    make_plan(reader)
    done = reader.post(PLAN, data={"done": "01-starter"})
    assert "Done: 1 of 4" in done.text
    clock.move(days=10)
    assert "You are behind" in reader.get(PLAN).text
    fresh = reader.post(PLAN, data={"again": "yes"})
    assert "You are behind" not in fresh.text
    assert "Version 2 of the plan" in fresh.text
    assert "Done before" in fresh.text
    wrong = reader.post(PLAN, data={"again": "yes", "hours": "0", "deadline": "", "starts": ""})
    assert wrong.status_code == 422
    assert re.search(r'id="hours"[^>]*value="0"[^>]*aria-invalid', wrong.text)
    assert reader.post(PLAN, data={"again": "yes", "starts": "2020-01-01"}).status_code == 422
    assert reader.post(PLAN, data={"done": "no-such-lesson"}).status_code == 404


def test_without_a_plan_the_plans_page_leads_to_the_questions(reader: httpx.Client) -> None:
    assert reader.get(PLAN).url.path == START


def test_the_cookie_is_for_these_pages_alone_and_no_script_reads_it(reader: httpx.Client) -> None:
    reader.follow_redirects = False
    cookie = answer(reader, "goal", goal="Bake").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/p/bread" in cookie


def test_the_assistants_learner_is_taken_up(reader: httpx.Client) -> None:
    key = new_key(reader)
    assert reader.post(f"{START}/learner", data={"learner": key}).status_code == 204
    make_plan(reader)
    told = reader.get("/v1/products/bread/plans", params={"learner": key}).json()
    assert told["state"] == "planned"
    assert reader.post(f"{START}/learner", data={"learner": "l-" + "0" * 32}).status_code == 403


def test_forms_of_other_sites_are_refused_and_make_nobody(reader: httpx.Client) -> None:
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    for address, fields in ((START, {"asking": "goal", "goal": "x"}), (PLAN, {"again": "yes"})):
        refused = reader.post(address, data=fields, headers=foreign)
        assert refused.status_code == 403
        assert "set-cookie" not in refused.headers


def test_what_no_form_sends_is_refused(reader: httpx.Client) -> None:
    assert reader.post(START, data={"asking": "salary"}).status_code == 422
    assert reader.post(START, content=b"\xff\xfe" * 50).status_code == 422
    assert reader.get("/p/no-such-product/start").status_code == 404


def test_a_learner_who_was_erased_begins_anew(reader: httpx.Client) -> None:
    reader.cookies.set("companion-learner", "l-" + "0" * 32, path="/p/bread")
    assert "Question 1 of 5" in reader.get(START).text
    assert "Question 2 of 5" in answer(reader, "goal", goal="Bake").text


def test_a_platform_shows_blocks_with_their_reasons_and_what_is_neither_says_so(sample_house: House) -> None:
    with serving(sample_house) as client:
        author = client.get("/p/author-en/start", headers={"Accept": "text/html"}).text
        assert "Plans are made for courses and platforms" in author
        assert "<form" not in author
        assert 'href="/p/author-en/start"' not in client.get("/p/author-en").text
        assert 'href="/p/ab-tests-en/start"' in client.get("/p/ab-tests-en").text

        client.follow_redirects = True
        start = "/p/platform-en/start"
        ticks = client.post(start, data={"asking": "goal", "act": "next", "goal": "explain p-values to my boss"}).text
        assert "Week 2. Design" in ticks
        assert "Неделя" not in ticks
        known = {"known:ab-tests-en:Week 2. Design": "yes"}
        page = client.post(start, data={"asking": "experience", "act": "finish", "level": "some", **known})
    assert page.url.path == "/p/platform-en/plan"
    first = page.text.split('<li class="story"')[1]
    assert "Week 3. Analysis" in first
    assert "reading intervals and p-values" in first
    assert "Needs, and you have it" in first
    assert "You can begin at once." in first
