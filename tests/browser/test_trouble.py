"""When something breaks: it is said, the words are kept, and one press tries again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.widget import COVERED, Widget, events_of, is_turn, sent, stream


def open_course(page: Page, service: str) -> Widget:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    widget = Widget(page)
    expect(widget.root.locator(".chip").first).to_be_visible()
    return widget


def test_a_service_that_is_gone_is_named_and_the_question_can_be_tried_again(page: Page, service: str) -> None:
    widget = open_course(page, service)
    page.route("**/turns", lambda route: route.abort())
    widget.type_and_send(COVERED["en"])
    expect(widget.problem).to_contain_text("The companion cannot be reached")
    expect(widget.last.locator(".question")).to_contain_text(COVERED["en"])
    page.reload()
    expect(widget.problem).to_contain_text("The companion cannot be reached")
    page.unroute("**/turns")
    widget.problem.get_by_role("button", name="Try again").click()
    expect(widget.last.locator(".sources > li").first).to_be_visible()
    expect(widget.problem).to_have_count(0)
    expect(widget.root.locator(".exchange")).to_have_count(1)


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (403, {}, "This site may not ask here"),
        (404, {}, "No such course"),
        (413, {}, "The text is too long"),
        (422, {}, "Change the text and send it again"),
        (500, {}, "Something went wrong"),
        (503, {}, "try again in a minute"),
        (503, {"Retry-After": "7"}, "try again in 7 s"),
    ],
)
def test_each_refusal_says_what_to_do(
    page: Page, service: str, status: int, headers: dict[str, str], words: str
) -> None:
    widget = open_course(page, service)
    problem = {"type": "about:blank", "title": "No", "status": status, "detail": "text: holds no words"}
    page.route("**/turns", lambda route: route.fulfill(status=status, json=problem, headers=headers))
    widget.type_and_send("?!")
    expect(widget.problem).to_contain_text(words)
    # The service's own words are for whoever built the page.
    expect(widget.problem).not_to_contain_text("holds no words")
    expect(widget.problem.get_by_role("button", name="Try again")).to_be_visible()


def test_a_refused_question_can_be_taken_back_and_changed(page: Page, service: str) -> None:
    widget = open_course(page, service)
    problem = {"type": "about:blank", "title": "No", "status": 422, "detail": "too odd"}
    page.route("**/turns", lambda route: route.fulfill(status=422, json=problem))
    widget.type_and_send("An odd question")
    widget.problem.get_by_role("button", name="Edit the question").click()
    expect(widget.field).to_have_value("An odd question")
    expect(widget.field).to_be_focused()
    expect(widget.root.locator(".exchange")).to_have_count(0)


def test_a_product_that_does_not_exist_is_said_before_anything_is_asked(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    page.evaluate("document.querySelector('learning-companion').setAttribute('product', 'no-such-course')")
    expect(Widget(page).problem).to_contain_text("The service has no course called “no-such-course”")


def test_a_turn_that_breaks_keeps_what_had_come(page: Page, service: str) -> None:
    widget = open_course(page, service)
    problem = {"type": "about:blank", "title": "Broken", "status": 500, "detail": ""}
    meta = {"turn": "t-1", "conversation": "c-1", "product": "ab-tests-en", "locale": "en"}
    body = stream(("meta", meta), ("delta", {"text": "A target metric is"}), ("error", {"problem": problem}))
    page.route("**/turns", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    widget.type_and_send(COVERED["en"])
    expect(widget.last.locator(".text")).to_have_text("A target metric is")
    expect(widget.problem).to_contain_text("The fault is on our side")


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_cut_answer_is_taken_up_where_it_stopped(page: Page, service: str, lang: str) -> None:
    page.goto(f"{service}/p/ab-tests-{lang}?lang={lang}")
    widget = Widget(page)
    whole: list[bytes] = []
    turns: list[dict[str, Any]] = []

    def cut(route: Route) -> None:
        reply = route.fetch()
        whole.append(reply.body())
        turns.append(sent(route.request))
        # Inside the third event, and for Russian inside a letter: what is not whole must not be counted or shown.
        third = [place for place in range(len(whole[0])) if whole[0].startswith(b"data:", place)][2]
        route.fulfill(response=reply, body=whole[0][: third + len(b'data: {"text":"') + 1])

    page.route("**/turns", cut)
    with page.expect_request(lambda request: "/turns/" in request.url) as resumed:
        answer = widget.ask(COVERED[lang])
    events = events_of(whole[0].decode())
    turn, done = events[0][1]["turn"], dict(events)["done"]
    second = [line for line in whole[0].decode().splitlines() if line.startswith("id: ")][1]
    assert resumed.value.header_value("last-event-id") == second.removeprefix("id: ")
    assert f"/turns/{turn}?conversation=" in resumed.value.url
    assert len(turns) == 1, "the question must not be asked twice"
    expect(answer.locator(".sources > li")).to_have_count(len(done["citations"]))
    shown = answer.locator(".text").evaluate("node => node.textContent.replace(/\\s+/g, '')")
    for citation in done["citations"]:
        assert "".join(citation["quote"].split())[:40] in shown
    expect(widget.problem).to_have_count(0)


def test_a_line_that_stays_cut_ends_in_a_told_problem_and_retry_asks_nothing_twice(page: Page, service: str) -> None:
    widget = open_course(page, service)
    asked: list[str] = []

    def cut(route: Route) -> None:
        asked.append(route.request.url)
        reply = route.fetch()
        route.fulfill(response=reply, body=reply.body()[:400])

    page.route("**/turns", cut)
    page.route("**/turns/*", lambda route: route.abort())
    widget.type_and_send(COVERED["en"])
    expect(widget.last.locator(".status")).to_contain_text("The connection dropped")
    expect(widget.problem).to_contain_text("The companion cannot be reached")
    page.unroute("**/turns/*")
    widget.problem.get_by_role("button", name="Try again").click()
    expect(widget.last.locator(".verdict")).to_be_visible()
    assert len(asked) == 1


def test_an_answer_cut_off_by_leaving_the_page_goes_on_after_coming_back(page: Page, service: str) -> None:
    widget = open_course(page, service)
    with page.expect_response(is_turn):
        widget.ask(COVERED["en"])
    # The tab's memory as leaving in the middle of an answer would have left it.
    page.evaluate("""() => {
      const key = Object.keys(sessionStorage).find((name) => name.startsWith("learning-companion:"));
      const state = JSON.parse(sessionStorage.getItem(key));
      Object.assign(state.exchanges[0], { state: "running", text: "Half an ans", citations: [] });
      sessionStorage.setItem(key, JSON.stringify(state));
    }""")
    page.reload()
    expect(widget.last.locator(".sources > li").first).to_be_visible()
    expect(widget.last.locator(".verdict")).to_be_visible()
    expect(widget.last.locator(".text")).not_to_contain_text("Half an ans")


def test_stop_keeps_what_had_come_and_frees_the_field(page: Page, service: str) -> None:
    widget = open_course(page, service)
    held: list[Route] = []
    page.route("**/turns", lambda route: held.append(route))
    widget.type_and_send(COVERED["en"])
    widget.root.get_by_role("button", name="Stop").click()
    expect(widget.last.locator(".status")).to_contain_text("Stopped")
    expect(widget.root.get_by_role("button", name="Send")).to_be_visible()
    expect(widget.field).to_be_focused()
    page.unroute("**/turns")
    widget.ask("What is a guardrail metric?")
    expect(widget.root.locator(".exchange")).to_have_count(2)


def test_markup_in_an_answer_and_a_quote_stays_text(page: Page, service: str) -> None:
    widget = open_course(page, service)
    hostile = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"
    meta = {"turn": "t-1", "conversation": "c-1", "product": "ab-tests-en", "locale": "en"}
    place = {"kind": "heading", "value": hostile, "url": "javascript:window.hacked=1"}
    citation = {"number": 1, "passage": "p", "lesson": "l", "title": hostile, "quote": hostile, "locator": place}
    text = f"{hostile} [1]\n\n- {hostile}\n- and [7] cites nothing, nor does n[1]"
    done: dict[str, Any] = {
        **{"turn": "t-1", "conversation": "c-1", "outcome": "answered", "text": text, "citations": [citation]},
        **{"nearest": [], "confidence": 1.0, "gap": None, "composer": "model", "timing_ms": {}},
    }
    body = stream(("meta", meta), ("delta", {"text": text}), ("citation", citation), ("done", done))
    page.route("**/turns", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    answer = widget.ask("Anything")
    answer.locator(".marker").first.click()
    expect(answer.locator(".text p").first).to_contain_text("<script>window.hacked = 1</script>")
    expect(answer.locator("blockquote")).to_have_text(hostile)
    expect(answer.locator(".text li")).to_have_count(2)
    expect(answer.locator(".text li").last).to_have_text("and [7] cites nothing, nor does n[1]")
    expect(answer.locator("script, img, a")).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_a_lesson_the_page_names_wrongly_breaks_no_question(page: Page, service: str) -> None:
    widget = open_course(page, service)
    page.evaluate("document.querySelector('learning-companion').setAttribute('lesson', 'renamed-since')")
    statuses: list[tuple[int, str | None]] = []
    page.on(
        "response",
        lambda told: statuses.append((told.status, sent(told.request).get("lesson"))) if is_turn(told) else None,
    )
    answer = widget.ask(COVERED["en"])
    expect(answer.locator(".sources > li").first).to_be_visible()
    expect(widget.problem).to_have_count(0)
    assert statuses == [(404, "renamed-since"), (200, None)]


def test_a_lesson_that_stays_unknown_is_asked_without_only_once(page: Page, service: str) -> None:
    widget = open_course(page, service)
    page.evaluate("document.querySelector('learning-companion').setAttribute('lesson', 'renamed-since')")
    asked: list[str | None] = []
    problem = {"type": "lesson-not-found", "title": "Not Found", "status": 404, "detail": "no lesson"}

    def refuse(route: Route) -> None:
        asked.append(sent(route.request).get("lesson"))
        route.fulfill(status=404, json=problem)

    page.route("**/turns", refuse)
    widget.type_and_send(COVERED["en"])
    expect(widget.problem).to_be_visible()
    assert asked == ["renamed-since", None]
