"""Starting well as a reader does it: by keyboard, without scripts, and as one learner with the assistant beside it."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import BrowserContext, Page, expect


@pytest.mark.parametrize(("lang", "heading"), [("ru", "Ваш план"), ("en", "Your plan")])
def test_a_plan_is_made_without_scripts(
    contexts: partial[BrowserContext], service: str, lang: str, heading: str
) -> None:
    page = contexts(java_script_enabled=False, locale=lang).new_page()
    page.goto(f"{service}/p/ab-tests-{lang}")
    page.click("a[href$='/start']")
    page.fill("#goal", "p-value")
    page.click("button[value=finish]")
    expect(page.locator("h1")).to_have_text(heading)
    assert page.locator(".win a").count() == 1
    page.click("button[name=done] >> nth=0")
    expect(page.locator(".how-far progress")).to_have_attribute("value", "1")


def test_the_questions_are_answered_by_keyboard_and_fit_a_narrow_screen(
    contexts: partial[BrowserContext], service: str
) -> None:
    page = contexts(viewport={"width": 360, "height": 740}).new_page()
    page.goto(f"{service}/p/platform-en/start")
    page.focus("#goal")
    page.keyboard.type("choose metrics")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".step")).to_have_text("Question 2 of 5")
    page.check("#level-new")
    page.focus("button[value=finish]")
    page.keyboard.press("Enter")
    expect(page.locator(".blocks h2 >> nth=0")).to_have_text("Week 1. Question and metric")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_page_and_the_assistant_speak_of_one_learner(page: Page, service: str) -> None:
    kept = "localStorage.getItem('companion-learner-ab-tests-en')"
    page.goto(f"{service}/p/ab-tests-en/start")
    assert page.evaluate(kept) is None
    page.click("button[value=finish]")
    expect(page.locator("h1")).to_have_text("Your plan")
    page.wait_for_function(kept)
    key = page.evaluate(kept)
    # The cookie is lost, the assistant's key is not: the page takes it up.
    page.context.clear_cookies()
    page.goto(f"{service}/p/ab-tests-en/start")
    page.wait_for_selector("[data-start][data-learner]", state="attached")
    assert page.get_attribute("[data-start]", "data-learner") == key
