"""What is hidden in an export of any format reaches no learner, whichever way they ask; its author sees it."""

import logging
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.lessons import load_sources
from knowledge.products import Collection
from knowledge.readers import read_course
from knowledge.shelf import ShelfKey
from knowledge.whole import whole_lesson, whole_lessons
from tests.api.serving import STREAMED, serving
from tests.fakes import FixedClock
from tests.knowledge.looking import WordEncoder
from tests.knowledge.readers.every_format import LACKS, MAKERS, Markers, made
from tests.prompts.scripted import ScriptedChat

ROOMS = ("foundation", "knowledge", "prompts", "learning", "feedback", "assistant", "companion", "api")
_LETTERS = "bcdfghjklmnpqrstvwxz"
# The same in every run, so that their vectors are kept; which words they are is drawn in the tests of the readers.
_DRAWN = random.Random("hidden")
WORDS = Markers(*("".join(_DRAWN.choices(_LETTERS, k=11)) for _ in range(6)))
HAVE_LATER = [name for name in MAKERS if "later" not in LACKS.get(name, ())]
DAY_BEFORE, AT_THE_END = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
SCRIPT = ["I do not know."]


@dataclass(frozen=True)
class School:
    """Every format's export as a product of its own, and a client of the service."""

    house: House
    chat: ScriptedChat
    clock: FixedClock
    client: httpx.Client


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    folder = tmp_path_factory.mktemp("hidden")
    clock, chat = FixedClock(), ScriptedChat(*[SCRIPT] * 500)
    clock.now = DAY_BEFORE
    with open_house(
        Settings(home=folder / "home", index="exact"), clock=clock, encoder=WordEncoder(), chat=chat
    ) as house:
        for name in MAKERS:
            course = read_course(made(name, folder / name, WORDS))
            target = Target(ProductSlug(f"as-{name}"), lang="en")
            ingest(course, target, database=house.database, encoder=house.encoder, clock=clock)
        with serving(house) as client:
            yield School(house, chat, clock, client)


@pytest.fixture(params=[DAY_BEFORE, AT_THE_END], ids=["before", "after"])
def now(request: pytest.FixtureRequest, school: School) -> datetime:
    """The moment learners ask at: `later` is for them at the end only."""
    school.clock.now = request.param
    moment: datetime = request.param
    return moment


def hidden_at(now: datetime) -> dict[str, str]:
    """The words that nobody may meet at this moment."""
    return WORDS.hidden() | ({} if now == AT_THE_END else {"later": WORDS.later})


def assert_clean(told: str, now: datetime) -> None:
    assert [name for name, word in hidden_at(now).items() if word in told.casefold()] == []


def clean(response: httpx.Response, now: datetime) -> httpx.Response:
    assert response.status_code in (200, 201), response.text
    assert_clean(response.text + str(response.headers), now)
    return response


@pytest.mark.parametrize("name", MAKERS)
def test_pages_and_lists_show_what_is_open(school: School, name: str, now: datetime) -> None:
    slug, told = f"as-{name}", ""
    lessons = clean(school.client.get(f"/v1/products/{slug}"), now).json()["lessons"]
    addresses = [f"/p/{slug}", f"/p/{slug}/changes", *(lesson["url"] for lesson in lessons)]
    for address in addresses:
        for lang in ("ru", "en"):
            headers = {"Accept": "text/html", "Accept-Language": lang}
            told += clean(school.client.get(address, headers=headers), now).text
    assert WORDS.visible in told
    assert (WORDS.later in told) == (now == AT_THE_END and name in HAVE_LATER)


@pytest.mark.parametrize("address", ["/", "/v1/products", "/v1/models", "/openapi.json"])
def test_lists_of_products_show_nothing_hidden(school: School, address: str, now: datetime) -> None:
    clean(school.client.get(address), now)


@pytest.mark.parametrize("name", MAKERS)
def test_a_hidden_lesson_has_no_page(school: School, name: str, now: datetime) -> None:
    with school.house.database.read() as session:
        lessons = whole_lessons(session, f"as-{name}")
    for lesson in lessons:
        page = school.client.get(f"/p/as-{name}/lessons/{lesson.slug}")
        assert page.status_code == (200 if lesson.seen else 404)
        if not lesson.seen:
            # The address is the asker's own; what the lesson is called is not.
            assert_clean(page.text.replace(lesson.slug, ""), now)


@pytest.mark.parametrize("name", MAKERS)
def test_no_answer_or_prompt_holds_what_is_hidden(school: School, name: str, now: datetime) -> None:
    slug = f"as-{name}"
    school.chat.asked.clear()
    for word in ("Tell me about {visible}", "What is {staff}, {unpublished}, {key} or {later}?"):
        question = word.format(**asdict(WORDS))
        answered = clean(school.client.post(f"/v1/products/{slug}/turns", json={"text": question}), now).json()
        told = f"/v1/products/{slug}/turns/{answered['turn']}"
        clean(school.client.get(told, params={"conversation": answered["conversation"]}), now)
    clean(school.client.post(f"/v1/products/{slug}/turns", json={"text": "visible"}, headers=STREAMED), now)
    chat = {"model": slug, "messages": [{"role": "user", "content": f"What is {WORDS.visible}?"}]}
    clean(school.client.post("/v1/chat/completions", json=chat), now)
    clean(school.client.post(f"/v1/products/{slug}/feedback", json={"kind": "stuck", "text": WORDS.visible}), now)
    prompted = "\n".join(message.text for asked in school.chat.asked for message in asked)
    assert prompted
    assert_clean(prompted.replace(question, ""), now)


@pytest.mark.parametrize("name", MAKERS)
def test_nothing_hidden_is_on_the_shelf(school: School, name: str, now: datetime) -> None:
    shelf = school.house.shelves.shelf(ShelfKey(ProductSlug(f"as-{name}"), Collection.LESSONS))
    with school.house.database.read() as session:
        sources = load_sources(session, [place.passage for place in shelf.places])
    assert len(sources) == len(shelf.places) > 0
    told = repr(sources)
    assert WORDS.visible in told
    assert (WORDS.later in told) == (now == AT_THE_END and name in HAVE_LATER)
    assert_clean(told, now)
    assert_clean(" ".join(shelf.forms.counted()), now)


@pytest.mark.parametrize("name", MAKERS)
def test_its_author_sees_what_is_hidden(school: School, name: str) -> None:
    with school.house.database.read() as session:
        lessons = [whole_lesson(session, f"as-{name}", each.slug) for each in whole_lessons(session, f"as-{name}")]
    told = repr(lessons)
    for kind in ("staff", "unpublished", "key", "later"):
        assert (asdict(WORDS)[kind] in told) == (kind not in LACKS.get(name, ()))
    assert WORDS.private not in told


def test_nothing_hidden_is_in_any_text_that_is_searched(school: School) -> None:
    with school.house.database.read() as session:
        texts = session.execute(text("SELECT text || heading_path FROM passage")).scalars().all()
    assert_clean("\n".join(texts), AT_THE_END)


def test_people_are_in_no_byte_of_the_home(school: School) -> None:
    looked_at = 0
    for file in school.house.settings.home.rglob("*"):
        if file.is_file():
            looked_at += 1
            content = file.read_bytes()
            assert WORDS.private.encode() not in content
            assert WORDS.private.encode("utf-16-le") not in content
    assert looked_at


def test_logs_hold_nothing_hidden(
    settings: Settings, encoder: CachedEncoder, clock: FixedClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for room in ROOMS:
        caplog.set_level(logging.DEBUG, logger=room)
    with open_house(settings, clock=clock, encoder=encoder) as house:
        for name in ("moodle", "olx", "markdown"):
            course = read_course(made(name, tmp_path / name, WORDS))
            target = Target(ProductSlug(f"as-{name}"), lang="en")
            ingest(course, target, database=house.database, encoder=encoder, clock=clock, shelf_of=house.shelves.shelf)
        with serving(house) as client:
            client.get("/p/as-moodle")
            client.get(f"/p/as-moodle/lessons/{WORDS.key}")
            client.post("/v1/products/as-olx/turns", json={"text": f"What is {WORDS.key}?"})
    assert caplog.records
    assert [word for word in asdict(WORDS).values() if word in caplog.text] == []
