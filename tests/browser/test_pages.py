"""Our own pages: start, product, lesson, error; both languages, narrow screens, dark and light."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.widget import COVERED, NOT_COVERED, Widget

PAGES = Path(__file__).resolve().parents[2] / "api" / "pages"
WORDS = {lang: json.loads((PAGES / "texts" / f"{lang}.json").read_text("utf-8")) for lang in ("en", "ru")}

# WCAG 2.2's contrast ratio of every text on the page against the nearest painted background behind it.
CONTRAST = """
() => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const up = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
  const behind = (node) => {
    for (let at = node; at; at = up(at)) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const poor = [];
  const look = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) look(node.shadowRoot);
      const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
      if (!own || !node.checkVisibility() || ["SCRIPT", "STYLE", "NOSCRIPT", "TITLE"].includes(node.tagName)) continue;
      const style = getComputedStyle(node);
      const a = light(parse(style.color)), b = light(behind(node));
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) poor.push(`${node.localName}.${node.className}: ${ratio.toFixed(2)}`);
    }
  };
  look(document);
  return poor;
}
"""


def lessons(page: Page, service: str, product: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = page.request.get(f"{service}/v1/products/{product}").json()["lessons"]
    return found


def test_the_start_page_names_every_product_and_how_to_embed_one(page: Page, service: str) -> None:
    page.goto(f"{service}/?lang=en")
    products = page.request.get(f"{service}/v1/products").json()["products"]
    for product in products:
        card = page.locator(".card").filter(has=page.locator(f"a[href='/p/{product['slug']}']"))
        expect(card.locator("h3")).to_have_text(product["title"])
        expect(card.locator(".facts")).to_contain_text(str(product["lessons"]))
    expect(page.locator(".snippet code").first).to_contain_text(f'src="{service}/widget/v1/companion.js" defer')


def test_the_language_switch_keeps_the_page_and_changes_every_word(page: Page, service: str) -> None:
    address = lessons(page, service, "ab-tests-en")[1]["url"]
    page.goto(f"{service}{address}?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(Widget(page).field).to_have_attribute("placeholder", "Your question")
    page.locator(".language").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    assert page.url.startswith(f"{service}{address}")
    expect(page.locator(".around .next span")).to_have_text(WORDS["ru"]["next"])
    expect(Widget(page).field).to_have_attribute("placeholder", "Ваш вопрос")
    # The course itself stays in its own language.
    expect(page.locator("article")).to_have_attribute("lang", "en")


def test_a_product_page_lists_its_lessons_in_order_beside_the_assistant(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-ru?lang=ru")
    expected = lessons(page, service, "ab-tests-ru")
    links = page.locator(".contents a")
    expect(links).to_have_count(len(expected))
    assert links.all_inner_texts() == [lesson["title"] for lesson in expected]
    reading, companion = page.locator(".reading").bounding_box(), page.locator(".companion").bounding_box()
    assert reading is not None
    assert companion is not None
    assert companion["x"] >= reading["x"] + reading["width"]


def test_a_lesson_leads_to_its_neighbours_and_back_to_the_product(page: Page, service: str) -> None:
    known = lessons(page, service, "ab-tests-en")
    page.goto(f"{service}{known[1]['url']}?lang=en")
    expect(page.locator("article h1").first).to_have_text(known[1]["title"])
    page.locator(".around .next").click()
    expect(page.locator("article h1").first).to_have_text(known[2]["title"])
    page.locator(".around .previous").click()
    expect(page.locator("article h1").first).to_have_text(known[1]["title"])
    page.locator(".path a").last.click()
    page.wait_for_url("**/p/ab-tests-en*")


def test_an_address_that_leads_nowhere_gets_a_page_with_a_way_back(page: Page, service: str) -> None:
    reply = page.goto(f"{service}/p/no-such-course?lang=en")
    assert reply is not None
    assert reply.status == 404
    expect(page.locator(".status")).to_have_text("404")
    page.get_by_role("link", name=WORDS["en"]["error_home"]).click()
    expect(page.locator("h1")).to_have_text(WORDS["en"]["start_title"])


@pytest.mark.parametrize("width", [320, 360, 768])
def test_no_page_scrolls_sideways_on_a_narrow_screen(
    contexts: partial[BrowserContext], service: str, width: int
) -> None:
    page = contexts(viewport={"width": width, "height": 640}).new_page()
    known = lessons(page, service, "ab-tests-ru")
    for path in ["/", "/p/ab-tests-ru", "/p/no-such-course", *(lesson["url"] for lesson in known)]:
        page.goto(f"{service}{path}?lang=ru")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_on_a_narrow_screen_the_assistant_stands_below_the_lessons(
    contexts: partial[BrowserContext], service: str
) -> None:
    page = contexts(viewport={"width": 360, "height": 740}).new_page()
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    contents, companion = page.locator(".contents").bounding_box(), page.locator(".companion").bounding_box()
    assert contents is not None
    assert companion is not None
    assert companion["y"] >= contents["y"] + contents["height"]
    Widget(page).ask(COVERED["en"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_has_enough_contrast(contexts: partial[BrowserContext], service: str, scheme: str) -> None:
    page = contexts(color_scheme=scheme).new_page()
    lesson = lessons(page, service, "ab-tests-en")[1]["url"]
    for path in ["/", lesson, "/p/ab-tests-en"]:
        page.goto(f"{service}{path}?lang=en")
        if path != "/":
            expect(Widget(page).root.locator(".chip").first).to_be_visible()
        assert page.evaluate(CONTRAST) == [], path
    answer = Widget(page).ask(COVERED["en"])
    answer.locator("summary").first.click()
    Widget(page).ask(NOT_COVERED["en"])
    page.route("**/turns", lambda route: route.abort())
    Widget(page).type_and_send("And now?")
    expect(Widget(page).problem).to_be_visible()
    assert page.evaluate(CONTRAST) == []


def test_nothing_moves_for_who_asked_for_calm(contexts: partial[BrowserContext], service: str) -> None:
    page = contexts(reduced_motion="reduce").new_page()
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    Widget(page).ask(COVERED["en"])
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
