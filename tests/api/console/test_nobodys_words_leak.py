"""What one learner alone said is on no page of the console, whatever is planted around it."""

import re
from html import unescape

import httpx

from companion.tending import tend
from companion.wiring import House
from evals.feedback_privacy import leaks_in
from evals.planted_messages import Attack, attack_course
from feedback.figures import figures_of
from learning.roles import Role
from tests.api.console.visiting import visit

_LINK = re.compile(r'href="(/console[^"#]*)"')
_MOST = 40


def test_no_page_shows_a_word_that_only_one_learner_used(client: httpx.Client, house: House, unmeasured: None) -> None:
    attacked = attack_course(house, 2_000, attack=Attack.GUESSES, others=12)
    tend(house, attacked.product)
    with house.database.read() as session:
        assert figures_of(session, attacked.product, now=house.clock()).themes
    author = visit(client, house, "ann", **{attacked.product: Role.AUTHOR})
    told: dict[str, str] = {}
    waiting = ["/console", f"/console/p/{attacked.product}/themes"]
    while waiting and len(told) < _MOST:
        page = waiting.pop(0)
        if page not in told:
            # Some pages are for other roles.
            told[page] = author.http.get(page).text
            waiting += [unescape(link) for link in _LINK.findall(told[page]) if attacked.product in link]
    assert any("/themes/" in page for page in told)
    assert any("/proposals" in page for page in told)
    assert list(leaks_in(told, attacked.secrets)) == []
