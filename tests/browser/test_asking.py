"""Asking in Russian and in English: the answer as it comes, its quotes, and an honest decline."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.widget import COVERED, NOT_COVERED, Widget, last_done, sent

# Notes every state of the answer's text while it grows, and whether the answer was already finished then.
WATCH = """
() => {
  const root = document.querySelector("learning-companion").shadowRoot;
  window.seen = [];
  new MutationObserver(() => {
    const text = root.querySelector(".text")?.textContent ?? "";
    if (text !== window.seen.at(-1)?.text) seen.push({ text, finished: root.querySelector(".verdict") !== null });
  }).observe(root, { childList: true, characterData: true, subtree: true });
}
"""


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_an_answer_is_shown_while_it_arrives(page: Page, service: str, lang: str) -> None:
    page.goto(f"{service}/p/ab-tests-{lang}?lang={lang}")
    widget = Widget(page)
    expect(widget.root.locator(".chip").first).to_be_visible()
    page.evaluate(WATCH)
    answer = widget.ask(COVERED[lang])
    seen = page.evaluate("seen")
    growing = [state["text"] for state in seen if state["text"] and not state["finished"]]
    assert growing, "nothing was shown before the answer was complete"
    whole = answer.locator(".text").inner_text()
    assert whole.strip()
    # What was shown early stays: the answer only grows.
    plain = answer.locator(".text").evaluate("node => node.textContent")
    assert all(plain.startswith(text.rstrip()) for text in growing)


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_citation_expands_to_its_verbatim_quote_and_opens_the_lesson_at_its_heading(
    page: Page, service: str, lang: str
) -> None:
    page.goto(f"{service}/p/ab-tests-{lang}?lang={lang}")
    widget = Widget(page)
    answer = widget.ask(COVERED[lang])
    citation = last_done(page, service, f"ab-tests-{lang}")["citations"][0]
    source = answer.locator(".sources > li").first
    expect(source.locator("blockquote")).to_be_hidden()
    answer.locator(".marker").first.click()
    expect(source.locator("blockquote")).to_have_text(citation["quote"])
    expect(source.locator("summary")).to_contain_text(citation["title"])
    expect(source.locator("summary")).to_be_focused()

    source.locator(".open-lesson").click()
    page.wait_for_url(f"**/p/ab-tests-{lang}/lessons/{citation['lesson']}*")
    anchor = unquote(urlsplit(page.url).fragment)
    heading = page.locator(":target")
    expect(heading).to_have_attribute("id", anchor)
    expect(heading).to_have_text(citation["locator"]["value"])
    expect(heading).to_be_in_viewport()
    # The conversation came along to the lesson.
    expect(Widget(page).root.locator(".question").first).to_contain_text(COVERED[lang])


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_a_question_the_course_does_not_cover_is_declined_with_next_steps(page: Page, service: str, lang: str) -> None:
    page.goto(f"{service}/p/ab-tests-{lang}?lang={lang}")
    widget = Widget(page)
    answer = widget.ask(NOT_COVERED[lang])
    done = last_done(page, service, f"ab-tests-{lang}")
    assert done["outcome"] == "declined"
    assert done["gap"]
    declined = {"en": "Not covered here", "ru": "Здесь ответа нет"}
    expect(answer.locator(".badge")).to_have_text(declined[lang])
    # Said once, by the answer itself.
    noted = {"en": "noted for the author", "ru": "записан для автора"}
    assert answer.inner_text().lower().count(noted[lang]) == 1
    links = answer.locator(".lessons a")
    assert links.all_inner_texts() == [near["title"] for near in done["nearest"]]
    person = {"en": "Ask a person", "ru": "Спросить человека"}
    expect(answer.get_by_role("button", name=person[lang])).to_be_visible()
    if done["nearest"]:
        links.first.click()
        page.wait_for_url(f"**{done['nearest'][0]['url']}")
        expect(page.locator("article h1").first).to_be_visible()


def test_a_suggestion_is_asked_by_clicking_it(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    widget = Widget(page)
    chip = widget.root.locator(".chip").first
    words = chip.inner_text()
    chip.click()
    expect(widget.last.locator(".question")).to_contain_text(words)
    expect(widget.last.locator(".verdict")).to_be_visible()
    expect(widget.last.locator(".sources > li").first).to_be_visible()


def test_a_second_question_goes_on_with_the_conversation_and_a_new_one_does_not(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    widget = Widget(page)
    asked: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if request.url.endswith("/turns"):
            asked.append(sent(request))

    page.on("request", note)
    widget.ask(COVERED["en"])
    widget.ask("What is a guardrail metric?")
    page.reload()
    expect(widget.root.locator(".exchange")).to_have_count(2)
    widget.ask("What is a proxy metric?")
    widget.root.get_by_role("button", name="New conversation").click()
    expect(widget.root.locator(".exchange")).to_have_count(0)
    widget.ask("What is a ratio metric?")
    conversations = [body.get("conversation") for body in asked]
    assert conversations[0] is None
    assert conversations[1] is not None
    assert conversations[1] == conversations[2]
    assert conversations[3] is None


def test_the_lesson_on_the_page_is_told_with_the_question(page: Page, service: str) -> None:
    lessons = page.request.get(f"{service}/v1/products/ab-tests-en").json()["lessons"]
    page.goto(f"{service}{lessons[1]['url']}")
    with page.expect_request("**/turns") as asked:
        Widget(page).ask(COVERED["en"])
    assert sent(asked.value)["lesson"] == lessons[1]["id"]


def test_a_position_on_the_element_goes_with_the_question_and_keeps_later_lessons_back(
    page: Page, service: str
) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    widget = Widget(page)
    widget.root.evaluate("element => element.setAttribute('position', '02-metrics')")
    with page.expect_request("**/turns") as asked:
        answer = widget.ask("What is CUPED?")
    assert sent(asked.value)["position"] == "02-metrics"
    expect(answer.locator(".text")).to_contain_text("This comes later, in the lesson “Variance reduction with CUPED”.")


def test_a_screen_reader_hears_the_whole_answer_once(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    widget = Widget(page)
    expect(widget.root.locator(".chip").first).to_be_visible()
    page.evaluate("""() => {
      window.heard = [];
      const live = document.querySelector("learning-companion").shadowRoot.querySelector("[aria-live=polite]");
      new MutationObserver(() => heard.push(live.textContent)).observe(live, { childList: true });
    }""")
    widget.ask(COVERED["en"])
    heard = page.evaluate("heard")
    assert len(heard) == 1
    assert heard[0].startswith("Answer: ")
    assert "Quotes: " in heard[0]
    assert "[1]" not in heard[0]


def test_markup_in_a_question_stays_text(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    widget = Widget(page)
    hostile = "What is a metric? <img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
    answer = widget.ask(hostile)
    expect(answer.locator(".question")).to_contain_text("<script>window.hacked=1</script>")
    expect(answer.locator(".question img")).to_have_count(0)
    assert page.evaluate("window.hacked") is None
