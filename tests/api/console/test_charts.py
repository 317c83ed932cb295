"""Charts: pictures without scripts or styles of their own, each with all its numbers as a table."""

import re

from lxml import etree

from api.console.charts import Point, bars, intervals
from api.console.numbers import between, percent, plain, points

POINTS = [
    Point("A & <b>bold</b>", 0.4, 0.3, 0.5, "12 of 30"),
    Point("Nobody counted", None),
    Point("Nought", 0.0, 0.0, 0.1),
    Point("A label that is far too long to stand beside a bar", 0.2),
]


def as_percent(share: float) -> str:
    return percent(share, "en")


def test_a_picture_is_named_and_holds_nothing_that_runs() -> None:
    for chart in (bars(POINTS, title='What "hurts"', form=as_percent), intervals(POINTS, title="x", form=as_percent)):
        picture = etree.fromstring(str(chart.svg))
        assert picture.get("role") == "img"
        assert picture.get("aria-label") == chart.title
        names = {etree.QName(node).localname for node in picture.iter()}
        assert not names & {"script", "style", "defs", "desc", "foreignObject", "a"}
        assert not any(name.startswith("on") or "href" in name for node in picture.iter() for name in node.attrib)
        assert "<b>" not in chart.svg


def test_every_number_stands_in_the_table_too() -> None:
    chart = bars(POINTS, title="t", form=as_percent)
    assert chart.rows == (
        ("A & <b>bold</b>", "40%", "30% … 50%", "12 of 30"),
        ("Nobody counted", "—", "", ""),
        ("Nought", "0%", "0% … 10%", ""),
        ("A label that is far too long to stand beside a bar", "20%", "", ""),
    )
    assert "A label that is far too long…" in chart.svg


def test_bars_are_as_long_as_their_numbers_and_stand_in_the_order_given() -> None:
    picture = bars([Point("long", 4.0), Point("short", 1.0)], title="t", form=str).svg
    drawn = [
        (float(found["y"]), float(found["width"]))
        for found in re.finditer(r'<rect x="\S+" y="(?P<y>\S+)"[^>]* width="(?P<width>\S+)"[^>]*class="rect', picture)
    ]
    (_, short), (_, long) = sorted(drawn, key=lambda bar: -bar[0])
    assert long == 4 * short > 0


def test_an_interval_on_one_side_of_nought_and_a_picture_of_nothing_are_drawn() -> None:
    worse = intervals([Point("worse", 0.1, 0.05, 0.15)], title="t", form=as_percent)
    assert ">0%</text>" in worse.svg
    assert not intervals([], title="t", form=as_percent).svg
    assert bars([Point("none", None)], title="t", form=as_percent).svg


def test_numbers_are_written_as_in_each_language() -> None:
    assert percent(0.123, "en") == "12%"
    assert percent(0.123, "ru") == "12\N{NO-BREAK SPACE}%"
    assert points(-0.025, "ru") == "\N{MINUS SIGN}2,5\N{NO-BREAK SPACE}п.\N{NO-BREAK SPACE}п."
    assert points(0.3, "en") == "30\N{NO-BREAK SPACE}pp"
    assert percent(0.0001, "en") == "0%"
    assert plain(12.0, "ru") == "12"
    assert plain(12.34, "ru") == "12,3"
    assert between((0.1, 0.2), as_percent) == "10% … 20%"
