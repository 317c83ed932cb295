"""The widget on somebody else's page, on another origin."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.widget import COVERED, Widget, is_turn


def host_address(host_page: str, service: str, product: str, **more: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in {"server": service, "product": product, **more}.items())
    return f"{host_page}/index.html?{query}"


def test_a_listed_site_gets_answers_and_its_links_lead_to_the_service(page: Page, service: str, host_page: str) -> None:
    page.goto(host_address(host_page, service, "ab-tests-en"))
    widget = Widget(page)
    widget.launcher.click()
    answer = widget.ask(COVERED["en"])
    answer.locator("summary").first.click()
    link = answer.locator(".open-lesson").first
    expect(link).to_have_attribute("target", "_blank")
    with page.context.expect_page() as opened:
        link.click()
    opened.value.wait_for_load_state()
    assert opened.value.url.startswith(f"{service}/p/ab-tests-en/lessons/")
    expect(opened.value.locator(":target")).to_be_visible()
    with page.expect_response(lambda response: response.url.endswith("/feedback")) as told:
        answer.get_by_role("button", name="This helped").click()
    assert told.value.status == 201


def test_a_site_that_is_not_listed_is_told_so(page: Page, service: str, host_page: str) -> None:
    page.goto(host_address(host_page, service, "ab-tests-ru", lang="en"))
    widget = Widget(page)
    widget.launcher.click()
    expect(widget.problem).to_contain_text("This site may not ask here")
    expect(widget.problem).to_contain_text(host_page)
    widget.type_and_send(COVERED["en"])
    expect(widget.last.locator(".problem")).to_contain_text("This site may not ask here")
    expect(widget.last.locator(".question")).to_contain_text(COVERED["en"])


def test_the_page_gains_one_element_and_nothing_else(page: Page, service: str, host_page: str) -> None:
    page.goto(f"{host_page}/index.html?server=http://127.0.0.1:9&product=ab-tests-en")
    before = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    page.add_script_tag(url=f"{service}/widget/v1/companion.js")
    expect(Widget(page).launcher).to_be_visible()
    after = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    assert after - before == set()
    assert page.evaluate("customElements.get('learning-companion') !== undefined")


def test_the_script_may_stand_on_a_page_twice(page: Page, service: str, host_page: str) -> None:
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(host_address(host_page, service, "ab-tests-en"))
    page.add_script_tag(url=f"{service}/widget/v1/companion.js")
    Widget(page).launcher.click()
    expect(Widget(page).root.locator(".chip").first).to_be_visible()
    assert failures == []


def test_the_host_pages_style_does_not_reach_inside_but_its_properties_do(
    page: Page, service: str, host_page: str
) -> None:
    page.goto(host_address(host_page, service, "ab-tests-en"))
    launcher = Widget(page).launcher
    expect(launcher).to_be_visible()
    read = "(node) => ['textTransform', 'letterSpacing', 'borderTopStyle'].map((name) => getComputedStyle(node)[name])"
    assert launcher.evaluate(read) == ["none", "normal", "none"]
    page.add_style_tag(content="learning-companion { --companion-accent: rgb(1, 2, 3); }")
    assert launcher.evaluate("(node) => getComputedStyle(node).backgroundColor") == "rgb(1, 2, 3)"


def test_inline_the_widget_fills_its_container(page: Page, service: str, host_page: str) -> None:
    page.goto(host_address(host_page, service, "ab-tests-en", mode="inline"))
    widget = Widget(page)
    expect(widget.root.locator(".chip").first).to_be_visible()
    expect(widget.launcher).to_have_count(0)
    container, panel = page.locator(".place").bounding_box(), widget.panel.bounding_box()
    assert container is not None
    assert panel is not None
    assert abs(container["width"] - panel["width"]) <= 1
    assert abs(container["height"] - panel["height"]) <= 1


@pytest.mark.parametrize(
    ("attribute", "browser_language", "words"),
    [
        ("ru", "en-US", "Спросить"),
        ("en", "ru-RU", "Ask about it"),
        ("", "ru-RU", "Ask about it"),
    ],
)
def test_the_language_is_the_attributes_then_the_pages(
    contexts: partial[BrowserContext], service: str, host_page: str, attribute: str, browser_language: str, words: str
) -> None:
    page = contexts(locale=browser_language).new_page()
    page.goto(host_address(host_page, service, "ab-tests-en", lang=attribute))
    expect(Widget(page).launcher).to_have_text(words)


def test_a_page_that_names_no_language_gets_the_browsers(
    contexts: partial[BrowserContext], service: str, host_page: str
) -> None:
    page = contexts(locale="ru-RU").new_page()
    page.goto(host_address(host_page, service, "ab-tests-en"))
    expect(Widget(page).launcher).to_be_visible()
    page.evaluate("""() => {
      document.documentElement.removeAttribute("lang");
      const element = document.querySelector("learning-companion");
      element.replaceWith(element.cloneNode());
    }""")
    expect(Widget(page).launcher).to_have_text("Спросить")


def test_on_a_narrow_screen_the_panel_covers_it_and_keeps_the_focus(
    contexts: partial[BrowserContext], service: str, host_page: str
) -> None:
    page = contexts(viewport={"width": 320, "height": 568}, reduced_motion="reduce").new_page()
    page.goto(host_address(host_page, service, "ab-tests-en"))
    widget = Widget(page)
    widget.launcher.click()
    expect(widget.root.locator(".chip").first).to_be_visible()
    assert widget.panel.bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 568}
    with page.expect_response(is_turn):
        widget.ask(COVERED["en"])
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") in {"learning-companion", "body"}
    widget.field.focus()
    page.keyboard.press("Escape")
    expect(widget.panel).to_be_hidden()
    expect(widget.launcher).to_be_focused()
