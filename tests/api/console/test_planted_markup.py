"""Whatever people write, no page of ours runs it, loads from elsewhere for it, or makes a link to elsewhere of it.

Only a lesson's own links, which its author wrote and somebody released, lead away, and say that nobody here vouches.
"""

from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from lxml import html

from companion.wiring import House
from learning.roles import Role
from tests.api.console.visiting import HTML, Visitor, visit
from tests.api.serving import TURNS
from tests.conftest import TakeIn

EVIL = "collector.example"
MARKUP = (
    f'"><img src="//{EVIL}/p.png" onerror="alert(1)"><script src="https://{EVIL}/x.js"></script>'
    f"<a href='javascript:alert(1)'>x</a> [y](https://{EVIL}/y) ![z](https://{EVIL}/z.png) https://{EVIL}/bare "
    f"{{{{ 7 * 7 }}}} </textarea></title><iframe src=//{EVIL}></iframe>"
)
LESSONS = {
    "01-dough.md": f"""---
title: 'Dough {MARKUP.replace("'", "''")}'
---

# Dough {MARKUP}

The dough rests for four hours before it is shaped. {MARKUP}

- {MARKUP}

![{MARKUP.replace("]", ")")}](https://{EVIL}/alt.png)

~~~text
{MARKUP}
~~~

[Their page](https://{EVIL}/linked) and <https://{EVIL}/auto>.
""",
    "02-oven.md": "# Oven\n\nBake at 240 degrees for fifteen minutes.\n",
}
CASE = {
    "stuck": f"My loaf spread on the tray like a pancake. {MARKUP}",
    "did": f"I let the dough rest in a basket. {MARKUP}",
    "changed": f"The loaf stands up. {MARKUP}",
    "title": f"A loaf like a pancake {MARKUP}"[:160],
    "skill": MARKUP[:200],
    "lesson": "02-oven",
    "consent_as": "named",
    "consent_where": "everyone",
    "consent_date": "2026-02-01",
    "name": f"Zina {MARKUP}"[:100],
}
_MOST_PAGES = 120


@pytest.fixture
def staff(client: httpx.Client, house: House, take_in: TakeIn, unmeasured: None) -> Visitor:
    """An administrator of a house in which everybody has written what they could."""
    take_in(LESSONS, "bread")
    assert client.post("/v1/products/bread/cases", json=CASE).status_code == 201
    learner = client.post("/v1/products/bread/learners").json()["learner"]
    for text in (
        f"How long does the dough rest? {MARKUP}",
        f"My goal is {MARKUP}",
        f"My name is {MARKUP[:60]}",
        MARKUP,
    ):
        turn = client.post(TURNS, json={"text": text, "learner": learner}).json()
        assert turn["turn"]
    about = {"conversation": turn["conversation"], "turn": turn["turn"], "consent": True, "learner": learner}
    card = client.post("/v1/products/bread/hand-overs", json={**about, "called": MARKUP[:60], "note": MARKUP})
    assert card.status_code == 201, card.text
    client.post("/v1/products/bread/feedback", json={"kind": "comment", "text": MARKUP})
    return visit(client, house, "ada", everywhere=Role.ADMIN)


def test_what_people_write_stays_text_on_every_page(client: httpx.Client, staff: Visitor) -> None:
    seen: dict[str, str] = {}
    waiting = ["/", "/p/bread", "/p/bread/start", "/p/bread/me", "/p/bread/cases", "/p/bread/changes", "/console"]
    while waiting and len(seen) < _MOST_PAGES:
        path = waiting.pop(0)
        if path in seen:
            continue
        page = staff.http.get(path, headers=HTML)
        seen[path] = page.text
        if not page.headers.get("content-type", "").startswith("text/html"):
            continue
        waiting += _check(path, page.text)
    read = "\n".join(seen.values())
    assert any(path.startswith("/console/p/bread/hand-overs/") for path in seen)
    assert any(path.startswith("/console/p/bread/cases/") for path in seen)
    assert any("/lessons/" in path for path in seen)
    # It was there to be run, and it is there to be read.
    assert read.count("&lt;script") > 10
    assert "49 </" not in read


def _check(path: str, text: str) -> list[str]:
    """Look at everything a page loads, runs and leads to; its links within the house."""
    within = []
    for element in html.fromstring(text).iter():
        if not isinstance(element.tag, str):
            continue
        assert element.tag not in ("iframe", "object", "embed", "base"), (path, html.tostring(element))
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (path, name, value)
            if name not in ("href", "src", "action", "formaction", "poster", "data", "srcset", "background"):
                continue
            where = urlsplit(urljoin("http://here/", value.strip()))
            if where.netloc == "here" and where.scheme == "http":
                within += [where.path] if element.tag == "a" else []
                continue
            if value == "data:,":  # the icon a page does without
                continue
            assert (element.tag, "/lessons/" in path) == ("a", True), (path, element.tag, value)
            assert where.scheme in ("http", "https")
            assert {"nofollow", "noopener"} <= set(element.get("rel", "").split())
    return within


def test_an_answer_for_chat_clients_has_nothing_alive_in_it(client: httpx.Client, staff: Visitor) -> None:
    asked = [{"role": "user", "content": "How long does the dough rest before it is shaped?"}]
    told = client.post("/v1/chat/completions", json={"model": "bread", "messages": asked}).json()
    content = told["choices"][0]["message"]["content"]
    assert "four hours" in content
    for url in [each["url_citation"]["url"] for each in told["choices"][0]["message"]["annotations"]]:
        assert url.startswith(str(client.base_url).rstrip("/"))
    plain = "".join(part for part in content.split("`")[0::2])
    assert EVIL not in plain
    assert "<img" not in plain
