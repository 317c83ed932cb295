"""Files of what learners said are understood in the forms platforms give them, and what cannot be read says where."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from feedback.import_fields import read_consent, read_day_first, read_kind, read_rating, read_time
from feedback.import_formats import plain_text, read_brought
from feedback.item import ItemKind
from foundation.errors import Invalid


def fields(raw: str | bytes, name: str = "said.csv") -> list[dict[str, Any]]:
    return [row.fields for row in read_brought(raw.encode() if isinstance(raw, str) else raw, name=name).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_whatever_separates_and_encodes_it(delimiter: str, encoding: str) -> None:
    raw = f'Отзыв{delimiter}Урок{delimiter}Оценка\n"Мало{delimiter}\nпримеров"{delimiter}two{delimiter}3\n'
    assert fields(raw.encode(encoding)) == [{"text": f"Мало{delimiter}\nпримеров", "lesson": "two", "rating": "3"}]


def test_rows_keep_their_line_though_a_text_has_several() -> None:
    brought = read_brought(b'text,id\n"one\ntwo",1\n\n"three",2,over\nfour,3\n', name="said.csv")
    assert [(row.line, row.fields["text"]) for row in brought.rows] == [(2, "one\ntwo"), (6, "four")]
    assert [each.line for each in brought.unread] == [5]
    assert "3 cells and the header 2" in brought.unread[0].reason


def test_json_lines_are_read_line_by_line() -> None:
    brought = read_brought('{"text": "one\u2028two"}\nnonsense\n[1]\n{"text": "three"}\n'.encode(), name="said.jsonl")
    assert [(row.line, row.fields["text"]) for row in brought.rows] == [(1, "one\u2028two"), (4, "three")]
    assert [each.line for each in brought.unread] == [2, 3]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "no column for what was said; call it text (its columns are: a, b)"),
        (bytes(range(256)) * 4, "is no text"),
        (b"[1, 2]", "another shape"),
        (b'[{"text": "cut o', "begins as a JSON list and is none"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_a_file_that_is_none_of_the_forms_says_what_to_do(raw: bytes, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_brought(raw, name="said.csv")
    assert says in str(refused.value)


def test_a_moodle_forum_gives_its_posts_with_the_subject_of_the_first() -> None:
    post = {"id": 7, "discussion": 3, "parent": 0, "userid": 12, "created": 1767225600, "subject": "Power"}
    opening = {**post, "message": "<p>Why <b>0.8</b>?</p><script>x</script>", "messageformat": 1}
    reply = {**opening, "id": 8, "parent": 7, "subject": "Re: Power", "message": "same &amp; here"}
    for raw in (json.dumps([[opening, reply]]), _as_csv([opening, reply])):
        first, second = fields(raw)
        assert (first["text"], second["text"]) == ("Power\nWhy 0.8?", "same & here")
        assert (first["id"], str(first["author"]), first["kind"]) == ("moodle-7", "12", "forum")


def _as_csv(posts: list[dict[str, Any]]) -> str:
    lines = [",".join(posts[0]), *(",".join(f'"{value}"' for value in post.values()) for post in posts)]
    return "\n".join(lines)


def test_a_discourse_topic_gives_what_learners_posted() -> None:
    post = {"id": 1, "post_number": 1, "username": "ann", "created_at": "2026-01-05T10:00:00Z", "cooked": "<p>Why?</p>"}
    quoting = '<aside class="quote"><p>Why?</p></aside><p>Me too</p>'
    posts = [post, {**post, "id": 2, "post_number": 2, "cooked": quoting}, {**post, "id": 3, "staff": True}]
    brought = read_brought(json.dumps({"title": "Power", "post_stream": {"posts": posts}}).encode(), name="topic.json")
    assert (brought.form, brought.left_out) == ("discourse", 1)
    assert [row.fields["text"] for row in brought.rows] == ["Power\nWhy?", "Me too"]


def test_threads_give_their_posts_and_the_replies_within_them() -> None:
    reply = {"body": "same", "user": "bob"}
    thread = {"title": "Power", "lesson": "two", "posts": [{"body": "Why?", "user": "ann", "replies": [reply]}]}
    assert fields(json.dumps({"threads": [thread]})) == [
        {"kind": "forum", "text": "Power\nWhy?", "author": "ann", "lesson": "two"},
        {"kind": "forum", "text": "same", "author": "bob", "lesson": "two"},
    ]


def test_text_that_is_no_html_stays_as_it_is() -> None:
    assert plain_text("a < b and c") == "a < b and c"
    assert plain_text("one\n  two") == "one\n  two"


@pytest.mark.parametrize(
    "said",
    [
        "2026-03-05T09:30:00Z",
        "2026-03-05 12:30:00+03:00",
        "05.03.2026 09:30",
        "5/3/2026 09:30",
        "Thursday, 5 March 2026, 9:30 AM",
        "5 марта 2026, 09:30",
        "1772703000",
        1772703000,
        "1772703000000",
    ],
)
def test_dates_are_read_as_platforms_write_them(said: object) -> None:
    assert read_time(said, day_first=True) == datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def test_a_date_that_may_mean_two_days_is_refused_unless_the_column_leaves_no_doubt() -> None:
    assert read_day_first(["5/3/2026", "25/3/2026"]) is True
    assert read_day_first(["5/3/2026", "3/25/2026 10:00"]) is False
    assert read_day_first(["5/3/2026"]) is None
    with pytest.raises(Invalid, match="write it like"):
        read_time("5/3/2026", day_first=None)


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-40", "", "12", "99999999999999", "31/31/2026", {}])
def test_what_is_no_date_is_refused(wrong: object) -> None:
    with pytest.raises(Invalid):
        read_time(wrong, day_first=True)


def test_ratings_become_scores() -> None:
    assert [read_rating(rating) for rating in ("1", 3, "5", "7/10", "2,5")] == [-1.0, 0.0, 1.0, 0.3333, -0.25]
    for wrong in ("77", "0", "good", "nan", "inf", "5/0"):
        with pytest.raises(Invalid):
            read_rating(wrong)


def test_a_kind_is_what_the_row_says_or_where_it_comes_from() -> None:
    assert read_kind({"kind": "Thumb down"}, default=ItemKind.COMMENT) is ItemKind.THUMB_DOWN
    assert read_kind({"source": "Опрос, весна"}, default=ItemKind.COMMENT) is ItemKind.SURVEY
    assert read_kind({}, default=ItemKind.FORUM) is ItemKind.FORUM
    with pytest.raises(Invalid, match="say one of"):
        read_kind({"kind": "applause"}, default=ItemKind.COMMENT)


def test_consent_is_given_by_a_clear_yes_only() -> None:
    assert [read_consent(said) for said in (True, "да", "1", "yes", "maybe", "", None, 2)] == [True] * 4 + [False] * 4
