"""Labels: learners' own words, shared ones, and nobody's alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback.item import Voice
from feedback.labels import BY_PERSON, Spoken, label_of
from feedback.tables import ThemeRow
from foundation.database import open_database
from tests.fakes import FixedClock
from tests.feedback.grouped import Spoken as Sayings


def _said(*texts: str) -> list[Spoken]:
    return [Spoken(f"a-{place}", text) for place, text in enumerate(texts)]


def test_a_label_is_what_several_say_in_the_words_they_use_most() -> None:
    label = label_of(
        _said("The learning rate is unclear", "how big is the learning rate?", "Learning rate again"), [], facet=""
    )
    assert label.text == "learning rate"
    assert label.terms == ("learning rate",)


def test_a_label_is_in_the_language_most_of_them_speak() -> None:
    said = _said("скорость обучения не ясна", "какая скорость обучения нужна", "Скорость обучения?", "learning rate?")
    assert label_of(said, [], facet="").text == "скорость обучения"


def test_words_of_one_learner_alone_are_never_in_it() -> None:
    said = [Spoken("a-1", "call me at Zanzibar, the gradient vanishes")] * 3 + _said("the gradient", "gradient?")
    assert "zanzibar" not in label_of(said, [], facet="").text.lower()


def test_learners_who_do_not_count_put_nothing_into_it() -> None:
    crowd = [Spoken(None, "cheap watches")] * 50
    label = label_of([*crowd, *_said("the gradient vanishes", "a gradient of zero")], [], facet="")
    assert label.text == "gradient"


def test_where_nothing_is_shared_the_facet_gives_the_name() -> None:
    said = _said("ссылка мертва", "страница пуста")
    assert label_of(said, [], facet="broken") == label_of(said, [Spoken(None, "x")], facet="broken")
    assert (label_of(said, [], facet="broken").text, label_of(said, [], facet="broken").terms) == ("не работает", ())
    assert label_of(said, [], facet="").text == "разное"
    assert label_of([], [], facet="").text == "various"


def test_what_everybody_says_at_the_place_tells_less_than_what_is_said_here() -> None:
    inside = _said("momentum in the lesson", "lesson about momentum", "the lesson, momentum")
    around = _said("lesson one", "the lesson", "a lesson too", "this lesson")
    assert label_of(inside, around, facet="").terms[0] == "momentum"


def test_names_of_code_keep_their_letters() -> None:
    said = _said("what does DataFrame do", "DataFrame is slow", "no DataFrame here")
    assert label_of(said, [], facet="").text == "DataFrame"


@pytest.fixture
def spoken(tmp_path: Path, clock: FixedClock) -> Iterator[Sayings]:
    database = open_database(tmp_path, clock=clock)
    yield Sayings(database, clock)
    database.close()


def test_a_theme_is_labelled_as_it_grows_and_a_persons_label_stays(spoken: Sayings) -> None:
    spoken.say_all(["the gradient vanishes", "a gradient of zero", "gradient gone"], 1)
    spoken.say("buy watches", 1, voice=Voice.BROWSER, by="b-1")
    spoken.say("buy watches now", 1, voice=Voice.BROWSER, by="b-2")
    spoken.group()
    (theme,) = spoken.themes()
    assert (theme.label, theme.label_by, theme.terms) == ("gradient", "rule", ("gradient",))
    with spoken.database.write() as session:
        row = session.get_one(ThemeRow, theme.id)
        row.label, row.label_by = "Vanishing gradients", BY_PERSON
    spoken.say("gradient, once more", 1)
    spoken.group()
    assert [each.label for each in spoken.themes()] == ["Vanishing gradients"]
