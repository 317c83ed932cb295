"""What of a model's reply gets through: sentences whose quote stands in the passage they cite, and nothing else."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.supported import SupportedSentences
from tests.assistant.made_sources import source

WATER = "Water boils at 100 degrees at sea level. It boils earlier in the mountains, at 90.5 degrees."
AT_SEA, UP = "Water boils at 100 degrees at sea level.", "It boils earlier in the mountains, at 90.5 degrees."
POWER = "Мощность — это шанс увидеть эффект. Её называют «чувствительностью» теста.\nДля 80 % нужно 1 200 человек."
CODE = 'Select columns with df[["a", "b"]] and items with x = a[b[0]] in one step. See https://course.example/docs too.'
SOURCES = [source(text, number) for number, text in enumerate((WATER, POWER, CODE), start=1)]


def _read(reply: str, *cuts: int) -> tuple[list[tuple[str, list[str]]], int, bool]:
    reader = SupportedSentences(SOURCES)
    places = [0, *sorted(cuts), len(reply)]
    given = [one for start, end in pairwise(places) for one in reader.feed(reply[start:end])]
    given += reader.finish()
    for sentence in given:
        assert sentence.text
        assert sentence.quotes
        assert all(quote.text == quote.source.text[quote.start : quote.end] for quote in sentence.quotes)
    return [(one.text, [quote.text for quote in one.quotes]) for one in given], reader.dropped, reader.not_covered


def _texts(reply: str) -> list[str]:
    return [text for text, _ in _read(reply)[0]]


GOOD = 'Water boils at 100 degrees. [[1|"boils at 100 degrees"]]'


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        'Water boils at 100 degrees. [[ 1 | "boils at 100 degrees" ]]',
        "Water boils at 100 degrees. [[1|boils at 100 degrees]]",
        "Water boils at 100 degrees. [[1|“boils at 100 degrees”]]",
        "Water boils at 100 degrees. [[1|«boils at 100 degrees»]]",
        'Water boils at 100 degrees. [[1|"boils\n at  100\u00a0degrees"]]',
        'Water boils at 100 degrees.[[1|"boils at 100 degrees"]]\n',
    ],
)
def test_a_sentence_with_its_quote_gets_through(reply: str) -> None:
    assert _read(reply) == ([("Water boils at 100 degrees.", [AT_SEA])], 0, False)


@pytest.mark.parametrize(
    "reply",
    [
        "Water boils at 100 degrees.",
        'Water boils at 120 degrees. [[1|"boils at 120 degrees"]]',
        'Water boils at 100 degrees. [[2|"boils at 100 degrees"]]',
        'Water boils at 100 degrees. [[0|"boils at 100 degrees"]]',
        'Water boils at 100 degrees. [[4|"boils at 100 degrees"]]',
        'Water boils at 100 degrees. [[99999999|"boils at 100 degrees"]]',
        'Water boils. [[1|"boils"]]',
        'Water boils. [[1|""]]',
        'Water boils. [[1|"Boils at 100 Degrees"]]',
        'Water boils at 10 degrees. [[1|"boils at 10"]]',
        'Water boils at 90 degrees. [[1|"in the mountains, at 90"]]',
        'Water oils. [[1|"oils at 100 degrees"]]',
        'Water boils at 100 degrees. [[1|"boils at 100 degrees"]',
        'Water boils at 100 degrees. [1|"boils at 100 degrees"]',
        '[[1|"boils at 100 degrees"]]',
        'See [here](https://evil.example). [[1|"boils at 100 degrees"]]',
        'See [here](javascript:alert(1)). [[1|"boils at 100 degrees"]]',
        'See www.evil.example now. [[1|"boils at 100 degrees"]]',
        'See ftp://evil.example now. [[1|"boils at 100 degrees"]]',
        'See https://course.example/docs/other now. [[3|"Select columns with"]]',
        'NOT_COVERED [[1|"boils at 100 degrees"]]',
    ],
)
def test_anything_else_stays_here(reply: str) -> None:
    given, dropped, not_covered = _read(reply)
    assert given == []
    assert dropped + not_covered >= 1


def test_only_the_sentence_before_the_marks_is_proved_by_them() -> None:
    given, dropped, _ = _read(f"The moon is made of cheese. {GOOD}")
    assert given == [("Water boils at 100 degrees.", [AT_SEA])]
    assert dropped == 1


def test_two_marks_prove_one_sentence_and_a_wrong_one_is_left_out() -> None:
    marks = '[[1|"boils at 100 degrees"]] [[1|"earlier in the mountains"]][[2|"earlier in the mountains"]]'
    said = "Water boils at 100 degrees, and earlier in the mountains."
    assert _read(f"{said} {marks} Bye.")[0] == [(said, [AT_SEA, UP])]


def test_two_marks_within_one_sentence_are_one_quote() -> None:
    reply = 'Water boils at sea level. [[1|"Water boils at"]] [[1|"at sea level"]]'
    assert _read(reply)[0] == [("Water boils at sea level.", [AT_SEA])]


def test_a_quote_from_a_page_without_full_stops_stays_as_the_model_took_it() -> None:
    reader = SupportedSentences([source("word " * 300 + "water boils early")])
    (given,) = [*reader.feed('Water boils early. [[1|"water boils early"]]'), *reader.finish()]
    assert [quote.text for quote in given.quotes] == ["water boils early"]


def test_why_a_sentence_was_held_back_is_counted() -> None:
    reader = SupportedSentences(SOURCES)
    reply = f'{GOOD} It boils at 120 degrees. [[1|"boils at 100 degrees"]] It boils. [[1|"nobody wrote that"]] Bye.'
    assert len([*reader.feed(reply), *reader.finish()]) == 1
    assert (reader.kept, reader.dropped, dict(reader.faults)) == (1, 3, {"number": 1, "not_found": 1})


def test_lines_of_a_list_stay_lines() -> None:
    lines = ["- At sea level: 100 degrees.", "- In the mountains: earlier."]
    reply = f'{lines[0]} [[1|"boils at 100 degrees"]]\n{lines[1]} [[1|"earlier in the mountains"]]\n- Unproved.\n'
    assert _texts(reply) == lines


def test_marks_in_front_of_the_full_stop_leave_no_stop_behind() -> None:
    reply = (
        'At sea 100 degrees [[1|"boils at 100 degrees"]]. In the mountains earlier [[1|"earlier in the mountains"]].'
    )
    assert _read(reply) == ([("At sea 100 degrees", [AT_SEA]), ("In the mountains earlier", [UP])], 0, False)


def test_quotation_marks_inside_a_quote_may_be_of_another_kind() -> None:
    reply = 'Это чувствительность. [[2|"Её называют "чувствительностью" теста."]]'
    assert _read(reply)[0] == [("Это чувствительность.", ["Её называют «чувствительностью» теста."])]


@pytest.mark.parametrize("quoted", ['columns with df[["a", "b"]]', "with x = a[b[0]]"])
def test_a_quote_may_end_in_brackets_of_its_own(quoted: str) -> None:
    reply = f'Select columns and items in one step. [[3|"{quoted}"]] {GOOD}'
    whole = 'Select columns with df[["a", "b"]] and items with x = a[b[0]] in one step.'
    assert _read(reply)[0] == [
        ("Select columns and items in one step.", [whole]),
        ("Water boils at 100 degrees.", [AT_SEA]),
    ]


def test_an_address_of_the_course_may_be_told() -> None:
    assert _texts('See https://course.example/docs. [[3|"See https://course.example"]]') == [
        "See https://course.example/docs."
    ]


@pytest.mark.parametrize(
    "reply", ["NOT_COVERED", " NOT_COVERED.\n", "**NOT_COVERED**", "NOT_COVERED\n\nSorry for that."]
)
def test_a_model_that_says_not_covered_is_understood(reply: str) -> None:
    assert _read(reply)[0] == []
    assert _read(reply)[2] is True


def test_a_part_that_is_covered_gets_through_before_the_word_for_the_rest() -> None:
    given, _, not_covered = _read(f"{GOOD}\nNOT_COVERED")
    assert [text for text, _ in given] == ["Water boils at 100 degrees."]
    assert not_covered


REPLIES = [
    f'{GOOD} Up earlier. [[1|"earlier in the mountains"]] [[1|"at 90.5 degrees"]]\n- Код. [[3|"x = a[b[0]]"]] Конец.',
    'Это шанс [[2|«шанс увидеть эффект»]]. Нужно 1 200. [[2|"нужно 1 200 человек"]] "И всё" [[9|"нет такого"]]',
    'A. [[3|"df[["a", "b"]]"]]"B" [[1|"boils at 100 degrees"]] ]] [[ [[1|x]] [[1|"at sea level"]]]] NOT_COVERED',
]
noise = st.lists(
    st.sampled_from(["[[", "]]", "]", "[", "|", "1", "2", '"', "»", " ", "\n", ".", "A. ", "NOT_COVERED", GOOD])
    | st.sampled_from(['[[1|"', '"]]', "boils at 100 degrees", "шанс увидеть эффект", "[[2|"]),
    max_size=25,
).map("".join)


@settings(max_examples=300)
@given(st.sampled_from(REPLIES) | noise, st.data())
def test_how_a_reply_is_cut_into_pieces_changes_nothing(reply: str, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(reply)), max_size=8))
    assert _read(reply, *cuts) == _read(reply)


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_read_letter_by_letter_or_cut_anywhere_is_the_same_reply(reply: str) -> None:
    whole = _read(reply)
    assert _read(reply, *range(len(reply))) == whole
    assert all(_read(reply, cut) == whole for cut in range(len(reply)))


@settings(max_examples=300)
@given(noise | st.text())
@example("[[1|" * 3_000)
@example("[[1|x]]" * 2_000)
@example(" " * 12_000)
def test_no_reply_gets_text_through_without_a_quote_that_was_found(reply: str) -> None:
    given, _, _ = _read(reply)
    for text, quotes in given:
        assert text in reply
        assert "NOT_COVERED" not in text
        assert all(len(quote) >= 8 for quote in quotes)


@pytest.mark.parametrize("piece", [" ", "[[1|", "\n", "]]", "a. ", '[[1|"x"]]'])
def test_a_model_that_repeats_itself_does_not_hold_the_service_up(piece: str) -> None:
    reader = SupportedSentences(SOURCES)
    given = [one for _ in range(3_000) for one in reader.feed(piece)]
    assert [*given, *reader.finish()] == []
