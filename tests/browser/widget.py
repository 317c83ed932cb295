"""The widget as a learner meets it, so that tests read as what a learner does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, Request, Response, expect

COVERED = {"en": "Why should a test have one target metric?", "ru": "Почему целевая метрика одна?"}
NOT_COVERED = {"en": "How do I configure Kubernetes ingress?", "ru": "Как настроить кластер Kubernetes?"}


@dataclass(frozen=True)
class Widget:
    """Playwright's locators reach into the open shadow root by themselves."""

    page: Page

    @property
    def root(self) -> Locator:
        return self.page.locator("learning-companion")

    @property
    def field(self) -> Locator:
        return self.root.locator(".field textarea")

    @property
    def panel(self) -> Locator:
        return self.root.locator(".panel")

    @property
    def launcher(self) -> Locator:
        return self.root.locator(".launcher")

    @property
    def last(self) -> Locator:
        """The last exchange."""
        return self.root.locator(".exchange").last

    @property
    def problem(self) -> Locator:
        return self.root.locator(".problem")

    def type_and_send(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def ask(self, text: str) -> Locator:
        """Asks and waits for the whole answer; its exchange."""
        before = self.root.locator(".exchange").count()
        self.type_and_send(text)
        exchange = self.root.locator(".exchange").nth(before)
        expect(exchange.locator(".verdict")).to_be_visible()
        return exchange


def remembered(page: Page) -> dict[str, Any]:
    """What the tab remembers of the only conversation in it."""
    state: dict[str, Any] = page.evaluate("""() => {
      const key = Object.keys(sessionStorage).find((name) => name.startsWith("learning-companion:"));
      return JSON.parse(sessionStorage.getItem(key));
    }""")
    return state


def last_done(page: Page, service: str, product: str) -> dict[str, Any]:
    """The last turn's `done`, as the service kept it; the browser keeps no body of a stream."""
    state = remembered(page)
    turn = state["exchanges"][-1]["turn"]
    address = f"{service}/v1/products/{product}/turns/{turn}?conversation={state['conversation']}"
    return dict(events_of(page.request.get(address).text()))["done"]


def stream(*events: tuple[str, dict[str, Any]], turn: str = "t-1") -> bytes:
    """Events as they stand on the wire, numbered from 1."""
    parts = [
        f"id: {turn}.{number}\nevent: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        for number, (name, data) in enumerate(events, start=1)
    ]
    return "".join(parts).encode()


def events_of(body: str) -> list[tuple[str, dict[str, Any]]]:
    """The wire's events back as names and data; only as much of the format as the service uses."""
    found = []
    for block in body.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != ":")
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def sent(request: Request) -> dict[str, Any]:
    """What the widget put into a request."""
    body: dict[str, Any] = json.loads(request.post_data or "{}")
    return body


def is_turn(response: Response) -> bool:
    return response.url.endswith("/turns") and response.request.method == "POST"
