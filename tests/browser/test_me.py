"""What is kept about a learner: seen, corrected, deleted and erased on a page, by keyboard as well."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from tests.browser.test_pages import CONTRAST

PRODUCT = "ab-tests-en"
KEPT = f"companion-learner-{PRODUCT}"


def a_learner_who_told(page: Page, service: str, *messages: str) -> str:
    """A learner's key, kept in this page's browser, and what they told the assistant."""
    made = page.request.post(f"{service}/v1/products/{PRODUCT}/learners").json()
    key: str = made["learner"]
    for text in messages:
        page.request.post(f"{service}/v1/products/{PRODUCT}/turns", data={"text": text, "learner": key})
    page.goto(f"{service}/p/{PRODUCT}/me?lang=en")
    page.evaluate("([name, key]) => localStorage.setItem(name, key)", [KEPT, key])
    page.reload()
    return key


def test_what_is_remembered_is_corrected_and_deleted(page: Page, service: str) -> None:
    a_learner_who_told(page, service, "I work with <b>Excel</b>", "call me Ann")
    rows = page.locator(".items li")
    expect(rows).to_have_count(2)
    expect(rows.first.locator(".text")).to_have_text("<b>Excel</b>")
    expect(rows.first.locator(".said")).to_contain_text("I work with <b>Excel</b>")
    assert page.evaluate(CONTRAST) == []
    rows.nth(1).get_by_role("button", name="Other words for: Ann").press("Enter")
    field = rows.nth(1).get_by_role("textbox")
    expect(field).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("Anna")
    expect(field).to_have_value("Anna")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_role("status")).to_be_focused()
    expect(rows.nth(1).locator(".text")).to_have_text("Anna")
    page.get_by_role("button", name="Delete: Anna").click()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Delete all that is remembered").click()
    expect(page.get_by_text("Nothing is remembered.")).to_be_visible()


def test_the_dial_is_turned_and_stays(page: Page, service: str) -> None:
    a_learner_who_told(page, service)
    expect(page.get_by_label("once a week at most")).to_be_checked()
    page.get_by_role("radio", name="never", exact=True).check()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.reload()
    expect(page.get_by_role("radio", name="never", exact=True)).to_be_checked()


def test_a_learner_takes_their_data_along_and_is_erased(page: Page, service: str) -> None:
    key = a_learner_who_told(page, service, "call me Zenobia")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Save it as a file").click()
    told = json.loads(taken.value.path().read_text("utf-8"))
    assert [turn["question"] for turn in told["turns"]] == ["call me Zenobia"]
    page.get_by_role("button", name="Erase everything about me").click()
    expect(page.get_by_role("button", name="Yes, erase")).to_be_focused()
    page.get_by_role("button", name="Yes, erase").click()
    expect(page.get_by_role("status")).to_have_text("Everything about you was erased.")
    assert page.evaluate("name => localStorage.getItem(name)", KEPT) is None
    gone = page.request.get(f"{service}/v1/products/{PRODUCT}/memory", headers={"Authorization": f"Bearer {key}"})
    assert gone.status == 403


def test_who_is_not_known_is_told_so_in_their_language(page: Page, service: str) -> None:
    page.goto(f"{service}/p/{PRODUCT}/me?lang=ru")
    expect(page.get_by_text("О вас здесь ничего не хранится.")).to_be_visible()
    expect(page.locator(".known")).to_be_hidden()
