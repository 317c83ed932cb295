"""Leg: the console's pages in a product where a hundred thousand things were said.

The home is made: a course, learners who went through it, and what they said, placed, grouped and counted by the loop's
own functions. The service is the product's own, in a process of its own; told is the CPU time it takes for each page.
"""

import argparse
import re
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Sequence
from datetime import timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from time import perf_counter, process_time, sleep

from sqlalchemy.orm import Session

from companion.tending import tend
from companion.wiring import House, default_encoder, open_house
from evals.bench.leg import print_result, run_leg, say
from evals.bench.machine import cpu_s_of
from evals.bench.made_course import make_course, make_questions
from evals.bench.made_home import made_encoder, made_settings
from evals.bench.service import running
from feedback.inbox import ItemKind, NewItem, take_in
from feedback.item import Source, Voice
from feedback.proposals import list_proposals
from feedback.themes import list_themes
from foundation.errors import CompanionError
from foundation.ids import PersonId, ProductSlug
from knowledge.ingest import Target, ingest
from knowledge.lessons import live_lessons
from learning.accounts import add_account
from learning.enrolments import enrol
from learning.events import Verb, record_event
from learning.passwords import hash_password
from learning.people import person_by_host_id
from learning.roles import Role, grant_role

_PRODUCT = ProductSlug("bench-console")
_PASSAGES, _SEED = 600, 5
_LEARNERS = 2_000
_TEXTS = 2_000
_KINDS = (ItemKind.STUCK, ItemKind.UNANSWERED, ItemKind.COMMENT, ItemKind.PRAISE)
_HALF_A_YEAR = timedelta(days=180)
_LOGIN, _PASSWORD = "bench", "a password for one hour"
# The service tends its products twenty seconds after it started.
_TENDED_S = 30.0
_IDLE_S = 2.0


def make(house: House, *, items: int) -> None:
    """A course and so many things said of it in half a year, and somebody who may open every page."""
    course = make_course(_PASSAGES, langs=("en",), seed=_SEED)
    ingest(course, Target(_PRODUCT), database=house.database, encoder=house.encoder, clock=house.clock)
    now = house.clock()
    with house.database.write() as session:
        person = add_account(session, login=_LOGIN, secret=hash_password(_PASSWORD), name="", now=now)
        grant_role(session, person, Role.ADMIN, product="", now=now)
        lessons = [head.slug for head in live_lessons(session, _PRODUCT)]
        learners = [_learner(session, house, number, lessons) for number in range(_LEARNERS)]
        take_in(session, _said(house, learners, lessons, items), now=now)


def _learner(session: Session, house: House, number: int, lessons: Sequence[str]) -> PersonId:
    """Somebody who opened and completed some of the lessons."""
    began = house.clock() - _HALF_A_YEAR * (number / _LEARNERS)
    person = person_by_host_id(session, "bench", str(number), now=began)
    enrol(session, person, _PRODUCT, now=began)
    for place, lesson in enumerate(lessons[: 1 + number % len(lessons)]):
        for verb in (Verb.OPENED, Verb.COMPLETED):
            record_event(
                session,
                f"bench-{number}-{place}-{verb}",
                product=_PRODUCT,
                verb=verb,
                actor=person,
                lesson=lesson,
                detail={},
                at=began,
            )
    return person


def _said(house: House, learners: Sequence[PersonId], lessons: Sequence[str], count: int) -> list[NewItem]:
    texts = make_questions(min(_TEXTS, count), passages=_PASSAGES, langs=("en",), seed=_SEED)
    now = house.clock()
    return [
        NewItem(
            _PRODUCT,
            _KINDS[number % len(_KINDS)],
            texts[number % len(texts)],
            lesson=lessons[number * number % len(lessons)],
            source=Source.FILE,
            learner=learners[number % len(learners)],
            voice=Voice.PERSON,
            external=str(number),
            created=now - _HALF_A_YEAR * ((number * 7919 % count) / count),
        )
        for number in range(count)
    ]


def pages_of(house: House) -> list[str]:
    """The pages to open, of each kind one."""
    with house.database.read() as session:
        theme = next((each.id for each in list_themes(session, _PRODUCT)), "")
        proposal = next((each.id for each in list_proposals(session, _PRODUCT)), "")
        lesson = live_lessons(session, _PRODUCT)[0].slug
    pages = ["", "/week", "/themes", "/themes?days=0", "/gaps", "/lessons", f"/lessons/{lesson}", "/proposals"]
    pages += [f"/lessons/{lesson}/preview", "/releases", "/releases/1", "/effects", "/settings"]
    pages += [f"/themes/{theme}"] if theme else []
    return pages + ([f"/proposals/{proposal}"] if proposal else [])


class Browser:
    """Somebody logged in at the console of a running service."""

    def __init__(self, url: str) -> None:
        self._url = url
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def log_in(self) -> None:
        """Raises CompanionError where the door stays closed."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.open("/console/login"))
        fields = {"csrf": token[1] if token else "", "login": _LOGIN, "password": _PASSWORD}
        headers = {"Origin": self._url}
        sent = urllib.request.Request(f"{self._url}/console/login", urllib.parse.urlencode(fields).encode(), headers)
        with self._opener.open(sent, timeout=60) as page:
            if not page.url.endswith("/console"):
                raise CompanionError("nobody came in at the console")

    def open(self, path: str) -> str:
        """A page's text."""
        asked = urllib.request.Request(f"{self._url}{path}", headers={"Accept": "text/html"})
        with self._opener.open(asked, timeout=120) as page:
            return str(page.read().decode())


def measure(home: Path, pages: Sequence[str], *, times: int) -> dict[str, dict[str, float]]:
    """By page, milliseconds of the service's CPU and by the clock, on average once it has been opened before."""
    told = {}
    with running(home) as (process, url, _):
        browser = Browser(url)
        browser.log_in()
        _wait_until_idle(process.pid)
        for page in pages:
            path = f"/console/p/{_PRODUCT}{page}"
            browser.open(path)
            cpu, started = cpu_s_of(process.pid), perf_counter()
            for _ in range(times):
                browser.open(path)
            wall = perf_counter() - started
            spent = (cpu_s_of(process.pid) or 0.0) - (cpu or 0.0)
            told[page or "/"] = {"cpu_ms": round(1000 * spent / times, 1), "wall_ms": round(1000 * wall / times, 1)}
            say(f"{page or '/'}: {told[page or '/']}")
    return told


def _wait_until_idle(pid: int) -> None:
    """What the service does by itself would be counted for the first pages."""
    sleep(_TENDED_S)
    before = -1.0
    while (now := cpu_s_of(pid) or 0.0) > before + 0.02 * _IDLE_S:
        before = now
        sleep(_IDLE_S)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000, help="things said in the product")
    parser.add_argument("--times", type=int, default=10, help="how often each page is opened")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="companion-bench-") as folder:
        home = Path(folder) / "home"
        default_encoder(home)
        with open_house(made_settings(home), encoder=made_encoder(home)) as house:
            make(house, items=options.items)
            started = process_time()
            tended = tend(house, _PRODUCT)
            say(f"{tended.grouped} items tended: {process_time() - started:.0f} CPU s")
            pages = pages_of(house)
            with house.database.read() as session:
                themes = len(list_themes(session, _PRODUCT))
        told = measure(home, pages, times=options.times)
    print_result({"items": options.items, "themes": themes, "pages": told})


if __name__ == "__main__":
    run_leg(_main)
