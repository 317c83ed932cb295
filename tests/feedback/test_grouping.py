"""Items become themes: by place and kind, whatever order they come in, under names that stay."""

from collections.abc import Iterator

import pytest

from feedback import grouping
from feedback.forget import empty_remarks
from feedback.item import ItemKind
from feedback.tables import ItemRow, ThemeRow
from feedback.theme import ThemeKind
from feedback.themes import find_theme, items_of_theme, list_themes
from foundation.database import open_database
from foundation.errors import NotFound
from tests.fakes import FixedClock
from tests.feedback.grouped import COURSE, Spoken

ENDLESS = ["why does the loop never stop", "my loop runs for ever", "the loop goes on and on", "it is endless"]
BRACKETS = ["which brackets go where", "round or square brackets", "the brackets confuse me", "brackets again"]
OTHERS = ["something about colours", "a word on spaces"]


@pytest.fixture(scope="module")
def _course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoken]:
    clock = FixedClock()
    database = open_database(tmp_path_factory.mktemp("spoken"), clock=clock)
    yield Spoken(database, clock)
    database.close()


@pytest.fixture
def spoken(_course: Spoken) -> Spoken:
    _course.forget()
    return _course


def test_what_several_say_of_one_section_becomes_a_theme_there(spoken: Spoken) -> None:
    endless, brackets = spoken.say_all(ENDLESS, 1), spoken.say_all(BRACKETS, 2)
    done = spoken.group()
    assert (done.joined, done.began, done.waiting) == (8, 2, 0)
    assert sorted(spoken.members().values(), key=min) == [set(endless), set(brackets)]
    for theme in spoken.themes():
        assert (theme.kind, theme.place.lesson, theme.place.anchor) == (ThemeKind.TROUBLE, "loops", "while")


def test_places_and_kinds_are_never_mixed(spoken: Spoken) -> None:
    spoken.say_all(ENDLESS, 1)
    spoken.say_all(ENDLESS, 1, anchor="for")
    spoken.say_all(ENDLESS, 1, lesson="branches")
    spoken.say_all(ENDLESS, 1, kind=ItemKind.UNANSWERED)
    spoken.say_all(ENDLESS, 1, kind=ItemKind.PRAISE)
    spoken.group()
    assert len(spoken.themes()) == 5
    assert sorted(theme.kind for theme in spoken.themes()) == ["gap", "praise", "trouble", "trouble", "trouble"]


@pytest.mark.parametrize(
    ("kind", "score", "text", "expected"),
    [
        (ItemKind.COMMENT, None, "Great explanation, thank you!", ThemeKind.PRAISE),
        (ItemKind.COMMENT, None, "Отличный раздел, спасибо", ThemeKind.PRAISE),
        (ItemKind.COMMENT, None, "Great, but the loop never stops", ThemeKind.TROUBLE),
        (ItemKind.COMMENT, None, "Хороший урок, хотелось бы примеров", ThemeKind.TROUBLE),
        (ItemKind.COMMENT, None, "Is this a good way?", ThemeKind.TROUBLE),
        (ItemKind.COMMENT, -0.5, "Great explanation", ThemeKind.TROUBLE),
        (ItemKind.SURVEY, 0.5, "no loops please", ThemeKind.PRAISE),
        (ItemKind.STUCK, None, "great", ThemeKind.TROUBLE),
        (ItemKind.REPEATED, None, "what is a loop", ThemeKind.GAP),
    ],
)
def test_praise_is_told_apart_by_the_number_given_or_else_by_plain_words(
    spoken: Spoken, kind: ItemKind, score: float | None, text: str, expected: ThemeKind
) -> None:
    spoken.say(text, 1, kind=kind, score=score)
    spoken.group()
    assert [theme.kind for theme in spoken.themes()] == [expected]


def test_what_nobody_else_says_is_gathered_by_what_is_wrong_and_the_rest_with_the_rest(spoken: Spoken) -> None:
    broken = [spoken.say(f"the link number {word} does not open", at) for at, word in enumerate("abc", 1)]
    alone = [spoken.say(text, at) for at, text in enumerate(OTHERS, 10)]
    spoken.group()
    facets = {theme.facet: spoken.members()[theme.id] for theme in spoken.themes()}
    assert facets == {"broken": set(broken), "": set(alone)}


def test_the_order_in_which_items_come_changes_nothing(spoken: Spoken) -> None:
    said = [(text, 1) for text in ENDLESS] + [(text, 2) for text in BRACKETS] + [(OTHERS[0], 3), (OTHERS[1], 4)]
    partitions = []
    for order in (said, said[::-1], said[1::2] + said[::2]):
        spoken.forget()
        for text, about in order:
            spoken.say(text, about)
            spoken.group()
        partitions.append(spoken.partition())
    assert partitions[0] == partitions[1] == partitions[2]
    assert frozenset(ENDLESS) in partitions[0]


def test_a_theme_keeps_its_id_as_it_grows_and_its_figures_are_to_be_counted_anew(spoken: Spoken) -> None:
    spoken.say_all(ENDLESS, 1)
    spoken.group()
    before = spoken.themes()[0].id
    with spoken.database.write() as session:
        session.get_one(ThemeRow, before).figures = {"learners": 4}
    spoken.say("an endless loop once more", 1)
    assert spoken.group().began == 0
    assert [theme.id for theme in spoken.themes()] == [before]
    with spoken.database.read() as session:
        row = session.get_one(ThemeRow, before)
        assert (row.size, row.figures) == (5, None)


def test_grouping_twice_changes_nothing(spoken: Spoken) -> None:
    spoken.say_all(ENDLESS, 1)
    spoken.say_all(OTHERS, 3)
    spoken.group()
    before = spoken.members()
    assert spoken.group().joined == 0
    spoken.regroup()
    assert spoken.members() == before


def test_an_item_without_its_vector_waits_and_presses_without_words_are_passed_over(spoken: Spoken) -> None:
    spoken.say("no vector of this yet", None)
    press = spoken.say("", None, kind=ItemKind.STUCK)
    assert spoken.group().waiting == 1
    spoken.say_all(ENDLESS, 1)
    done = spoken.group()
    assert (done.joined, done.waiting) == (4, 1)
    with spoken.database.read() as session:
        row = session.get_one(ItemRow, press)
        assert (row.theme, row.grouped) == (None, spoken.clock())


def test_an_item_that_is_placed_elsewhere_leaves_its_theme(spoken: Spoken) -> None:
    endless = spoken.say_all(ENDLESS, 1)
    spoken.group()
    spoken.move(endless[0], anchor="for")
    spoken.group()
    by_anchor = {theme.place.anchor: spoken.members()[theme.id] for theme in spoken.themes()}
    assert by_anchor == {"while": set(endless[1:]), "for": {endless[0]}}


def test_a_theme_that_lost_everything_leads_to_the_one_that_took_it_in(spoken: Spoken) -> None:
    endless = spoken.say_all(ENDLESS, 1)
    spoken.group()
    old = spoken.themes()[0].id
    for item in endless:
        spoken.move(item, anchor="for")
    spoken.group()
    (new,) = spoken.themes()
    assert new.id != old
    with spoken.database.read() as session:
        assert find_theme(session, COURSE, old) == new
        assert [item.id for item in items_of_theme(session, new.id)] == endless


def test_a_theme_is_looked_for_in_its_own_product(spoken: Spoken) -> None:
    spoken.say_all(ENDLESS, 1)
    spoken.group()
    (theme,) = spoken.themes()
    with spoken.database.read() as session:
        assert list_themes(session, "other") == []
        assert list_themes(session, COURSE, kind=ThemeKind.GAP) == []
        for product, name in (("other", theme.id), (COURSE, "t-unknown")):
            with pytest.raises(NotFound):
                find_theme(session, product, name)


def test_a_large_place_takes_an_item_into_the_nearest_theme_and_is_arranged_anew_when_it_has_grown(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "_FEW", 5)
    spoken.say_all(ENDLESS, 1)
    spoken.say_all(BRACKETS, 2)
    spoken.group()
    before = spoken.members()
    new = spoken.say("brackets or no brackets", 2)
    alone = spoken.say("on quite another matter", 7)
    spoken.group()
    after = spoken.members()
    (joined,) = [theme for theme, items in after.items() if new in items]
    assert after[joined] - before[joined] == {new}
    assert {alone} in after.values()
    later = [spoken.say(f"{word} quite another matter", 7) for word in ("of", "for", "by")]
    spoken.group()
    assert {alone, *later} in spoken.members().values()


def test_opinions_of_the_course_as_a_whole_go_to_what_they_are_about(spoken: Spoken) -> None:
    tests = [
        spoken.say(text, about, lesson=None, anchor="")
        for about, text in enumerate(["The exams were too hard", "Экзамены слишком сложные", "quizzes are unfair"], 1)
    ]
    price = spoken.say("Цена слишком высокая", 4, lesson=None, anchor="")
    question = spoken.say("exams of last year", 1, lesson=None, anchor="", kind=ItemKind.UNANSWERED)
    spoken.group()
    facets = {(theme.kind, theme.facet): spoken.members()[theme.id] for theme in spoken.themes()}
    assert facets == {("trouble", "tests"): set(tests), ("trouble", "cost"): {price}, ("gap", ""): {question}}


def test_words_that_are_taken_back_leave_their_themes_and_labels(spoken: Spoken) -> None:
    said = spoken.say_all(["the gradient vanishes", "a gradient of zero", "nothing moves"], 1)
    spoken.group()
    assert [theme.label for theme in spoken.themes()] == ["gradient"]
    with spoken.database.write() as session:
        empty_remarks(session, items=[said[0]], turns=[], person="nobody")
    assert ["gradient" in theme.label for theme in spoken.themes()] == [False]
    spoken.group()
    assert list(spoken.members().values()) == [set(said[1:])]
    with spoken.database.write() as session:
        empty_remarks(session, items=said, turns=[], person="nobody")
    assert spoken.themes() == []
    spoken.group()
    assert spoken.themes() == []


def test_what_was_gathered_and_then_agreed_on_leaves_the_gathered_ones_their_name(spoken: Spoken) -> None:
    spoken.say(ENDLESS[0], 1)
    spoken.group()
    gathered = spoken.themes()[0].id
    spoken.say_all(ENDLESS[1:], 1)
    spoken.say_all(["so it goes", "and on it goes", "it goes as it goes"], 1)
    spoken.group()
    (agreed,) = spoken.themes()
    assert agreed.id != gathered
    alone = spoken.say(OTHERS[0], 5)
    spoken.group()
    assert spoken.members()[gathered] == {alone}
    assert len(spoken.members()[agreed.id]) == 7
