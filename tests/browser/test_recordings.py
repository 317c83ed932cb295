"""A citation of a recording opens the lesson, and the player stands at the second that was cited."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.widget import Widget, last_done

ASKED = {"ru": "Что записать на карточку теста?", "en": "What should be written on the test card?"}
SEEN = "video => video.readyState >= 1 ? video.currentTime : -1"


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_a_citation_of_a_recording_opens_the_player_at_its_second(page: Page, service: str, lang: str) -> None:
    page.goto(f"{service}/p/ab-tests-{lang}?lang={lang}")
    answer = Widget(page).ask(ASKED[lang])
    place = last_done(page, service, f"ab-tests-{lang}")["citations"][0]["locator"]
    assert place["kind"] == "time"
    assert place["value"] == "63"
    answer.locator("summary").first.click()
    expect(answer.locator(".open-lesson").first).to_contain_text("1:03")
    answer.locator(".open-lesson").first.click()

    page.wait_for_url("**/lessons/06-sample-size?t=63#t-63")
    page.wait_for_function(f"Math.abs(({SEEN})(document.querySelector('.recording video')) - 63) < 0.5")
    told = page.locator("#t-63")
    expect(told).to_be_in_viewport()
    expect(told).to_have_attribute("aria-current", "true")


def test_the_times_beside_what_is_said_seek_the_player_from_the_keyboard(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en/lessons/06-sample-size?lang=en")
    link = page.locator("#t-37 a.time")
    expect(link).to_have_accessible_name("Play from 0:37")
    address = page.url
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"({SEEN})(document.querySelector('.recording video')) >= 37")
    expect(page.locator("#t-37")).to_have_attribute("aria-current", "true")
    expect(link).to_be_focused()
    assert page.url == address


def test_without_javascript_a_time_opens_the_recording_at_its_second(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en/lessons/06-sample-size")
    href = page.locator("#t-37 a.time").get_attribute("href")
    assert href is not None
    assert href.endswith("/recordings/06-sample-size/06-sample-size#t=37")
    found = page.request.get(f"{service}{href}", headers={"Range": "bytes=0-99"})
    assert found.status == 206
    assert found.headers["content-type"] == "video/webm"
    assert len(found.body()) == 100
