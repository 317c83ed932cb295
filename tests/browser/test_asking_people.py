"""The whole way to a person and back: pressed, agreed to, answered at the console, told where it was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import BrowserContext, Page, expect

from assistant.decide_hand_over import decline_hand_over
from assistant.hand_over import HandOverState, find_hand_over, queue
from companion.wiring import House
from foundation.ids import PersonId
from learning.roles import Role
from tests.api.console.visiting import PASSWORD, hire
from tests.api.serving import COVERED, LESSONS, NOT_COVERED, TURNS, serving
from tests.browser.widget import Widget, is_turn, remembered, sent


@pytest.fixture
def curator(house: House, take_in: Callable[..., Any], unmeasured: None, monkeypatch: pytest.MonkeyPatch) -> PersonId:
    """Vera, who answers for a small course."""
    monkeypatch.setattr("learning.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    take_in(LESSONS, "bread")
    return hire(house, "vera", bread=Role.CURATOR)


@pytest.fixture
def bakery(house: House, curator: PersonId) -> Iterator[str]:
    """The address of their service."""
    with serving(house) as client:
        # What the first question has to read is read before a browser waits for it.
        assert client.post(TURNS, json={"text": COVERED}).status_code == 200
        yield str(client.base_url).rstrip("/")


def test_a_learner_asks_a_person_and_is_told_in_another_tab_on_another_day(
    contexts: partial[BrowserContext], bakery: str
) -> None:
    learner = contexts()
    page = learner.new_page()
    page.goto(f"{bakery}/p/bread?lang=en")
    widget = Widget(page)
    answer = widget.ask(COVERED)
    answer.get_by_role("button", name="Ask a person").click()
    form = answer.locator(".handed form")
    expect(form).to_contain_text("A person on the team will see your question and conversation")
    note = form.get_by_label("Anything to add?")
    expect(note).to_be_focused()
    note.fill("I use rye flour")
    form.get_by_label("What may they call you?").fill("Ann")
    with page.expect_response(lambda response: response.url.endswith("/hand-overs")) as pressed:
        form.get_by_role("button", name="Send to a person").click()
    told = sent(pressed.value.request)
    assert told["consent"] is True
    assert told["turn"] == remembered(page)["exchanges"][-1]["turn"]
    assert told["learner"] == page.evaluate("localStorage.getItem('companion-learner-bread')")
    expect(answer.locator(".handed")).to_contain_text("A person has your question.")
    expect(answer.get_by_role("button", name="Ask a person")).to_be_hidden()
    page.close()

    desk = contexts(java_script_enabled=False).new_page()
    desk.goto(f"{bakery}/console/p/bread/hand-overs")
    desk.get_by_label("Login").fill("vera")
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Log in").click()
    desk.get_by_role("link", name=COVERED).click()
    expect(desk.locator("main")).to_contain_text("I use rye flour")
    reply = desk.get_by_label("What the learner will read")
    assert "Hello Ann!" in reply.input_value()
    reply.fill("Four hours.\n\nRye takes three.")
    desk.get_by_role("button", name="Send the reply").click()
    expect(desk.get_by_role("status")).to_have_text("The reply is sent. The learner sees it in the conversation.")

    later = learner.new_page()
    later.goto(f"{bakery}/p/bread?lang=en")
    news = Widget(later).last
    expect(news.locator(".question")).to_contain_text(COVERED)
    expect(news.locator(".case")).to_contain_text("Vera has answered")
    expect(news.locator(".said")).to_have_text("Four hours.\n\nRye takes three.")
    desk.goto(f"{bakery}/console/p/bread/hand-overs?state=answered")
    desk.get_by_role("link", name=COVERED).click()
    expect(desk.locator("main")).to_contain_text("seen by the learner")
    later.reload()
    expect(Widget(later).root.locator(".said")).to_have_count(1)


def test_a_closed_assistant_says_that_somebody_answered(
    page: Page, bakery: str, house: House, curator: PersonId
) -> None:
    page.set_viewport_size({"width": 360, "height": 720})
    page.clock.install()
    page.goto(f"{bakery}/p/bread/lessons/02-dough?lang=ru")
    widget = Widget(page)
    widget.launcher.click()
    widget.root.get_by_role("button", name="Спросить человека").click()
    question = widget.root.get_by_label("На что нужно ответить?")
    expect(question).to_be_focused()
    question.fill("Когда дегустация?")
    widget.root.get_by_role("button", name="Отправить человеку").click()
    expect(widget.last.locator(".handed")).to_contain_text("Вопрос у человека.")
    expect(widget.root.locator(".stuck-box")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(widget.launcher).to_be_visible()
    with house.database.write() as session:
        (card,) = queue(session, ["bread"], state=HandOverState.WAITING)
        assert card.card["where"]["lesson"] == "02-dough"
        decline_hand_over(session, "bread", card.id, by=curator, reason="Её не будет.", now=house.clock())
    page.clock.fast_forward(15_000)
    expect(widget.launcher).to_have_text("Вам ответили")
    with house.database.read() as session:
        assert find_hand_over(session, "bread", card.id).told is None
    with page.expect_response(lambda response: "/told" in response.url):
        widget.launcher.click()
    expect(widget.last.locator(".said")).to_have_text("Её не будет.")
    with house.database.read() as session:
        assert find_hand_over(session, "bread", card.id).told is not None


def test_a_question_is_taken_back(page: Page, bakery: str, house: House) -> None:
    page.goto(f"{bakery}/p/bread?lang=en")
    widget = Widget(page)
    answer = widget.ask(NOT_COVERED)
    answer.get_by_role("button", name="Ask a person").click()
    answer.get_by_role("button", name="Send to a person").click()
    back = answer.get_by_role("button", name="Take it back")
    expect(back).to_be_focused()
    back.click()
    expect(answer.locator(".handed")).to_have_text("You took this question back.")
    with house.database.read() as session:
        assert queue(session, ["bread"], state=HandOverState.WAITING) == []


def test_a_press_on_the_page_opens_the_assistant_on_its_exercise(page: Page, bakery: str) -> None:
    page.set_viewport_size({"width": 360, "height": 720})
    page.goto(f"{bakery}/p/bread/lessons/02-dough?lang=en")
    page.evaluate("""() => {
      const hint = document.createElement("a");
      hint.href = "#";
      hint.textContent = "A hint for this exercise";
      Object.assign(hint.dataset, { companion: "hint", block: "02-dough/resting" });
      document.querySelector("main").prepend(hint);
    }""")
    with page.expect_response(is_turn) as asked:
        page.get_by_text("A hint for this exercise").click()
    told = sent(asked.value.request)
    assert (told["want"], told["block"], told["lesson"]) == ("hint", "02-dough/resting", "02-dough")
    expect(Widget(page).last.locator(".question")).to_contain_text("Give me a hint")
    expect(Widget(page).last.locator(".verdict")).to_be_visible()
