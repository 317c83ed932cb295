"""A reader marks lessons as done: kept for them alone, and nothing is sent before they press."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Page, Request, expect

COURSE = "/p/ab-tests-en?lang=en"


def test_a_lesson_marked_as_done_is_marked_in_the_contents(page: Page, service: str) -> None:
    told: list[Request] = []
    page.on("request", lambda sent: told.append(sent) if "/v1/products/" in sent.url else None)
    page.goto(service + COURSE)
    slug = page.locator(".contents li[data-lesson]").first.get_attribute("data-lesson")
    page.goto(f"{service}/p/ab-tests-en/lessons/{slug}?lang=en")
    button = page.get_by_role("button", name="Mark as done")
    expect(button).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert not [sent for sent in told if sent.method == "POST" or "progress" in sent.url]

    button.press("Enter")
    marked = page.get_by_text("Marked as done")
    expect(marked).to_be_focused()
    expect(button).to_be_hidden()
    assert not [sent for sent in told if "l-" in sent.url.rpartition("/")[2]], "no key in an address"

    page.goto(service + COURSE)
    expect(page.get_by_text("Lessons done: 1 of")).to_be_visible()
    expect(page.locator("li.is-done")).to_have_count(1)
    expect(page.locator(f"li[data-lesson='{slug}'] .done-mark")).to_be_visible()
    page.reload()
    expect(page.locator("li.is-done")).to_have_count(1)


def test_what_cannot_be_kept_is_told_and_can_be_pressed_again(page: Page, service: str) -> None:
    page.goto(service + COURSE)
    slug = page.locator(".contents li[data-lesson]").last.get_attribute("data-lesson")
    page.route("**/learners", lambda route: route.abort())
    page.goto(f"{service}/p/ab-tests-en/lessons/{slug}?lang=en")
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_role("alert")).to_contain_text("could not be kept")
    page.unroute("**/learners")
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_text("Marked as done")).to_be_visible()
    expect(page.get_by_text("could not be kept")).to_be_hidden()


def test_help_is_offered_with_its_reasons_and_put_away(page: Page, service: str) -> None:
    api = f"{service}/v1/products/ab-tests-en"
    key = page.request.post(f"{api}/learners").json()["learner"]
    lesson = page.request.get(api).json()["lessons"][1]["id"]
    now = datetime.now(UTC).isoformat()
    tries = [{"id": str(n), "verb": "failed", "lesson": lesson, "block": "q1", "at": now} for n in range(4)]
    assert page.request.post(f"{api}/events", data={"learner": key, "events": tries}).json()["kept"] == 4
    page.add_init_script(f"localStorage.setItem('companion-learner-ab-tests-en', '{key}')")

    page.goto(f"{service}/p/ab-tests-en/lessons/{lesson}?lang=en")
    offer = page.get_by_role("region", name="Would some help be useful?")
    expect(offer).to_contain_text("4 failed attempts in a row")
    with page.expect_response(f"{api}/offers"):
        offer.get_by_label("Offer help").select_option("seldom")
    read = page.request.get(f"{api}/offers", headers={"Authorization": f"Bearer {key}"}).json()
    assert read["dial"] == "seldom"

    offer.get_by_role("button", name="Not now").click()
    expect(offer).to_be_hidden()
    with page.expect_response(lambda answer: "/offers?" in answer.url):
        page.reload()
    expect(offer).to_be_hidden()


def test_what_was_mended_is_told_until_it_was_seen(page: Page, service: str) -> None:
    api = f"{service}/v1/products/ab-tests-en"
    key = page.request.post(f"{api}/learners").json()["learner"]
    lesson = page.request.get(api).json()["lessons"][0]
    words = "“<b>One</b>” was changed on 2026-11-20 where you had trouble."
    told = {"id": "w-1", "lesson": lesson["id"], "title": "One", "url": lesson["url"], "text": words, "seen": None}
    page.route(f"{api}/news?*", lambda route: route.fulfill(json={"news": [{**told, "verdict": "watching"}]}))
    page.add_init_script(f"localStorage.setItem('companion-learner-ab-tests-en', '{key}')")

    page.goto(service + COURSE)
    news = page.get_by_role("region", name="Mended since you asked")
    expect(news.get_by_role("link", name=words)).to_have_attribute("href", lesson["url"])
    with page.expect_request(f"{api}/news/w-1/seen") as sent:
        news.get_by_role("button", name="Seen").click()
    assert (sent.value.method, sent.value.headers["authorization"]) == ("POST", f"Bearer {key}")
    expect(news).to_be_hidden()
