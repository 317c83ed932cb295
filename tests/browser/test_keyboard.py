"""The whole way without a mouse."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.widget import COVERED, Widget

FOCUSED_CLASS = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return `${at.localName}.${at.className}`;
}"""


def press_until(page: Page, key: str, wanted: str, limit: int = 40) -> None:
    for _ in range(limit):
        page.keyboard.press(key)
        if re.search(wanted, page.evaluate(FOCUSED_CLASS)):
            return
    raise AssertionError(f"{key} never reached {wanted}")


def test_open_ask_read_a_quote_and_close_by_keyboard_alone(page: Page, service: str, host_page: str) -> None:
    page.goto(f"{host_page}/index.html?server={service}&product=ab-tests-en&lang=en")
    widget = Widget(page)
    expect(widget.launcher).to_be_visible()
    press_until(page, "Tab", "launcher")
    page.keyboard.press("Enter")
    expect(widget.panel).to_be_visible()
    expect(widget.field).to_be_focused()

    page.keyboard.type("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type(COVERED["en"])
    expect(widget.field).to_have_value(f"First line\n{COVERED['en']}")
    page.keyboard.press("Enter")
    expect(widget.field).to_have_value("")
    expect(widget.last.locator(".verdict")).to_be_visible()

    press_until(page, "Shift+Tab", "marker")
    page.keyboard.press("Enter")
    quote = widget.last.locator("details[open] blockquote")
    expect(quote).to_be_visible()
    page.keyboard.press("Tab")
    expect(widget.last.locator("details[open] a")).to_be_focused()

    page.keyboard.press("Escape")
    expect(widget.panel).to_be_hidden()
    expect(widget.launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(quote).to_be_visible()


def test_what_has_the_focus_can_be_seen(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    widget = Widget(page)
    expect(widget.root.locator(".chip").first).to_be_visible()
    press_until(page, "Tab", "chip")
    read = "(node) => ['outlineStyle', 'outlineWidth'].map((name) => getComputedStyle(node)[name])"
    assert widget.root.locator(".chip").first.evaluate(read) == ["solid", "2px"]


def test_an_open_panel_comes_back_on_the_next_page_without_taking_the_focus(
    page: Page, service: str, host_page: str
) -> None:
    page.goto(f"{host_page}/index.html?server={service}&product=ab-tests-en&lang=en")
    widget = Widget(page)
    widget.launcher.click()
    widget.field.fill("A question half typ")
    page.reload()
    expect(widget.panel).to_be_visible()
    expect(widget.field).to_have_value("A question half typ")
    assert page.evaluate("document.activeElement.localName") == "body"


def test_a_long_question_is_counted_gently_and_cannot_exceed_the_limit(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    widget = Widget(page)
    counter = widget.root.locator(".counter")
    widget.field.fill("a" * 6_999)
    expect(counter).to_be_hidden()
    widget.field.fill("a" * 7_990)
    expect(counter).to_have_text("10 characters left")
    widget.field.press("End")
    page.keyboard.type("b" * 12)
    expect(counter).to_have_text("0 characters left")
    assert len(widget.field.input_value()) == 8_000
