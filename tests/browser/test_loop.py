"""The improvement loop in a real browser: from what a learner asks to a change that measurably helped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import BrowserContext, Page, expect

from companion.tending import tend
from companion.wiring import House
from feedback.inbox import NewItem
from feedback.inbox import take_in as keep
from feedback.item import ItemKind, Source, Voice
from foundation.ids import ProductSlug
from learning.enrolments import enrol
from learning.events import Verb, record_event
from learning.people import person_by_host_id
from learning.roles import Role
from tests.api.console.troubled import SAID
from tests.api.console.visiting import PASSWORD, hire
from tests.api.serving import LESSONS, serving
from tests.browser.widget import Widget
from tests.fakes import FixedClock

BREAD = ProductSlug("bread")
DESK = "/console/p/bread"
MENDED = "It rests for four hours at room temperature, longer in a cold kitchen."


@pytest.fixture
def school(
    house: House, take_in: Callable[..., object], unmeasured: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The address of a service with a course, its author, and seventy-five learners so far, the last ones this week."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("learning.passwords._hasher", quick)
    take_in(LESSONS, "bread")
    hire(house, "ann", bread=Role.AUTHOR)
    come(house, "before", troubled=45, since=timedelta(days=-25))
    with serving(house) as client:
        yield str(client.base_url).rstrip("/")


def come(house: House, name: str, *, troubled: int, since: timedelta, count: int = 75) -> None:
    """So many learners come to two lessons, one every eight hours; some of them get stuck in the second."""
    now = house.clock()
    items = []
    with house.database.write() as session:
        for number in range(count):
            at = now + since + timedelta(hours=8 * number)
            person = person_by_host_id(session, "host", f"{name}-{number}", now=at)
            enrol(session, person, BREAD, now=at)
            for step, lesson in enumerate(("01-starter", "02-dough")):
                record_event(
                    session,
                    f"{name}-{number}-{step}",
                    product=BREAD,
                    verb=Verb.OPENED,
                    actor=person,
                    lesson=lesson,
                    detail={},
                    at=at + timedelta(hours=step),
                )
            if number * troubled % count < troubled:
                said = NewItem(
                    BREAD,
                    ItemKind.STUCK,
                    SAID[number % len(SAID)],
                    lesson="02-dough",
                    source=Source.WEBHOOK,
                    learner=person,
                    voice=Voice.PERSON,
                    created=at + timedelta(hours=2),
                )
                items.append(said)
        assert not keep(session, items, now=at + timedelta(days=1)).refused


def log_in(page: Page, school: str) -> None:
    page.goto(f"{school}/console/login")
    page.get_by_label("Login").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{school}/console")


def test_a_question_becomes_a_change_that_is_released_and_measured(
    contexts: partial[BrowserContext], school: str, house: House, clock: FixedClock
) -> None:
    learner = contexts().new_page()
    learner.goto(f"{school}/p/bread/lessons/02-dough?lang=en")
    widget = Widget(learner)
    widget.ask("How long does the dough rest in a cold kitchen?")
    widget.root.get_by_role("button", name="I’m stuck").click()
    widget.root.locator("[name=where]").fill("I do not see how long the dough should rest")
    widget.root.locator(".stuck-form [type=submit]").click()
    expect(widget.root.locator(".stuck-form")).to_have_count(0)
    tended = tend(house, "bread")
    assert tended.proposals

    author = contexts(java_script_enabled=False).new_page()
    log_in(author, school)
    author.goto(f"{school}{DESK}/week")
    author.locator("main section").first.get_by_role("link").first.click()
    expect(author.get_by_role("heading", name="In their words")).to_be_visible()
    author.get_by_role("link", name="clearer").or_(author.get_by_role("link", name="missing answer")).first.click()
    # It is open where nothing in the course could be reused, for there is nothing to approve then.
    for closed in author.locator("details:not([open]) > summary", has_text="Write it your way").all():
        closed.click()
    author.get_by_label("New text").first.fill(MENDED)
    author.get_by_role("button", name="Save the change").click()
    expect(author.locator("ins").first).to_contain_text("It rests for four hours at room temperature")
    author.get_by_role("button", name="Approve").click()
    author.goto(f"{school}{DESK}/releases")
    author.get_by_role("button", name="Make a draft release").click()
    learner.reload()
    expect(learner.get_by_text(MENDED)).to_have_count(0)
    author.get_by_role("button", name="Publish").click()
    expect(author.get_by_role("status")).to_contain_text("Published")
    learner.reload()
    expect(learner.get_by_text(MENDED)).to_be_visible()

    come(house, "after", troubled=3, since=timedelta(hours=1))
    clock.move(days=40)
    tend(house, "bread")
    log_in(author, school)
    author.goto(f"{school}{DESK}/effects")
    author.get_by_role("link", name="It helped").click()
    picture = author.get_by_role("img", name="Share of learners with trouble, before and after")
    expect(picture).to_be_visible()
