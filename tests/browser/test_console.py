"""The console in a real browser: without JavaScript and without a mouse, on a phone and in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import BrowserContext, Page, expect

from companion.wiring import House
from feedback.gaps import record_gap
from foundation.ids import ProductSlug, TurnId
from knowledge.products import ProductKind, register_product
from learning.roles import Role
from tests.api.console.visiting import PASSWORD, hire
from tests.api.serving import serving

BREAD = ProductSlug("bread")
PAGES = ["/console", "/console/people", "/console/account", "/console/p/bread", "/console/p/bread/people"]
PAGES += [f"/console/p/bread/{page}" for page in ("week", "themes", "lessons", "proposals", "releases", "settings")]
PAGES += ["/console/p/bread/cases", "/console/p/bread/gaps", "/console/p/bread/hand-overs", "/console/p/nobody"]


@pytest.fixture
def console(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a service with one product and its administrator."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("learning.passwords._hasher", quick)
    title = "Bread for beginners: from the first sourdough starter to a loaf that keeps for a week"
    with house.database.write() as session:
        register_product(session, BREAD, title=title, kind=ProductKind.COURSE, lang="en", now=house.clock())
        record_gap(
            session,
            product=BREAD,
            turn=TurnId("t-1"),
            question="https://example.org/" + "long" * 50,
            outcome="declined",
            lesson=None,
            now=house.clock(),
        )
    hire(house, "anna.with-a-long-login@bakery.example", everywhere=Role.ADMIN, bread=Role.MODERATOR)
    with serving(house) as client:
        yield str(client.base_url).rstrip("/")


def come_in(page: Page, console: str) -> None:
    page.goto(f"{console}/console")
    expect(page.locator("input[autofocus]")).to_be_focused()
    page.keyboard.type("anna.with-a-long-login@bakery.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{console}/console")
    expect(page.locator("h1")).to_be_visible()


def reach(page: Page, role: str, name: str) -> None:
    """Move the focus there as a keyboard does."""
    wanted = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab never reached {name}")


def test_somebody_is_invited_by_keyboard_alone_and_without_scripts(
    contexts: partial[BrowserContext], console: str
) -> None:
    page = contexts(java_script_enabled=False).new_page()
    come_in(page, console)
    reach(page, "link", "Bread for beginners: from the first sourdough starter to a loaf that keeps for a week")
    page.keyboard.press("Enter")
    reach(page, "link", "People")
    page.keyboard.press("Enter")
    reach(page, "button", "Make a link")
    page.keyboard.press("Enter")
    link = page.get_by_label("Link").input_value()
    assert link.startswith(f"{console}/console/invite/")

    bob = contexts(java_script_enabled=False, locale="ru-RU").new_page()
    bob.goto(link)
    bob.get_by_label("Имя").fill("Борис")
    bob.get_by_label("Логин").fill("boris")
    bob.get_by_label("Пароль").fill(PASSWORD)
    bob.keyboard.press("Enter")
    expect(bob.get_by_role("status")).to_contain_text("Добро пожаловать")
    page.goto(f"{console}/console/p/bread/people")
    expect(page.get_by_text("Борис", exact=True)).to_be_visible()


def test_the_first_tab_leads_past_what_stands_on_every_page(page: Page, console: str) -> None:
    come_in(page, console)
    page.goto(f"{console}/console/p/bread/gaps")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize(("locale", "scheme"), [("ru-RU", "dark"), ("en-GB", "light")])
def test_no_page_is_wider_than_a_phone(
    contexts: partial[BrowserContext], console: str, locale: str, scheme: str
) -> None:
    page = contexts(locale=locale, color_scheme=scheme, viewport={"width": 360, "height": 720}).new_page()
    page.goto(f"{console}/console/login")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    come_in(page, console)
    for path in PAGES:
        page.goto(f"{console}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
