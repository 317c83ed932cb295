"""Alumni cases in a whole house: who sees which, and that nothing is left of one that was withdrawn."""

import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.stuck import find_foothold, nearest_cases
from companion.case_shelf import list_shown
from companion.cases import (
    approve_case,
    bring_cases_up_to_date,
    check_case,
    left_over,
    return_case,
    withdraw,
)
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from feedback.inbox import ItemKind, NewItem, record_item
from foundation.errors import Conflict, EncoderUnavailable, Invalid
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.cases.case import CaseState, Shown, case_events, find_case
from knowledge.cases.withdraw import withdraw_case
from knowledge.ingest import Target, ingest
from knowledge.lessons import load_sources
from knowledge.products import Collection
from knowledge.readers import read_course
from knowledge.shelf import ShelfKey
from tests.assistant.asking import ask
from tests.cli.processes import write_course
from tests.conftest import TakeIn
from tests.fakes import FixedClock
from tests.knowledge.made_cases import A_CASE, COURSE, MODERATOR, a_case, approved, hand_in

STUCK = "my shop has too few visitors, the calculator wants two years"
CASES = ShelfKey(ProductSlug("course"), Collection.CASES)


@pytest.fixture
def course(house: House, take_in: TakeIn) -> House:
    take_in(COURSE)
    for key in house.shelves.all_keys():
        house.shelves.shelf(key)
    return house


def case_for(house: House, words: str = STUCK) -> str | None:
    found = find_foothold(house.database, house.shelves, "course", text=words, turn=None, lesson=None).case
    return None if found is None else found.title


def state_of(house: House, case: str) -> tuple[str, str | None]:
    with house.database.read() as session:
        found = find_case(session, "course", case)
    return found.state, found.shown


def test_a_case_is_shown_once_it_was_checked_and_approved(course: House) -> None:
    kept = hand_in(course)
    assert case_for(course) is None
    with pytest.raises(Conflict, match="approved follows checked"):
        approve_case(course, "course", kept.id, by=MODERATOR)
    check_case(course, "course", kept.id, by=MODERATOR)
    assert case_for(course) is None
    decided = approve_case(course, "course", kept.id, by=MODERATOR)
    assert (decided.state, decided.shown, decided.note) == (CaseState.APPROVED, Shown.NAMED, "")
    assert case_for(course) == "Too few visitors"
    with course.database.read() as session:
        events = case_events(session, kept.id)
    assert [(event.what, event.who) for event in events] == [
        ("submitted", "graduate"),
        ("checked", MODERATOR),
        ("approved", MODERATOR),
    ]


def test_a_decision_is_somebodys_and_a_return_has_a_reason(course: House) -> None:
    kept = hand_in(course)
    with pytest.raises(Invalid, match="who decides"):
        check_case(course, "course", kept.id, by="  ")
    with pytest.raises(Invalid, match="why"):
        return_case(course, "course", kept.id, by=MODERATOR, reason=" ")
    return_case(course, "course", kept.id, by=MODERATOR, reason="names a client")
    with course.database.read() as session:
        found = find_case(session, "course", kept.id)
    assert (found.state, found.reason, found.moderator) == (CaseState.RETURNED, "names a client", MODERATOR)


def test_what_was_approved_can_be_returned_and_leaves_the_shelf(course: House) -> None:
    kept = approved(course)
    return_case(course, "course", kept.id, by=MODERATOR, reason="a client complained")
    assert case_for(course) is None
    assert not course.shelves.shelf(CASES).places
    assert left_over(course.settings.home / "shelves", [b"visitors"]) == []


def test_a_case_without_a_name_waits_until_its_group_is_large_enough(house: House, take_in: TakeIn) -> None:
    take_in(COURSE)
    texts = [f"{number} people came to my {number} shops, and no test could be read from that." for number in range(5)]
    kept = [approved(house, a_case(consent_as="anonymous", name="", stuck=text)) for text in texts[:4]]
    assert {state_of(house, case.id)[1] for case in kept} == {None}
    assert list_shown(house.database, "course") == []
    kept.append(approved(house, a_case(consent_as="anonymous", name="", stuck=texts[4])))
    assert {state_of(house, case.id)[1] for case in kept} == {Shown.FULL}
    assert len(list_shown(house.database, "course")) == 5
    withdraw(house, "course", kept[0].id, by="graduate")
    assert list_shown(house.database, "course") == []
    assert not house.shelves.shelf(CASES).places


def test_approving_outlives_an_encoder_that_is_down(course: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_text: str) -> Any:
        raise EncoderUnavailable("it is down")

    kept = hand_in(course, a_case(stuck="A text that nobody has encoded before, about a shop of clocks."))
    check_case(course, "course", kept.id, by=MODERATOR)
    with monkeypatch.context() as patched:
        patched.setattr(CachedEncoder, "kept", lambda *_args, **_more: down(""))
        assert "it is down" in approve_case(course, "course", kept.id, by=MODERATOR).note
    assert case_for(course) is None
    assert bring_cases_up_to_date(course) == []
    assert case_for(course) == "Too few visitors"


def test_only_who_agreed_is_in_the_list(course: House) -> None:
    approved(course, a_case(consent_where="stuck"))
    assert list_shown(course.database, "course") == []
    assert case_for(course) == "Too few visitors"


# ── withdrawing ───────────────────────────────────────────────────────────────


def traces(house: House) -> list[bytes]:
    """Every form in which the case's words, its author's name and its vectors may lie in a file."""
    words = [A_CASE.stuck, A_CASE.did, A_CASE.changed, A_CASE.name, "visitors at all", "Quill"]
    shelf = house.shelves.shelf(CASES)
    vectors = [row.tobytes() for row in shelf.windows.columns["vector"]]
    codes = [row.tobytes() for row in shelf.sentences.rows.columns["code"]]
    escaped = [word.replace("q", "\\u0071").encode() for word in words]
    with house.database.read() as session:
        stored = [bytes(row[0]) for row in session.connection().exec_driver_sql('SELECT "values" FROM vector')]
        other = house.shelves.shelf(ShelfKey(ProductSlug("course"), Collection.LESSONS))
    lessons = {row.tobytes() for row in other.windows.columns["vector"]}
    mine = [values for values in stored if not any(values == lesson for lesson in lessons)]
    assert vectors
    assert codes
    return [*(word.encode() for word in words), *escaped, *vectors, *codes, *_unlike_lessons(house, mine)]


def _unlike_lessons(house: House, stored: list[bytes]) -> list[bytes]:
    """Stored vectors that no lesson's window or sentence needs."""
    needed = (
        'SELECT vector."values" FROM vector JOIN window ON window.input_hash = vector.input_hash '
        "JOIN passage ON passage.id = window.passage JOIN lesson ON lesson.id = passage.lesson "
        "WHERE lesson.collection = 'lessons'"
    )
    with house.database.read() as session:
        lessons = {bytes(row[0]) for row in session.connection().exec_driver_sql(needed)}
    return [values for values in stored if values not in lessons]


def test_nothing_of_a_withdrawn_case_is_left_in_any_file(course: House) -> None:
    kept = approved(course)
    quoting = f"I read this: {A_CASE.did} What does it mean?"
    done = ask(course, quoting, "course")
    with course.database.write() as session:
        item = NewItem(ProductSlug("course"), ItemKind.COMMENT, f"good case: {A_CASE.changed}", done["turn"])
        record_item(session, item, now=course.clock())
    assert case_for(course) == "Too few visitors"
    wanted = traces(course)
    home = course.settings.home
    assert {path.name.split(".")[0] for path in left_over(home, wanted)} >= {"companion", "shelf"}

    withdraw(course, "course", kept.id, by="graduate")
    assert left_over(home, wanted) == []
    assert case_for(course) is None
    assert list_shown(course.database, "course") == []
    with course.database.read() as session:
        found, events = find_case(session, "course", kept.id), case_events(session, kept.id)
    assert found.state is CaseState.WITHDRAWN
    assert found.consent_withdrawn == course.clock()
    assert [event.what for event in events][-2:] == ["withdrawn", "erased"]
    with pytest.raises(Conflict, match="already"):
        withdraw(course, "course", kept.id, by="graduate")
    # What was there beside it is as it was.
    assert ask(course, "What is power?", "course")["outcome"] != "declined"
    assert course.shelves.differences(ShelfKey(ProductSlug("course"), Collection.LESSONS)) == []


def test_a_case_that_was_never_shown_is_withdrawn_as_thoroughly(course: House) -> None:
    kept = hand_in(course)
    withdraw(course, "course", kept.id, by="graduate")
    assert left_over(course.settings.home, [A_CASE.stuck.encode(), b"Quill"]) == []


def test_a_withdrawal_that_was_cut_short_is_finished_by_the_next_start(
    course: House, settings: Settings, encoder: CachedEncoder, clock: FixedClock
) -> None:
    kept = approved(course)
    wanted = traces(course)
    with course.database.write() as session:
        withdraw_case(session, "course", kept.id, by="graduate", encoder=course.encoder, now=clock())
    assert left_over(settings.home, wanted)
    assert bring_cases_up_to_date(course) == []
    assert left_over(settings.home, wanted) == []
    with course.database.read() as session:
        assert case_events(session, kept.id)[-1].what == "erased"


def test_a_withdrawn_case_comes_back_only_with_a_new_consent(course: House, clock: FixedClock) -> None:
    withdraw(course, "course", approved(course).id, by="graduate")
    with pytest.raises(Conflict, match="withdrawn by its author"):
        hand_in(course)
    clock.move(days=3)
    assert hand_in(course, a_case(consent_date="2026-03-04")).id


def test_a_folder_of_invented_cases_leaves_those_of_people_alone(course: House, take_in: TakeIn) -> None:
    approved(course)
    take_in({"case-01.md": "# Invented\n\n## Situation\n\nA story that nobody lived through.\n"}, "course", cases=True)
    assert {case["title"] for case in list_shown(course.database, "course")} == {"Invented", "Too few visitors"}
    take_in({"case-02.md": "# Other\n\n## Situation\n\nAnother one.\n"}, "course", cases=True, replace=True)
    assert {case["title"] for case in list_shown(course.database, "course")} == {"Other", "Too few visitors"}


# ── hidden cases, whatever was done with them ─────────────────────────────────

MARKED = [
    a_case(
        stuck=f"The zubrowka{number} of our shop sold too slowly for any test to be read, {number} a day.",
        did=f"I asked the zubrowka{number} seller which effect could be seen at all.",
        changed=f"The zubrowka{number} is tested once a quarter, and nobody waits.",
        title=f"About zubrowka{number}",
        skill="",
    )
    for number in range(4)
]
WAYS = ["", "c", "ca", "r", "cr", "car", "w", "cw", "caw"]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    named = st.sampled_from(["named", "anonymous"])
    where = st.sampled_from(["stuck", "everyone"])
    return [(draw(st.sampled_from(WAYS)), draw(named), draw(where)) for _ in MARKED]


@pytest.fixture(scope="module")
def course_home(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Path:
    """A home with the course in it, to be copied."""
    folder = tmp_path_factory.mktemp("course")
    with open_house(Settings(home=folder / "home", index="exact"), clock=FixedClock(), encoder=encoder) as house:
        course = read_course(write_course(folder / "course", COURSE))
        target = Target(ProductSlug("course"))
        ingest(course, target, database=house.database, encoder=house.encoder, clock=house.clock)
    return folder / "home"


@given(histories(), st.integers(1, 3))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_hidden_case_appears_nowhere(
    encoder: CachedEncoder,
    course_home: Path,
    caplog: pytest.LogCaptureFixture,
    histories: list[tuple[str, str, str]],
    k: int,
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    with tempfile.TemporaryDirectory() as folder:
        home = Settings(home=Path(folder) / "home", index="exact", case_k=k, encode_workers=1)
        shutil.copytree(course_home, home.home)
        with open_house(home, clock=FixedClock(), encoder=encoder) as house:
            ids = [_live_through(house, number, *history) for number, history in enumerate(histories)]
            seen = _seen(house)
            for number, expected in enumerate(_expected(histories, k)):
                word = f"zubrowka{number}"
                with house.database.read() as session:
                    found = find_case(session, "course", ids[number])
                assert (found.shown is not None) == (expected is not None)
                assert {place for place, content in seen.items() if word in content} == _places(expected)
    assert "zubrowka" not in caplog.text


def _places(expected: str | None) -> set[str]:
    told = {"passages", "blocks", "shelf", "stuck"} | ({"list"} if expected == "everyone" else set())
    return set() if expected is None else told


def _live_through(house: House, number: int, way: str, consent_as: str, where: str) -> str:
    case = MARKED[number]
    named = case.name if consent_as == "named" else ""
    kept = hand_in(house, a_case(**_told(case), consent_as=consent_as, consent_where=where, name=named))
    steps: dict[str, Callable[[], object]] = {
        "c": lambda: check_case(house, "course", kept.id, by=MODERATOR),
        "a": lambda: approve_case(house, "course", kept.id, by=MODERATOR),
        "r": lambda: return_case(house, "course", kept.id, by=MODERATOR, reason="no"),
        "w": lambda: withdraw(house, "course", kept.id, by="graduate"),
    }
    for step in way:
        steps[step]()
    return kept.id


def _told(case: Any) -> dict[str, str]:
    return {name: getattr(case, name) for name in ("stuck", "did", "changed", "title", "skill")}


def _expected(histories: list[tuple[str, str, str]], k: int) -> list[str | None]:
    """Where each case is to be seen: None, "stuck" or "everyone"."""
    unnamed = sum(way == "ca" and consent == "anonymous" for way, consent, _ in histories)
    return [
        where if way == "ca" and (consent == "named" or unnamed >= k) else None for way, consent, where in histories
    ]


def _seen(house: House) -> dict[str, str]:
    """Everything that is served or searched, by where it is, as text."""

    def column(statement: str) -> str:
        with house.database.read() as session:
            return repr(session.connection().exec_driver_sql(statement).all())

    asked = "zubrowka0 zubrowka1 zubrowka2 zubrowka3"
    found = nearest_cases(house.database, house.shelves, "course", text=asked, lesson=None, count=9)
    return {
        "passages": column("SELECT heading_path, text FROM passage"),
        "blocks": column("SELECT title, blocks FROM revision"),
        "shelf": _passages_on_shelf(house),
        "stuck": repr(found),
        "list": repr(list_shown(house.database, "course")),
        "course": repr(ask(house, f"What about {asked}?", "course")["citations"]),
    }


def _passages_on_shelf(house: House) -> str:
    passages = [place.passage for place in house.shelves.shelf(CASES).places]
    with house.database.read() as session:
        return repr(load_sources(session, passages))
