"""Thumbs, comments and "I'm stuck": recorded by the service and thanked for."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.widget import COVERED, NOT_COVERED, Widget, sent


def is_feedback(response: Response) -> bool:
    return response.url.endswith("/feedback") and response.request.method == "POST"


def test_a_thumb_is_recorded_and_thanked_for(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    answer = Widget(page).ask(COVERED["en"])
    up = answer.get_by_role("button", name="This helped")
    with page.expect_response(is_feedback) as told:
        up.click()
    assert told.value.status == 201
    assert told.value.json()["kind"] == "thumb_up"
    expect(up).to_have_attribute("aria-pressed", "true")
    expect(answer.locator(".reply").first).to_have_text("Thank you.")


def test_a_thumb_down_is_recorded_and_invites_a_comment(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-ru?lang=ru")
    answer = Widget(page).ask(COVERED["ru"])
    with page.expect_response(is_feedback) as told:
        answer.get_by_role("button", name="Не помогло").click()
    assert told.value.status == 201
    form = answer.locator("form")
    expect(form).to_be_visible()
    form.locator("textarea").fill("Хочется ещё один пример с расчётом.")
    with page.expect_response(is_feedback) as told:
        form.get_by_role("button", name="Отправить отзыв").click()
    assert told.value.status == 201
    comment = sent(told.value.request)
    assert comment["kind"] == "comment"
    assert comment["turn"]
    assert comment["text"] == "Хочется ещё один пример с расчётом."
    expect(answer.locator(".reply").first).to_have_text("Спасибо. Команда это увидит.")
    expect(form).to_be_hidden()


def test_a_vote_survives_a_reload(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    answer = Widget(page).ask(COVERED["en"])
    answer.get_by_role("button", name="This helped").click()
    expect(answer.locator(".reply").first).to_have_text("Thank you.")
    page.reload()
    expect(Widget(page).root.get_by_role("button", name="This helped")).to_have_attribute("aria-pressed", "true")


def test_after_a_decline_a_person_is_the_next_step(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    answer = Widget(page).ask(NOT_COVERED["en"])
    expect(answer.get_by_role("button", name="Ask a person")).to_have_class(re.compile("strong"))
    answer.get_by_role("button", name="Ask a person").click()
    note = answer.get_by_label("Anything to add? (optional)")
    expect(note).to_be_focused()
    note.fill("I need this for my book club.")
    with page.expect_response(lambda response: response.url.endswith("/hand-overs")) as told:
        answer.get_by_role("button", name="Send to a person").click()
    assert told.value.status == 201
    expect(answer.locator(".handed")).to_contain_text("A person has your question.")


def test_a_comment_that_could_not_be_sent_keeps_its_words(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    answer = Widget(page).ask(COVERED["en"])
    answer.get_by_role("button", name="Comment").click()
    field = answer.locator("form textarea")
    field.fill("Please add a picture.")
    page.route("**/feedback", lambda route: route.abort())
    answer.get_by_role("button", name="Send comment").click()
    expect(answer.locator("form .reply.broken")).to_contain_text("The companion cannot be reached")
    expect(field).to_have_value("Please add a picture.")
    page.unroute("**/feedback")
    answer.get_by_role("button", name="Send comment").click()
    expect(answer.locator(".reply").first).to_have_text("Thank you. The team will see this.")


@pytest.mark.parametrize(
    ("lang", "stuck", "where", "tried"),
    [
        ("en", "I’m stuck", "Sample size: I get a different number than the lesson", "Checked the formula twice"),
        ("ru", "Не могу разобраться", "Размер выборки: у меня выходит другое число", "Дважды проверил формулу"),
    ],
)
def test_somebody_who_is_stuck_gets_lessons_and_an_example(
    page: Page, service: str, lang: str, stuck: str, where: str, tried: str
) -> None:
    page.goto(f"{service}/p/ab-tests-{lang}?lang={lang}")
    widget = Widget(page)
    button = widget.root.get_by_role("button", name=stuck)
    button.click()
    form = widget.root.locator(".stuck-form")
    expect(form.locator("[name=where]")).to_be_focused()
    form.locator("[name=where]").fill(where)
    form.locator("[name=tried]").fill(tried)
    with page.expect_response(is_feedback) as told:
        form.locator("[type=submit]").click()
    assert told.value.status == 201
    reply = told.value.json()
    assert reply["kind"] == "stuck"
    assert sent(told.value.request)["text"] == f"{where}\n\n{tried}"
    expect(widget.last.locator(".question")).to_contain_text(where)
    expect(form).to_have_count(0)
    assert reply["nearest"], "the course has lessons on sample size"
    expect(widget.last.locator(".lessons a")).to_have_count(len(reply["nearest"]))
    if reply["case"]:
        labelled = {
            "en": "An example: somebody stuck in a similar place",
            "ru": "Пример: кто-то застрял на похожем месте",
        }
        expect(widget.last.locator(".case .badge")).to_have_text(labelled[lang])
        expect(widget.last.locator(".case")).to_contain_text(reply["case"]["title"])

    asked = {"en": "Tell me once this is mended", "ru": "Сообщить, когда исправят"}[lang]
    with page.expect_response(lambda answer: answer.url.endswith("/news") and answer.status == 201) as promised:
        widget.last.get_by_role("button", name=asked).click()
    assert sent(promised.value.request)["item"] == reply["id"]
    expect(widget.last.get_by_role("button", name=asked)).to_have_count(0)
    expect(widget.last.get_by_role("status")).to_contain_text({"en": "Thank you.", "ru": "Спасибо."}[lang])


def test_the_case_of_somebody_else_is_labelled_as_an_example(page: Page, service: str) -> None:
    # Whether a like case exists depends on the content; how it is shown does not.
    told = {
        "id": "item-1",
        "kind": "stuck",
        "nearest": [],
        "case": {"title": "Uneven groups", "situation": "One group had <b>more</b> people.", "url": "/p/ab-tests-en"},
    }
    page.route("**/feedback", lambda route: route.fulfill(status=201, json=told))
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    widget = Widget(page)
    widget.root.get_by_role("button", name="I’m stuck").click()
    widget.root.locator("[name=where]").fill("The groups differ in size")
    widget.root.locator(".stuck-form [type=submit]").click()
    case = widget.last.locator(".case")
    expect(case.locator(".badge")).to_have_text("An example: somebody stuck in a similar place")
    expect(case).to_contain_text("One group had <b>more</b> people.")
    expect(case.get_by_role("link")).to_have_attribute("href", f"{service}/p/ab-tests-en")


def test_a_lesson_the_page_names_wrongly_keeps_nobody_from_saying_it(page: Page, service: str) -> None:
    page.goto(f"{service}/p/ab-tests-en?lang=en")
    page.evaluate("document.querySelector('learning-companion').setAttribute('lesson', 'renamed-since')")
    widget = Widget(page)
    widget.root.get_by_role("button", name="I’m stuck").click()
    widget.root.locator("[name=where]").fill("Sample size: I get a different number than the lesson")
    with page.expect_response(lambda response: is_feedback(response) and response.status == 201) as told:
        widget.root.locator(".stuck-form [type=submit]").click()
    assert "lesson" not in sent(told.value.request)
    expect(widget.last.locator(".lessons a")).not_to_have_count(0)
