"""A citation leads to the very page, slide, cell or second its quote stands at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from assistant.explain import explain_turn
from assistant.links import cite, lesson_url
from assistant.phrases import place_name
from assistant.replay import ReplayState
from companion.wiring import House
from foundation.errors import Invalid
from foundation.ids import ProductSlug
from knowledge.blocks import BlockKind, Recording, SourceLesson, Spot, SpotKind
from knowledge.ingest import Target, ingest
from knowledge.passages import Segment
from knowledge.products import describe_product, find_product
from knowledge.readers import read_course
from knowledge.spots import clock, settle_spots, spot_anchor, spot_query
from tests.assistant.asking import ask
from tests.assistant.made_sources import source
from tests.knowledge.readers.exports_documents import Slide, Text, cell, notebook, pdf, pptx_bytes, prose, vtt

FILES = {
    "bread.pdf": pdf(
        [
            [Text("Bread handbook", y=780, size=22), *prose("Flour is milled from wheat in the old mill.", y=740)],
            prose("The proofing basket is dusted with rice flour before the loaf is laid into it."),
        ]
    ),
    "oven.pptx": pptx_bytes(
        [
            Slide("Baking day", [(0, "We bake on every Friday morning")]),
            Slide("Scoring", [(0, "Score the loaf with a razor at a flat angle"), (0, "One cut is enough")]),
        ]
    ),
    "water.ipynb": notebook(
        [
            cell("markdown", "# Hydration\n\nHow wet a dough is."),
            cell("code", "water = 0.7"),
            cell("markdown", "A hydration of seventy per cent suits beginners who knead by hand."),
        ]
    ),
    "talk.vtt": vtt(
        [(1, 4, "Welcome to the bakery tour."), (63, 70, "The sourdough cellar is kept at eleven degrees.")]
    ).encode(),
}
PLACES = [
    ("What is the proofing basket dusted with?", "page", "2", "/p/bakery/lessons/bread-pdf#page-2"),
    ("How is the loaf scored with a razor?", "slide", "2", "/p/bakery/lessons/oven-pptx#slide-2"),
    ("Which hydration suits beginners?", "cell", "3", "/p/bakery/lessons/water-ipynb#cell-3"),
    ("At how many degrees is the sourdough cellar kept?", "time", "63", "/p/bakery/lessons/talk?t=63#t-63"),
]


@pytest.fixture
def bakery(house: House, tmp_path: Path) -> House:
    folder = tmp_path / "bakery"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    target = Target(ProductSlug("bakery"), lang="en")
    ingest(read_course(folder), target, database=house.database, encoder=house.encoder, clock=house.clock)
    return house


def test_answers_cite_pages_slides_cells_and_seconds_and_are_replayed(bakery: House) -> None:
    for question, kind, value, url in PLACES:
        reply = ask(bakery, question, "bakery")
        places = [citation["locator"] for citation in reply["citations"]]
        assert {"kind": kind, "value": value, "url": url} in places, question
        with bakery.database.read() as session:
            assert explain_turn(session, reply["turn"]).replay.state is ReplayState.SAME


def test_a_follow_up_keeps_its_topic_where_the_answer_was_cited_by_a_number(bakery: House) -> None:
    first = ask(bakery, "At how many degrees is the sourdough cellar kept?", "bakery")
    again = ask(bakery, "and why?", "bakery", conversation=first["conversation"])
    assert "63" not in again["text"]


def spotted(*pieces: tuple[str, Spot | None]) -> tuple[str, tuple[Segment, ...]]:
    text, segments = "", []
    for piece, spot in pieces:
        segments.append(Segment(BlockKind.PARAGRAPH, len(text), len(text) + len(piece), spot))
        text += f"{piece}\n\n"
    return text.rstrip("\n"), tuple(segments)


def test_the_place_is_that_of_the_block_that_holds_the_quote(house: House, take_in: Callable[..., object]) -> None:
    from dataclasses import replace

    take_in({"01.md": "# One\n\nWords.\n"}, "bread")
    with house.database.read() as session:
        product = find_product(session, "bread")
    text, segments = spotted(
        ("The same words.", Spot(SpotKind.PAGE, 3)), ("The same words.", Spot(SpotKind.PAGE, 4)), ("A heading's.", None)
    )
    made = replace(source(text), segments=segments)
    assert cite(product, made, "The same words.", number=1).locator.value == "3"
    assert cite(product, made, "The same words.", number=1, start=17).locator.value == "4"
    assert cite(product, made, "A heading's.", number=1).locator.kind == "heading"


def test_a_template_gets_the_place_it_asks_for(house: House, take_in: Callable[..., object]) -> None:
    take_in({"01.md": "# One\n\nWords.\n"}, "bread")
    template = "https://school.example/{lesson}?page={page}&start={second}#{anchor}"
    with house.database.write() as session:
        describe_product(session, "bread", url_template=template)
        product = find_product(session, "bread")
        with pytest.raises(Invalid, match="page"):
            describe_product(session, "bread", url_template="https://school.example/{minute}")
    head = source("Words.").lesson
    assert lesson_url(product, head, spot=Spot(SpotKind.PAGE, 3)) == "https://school.example/lesson-1?page=3&start=#"
    second = Spot(SpotKind.TIME, 63)
    assert lesson_url(product, head, anchor="x", spot=second) == "https://school.example/lesson-1?page=&start=63#x"


def anchors(lesson: SourceLesson) -> Iterable[str]:
    return (f"{spot_query(block.spot)}#{spot_anchor(block.spot)}" for block in lesson.blocks if block.spot is not None)


def test_of_several_recordings_the_address_names_one(take_in: Callable[..., object]) -> None:
    from knowledge.blocks import Block

    blocks = tuple(
        Block(BlockKind.TRANSCRIPT, "x", "<p>x</p>", 0, 1, spot=Spot(SpotKind.TIME, 5, of)) for of in ("intro", "end")
    )
    two = SourceLesson("a", "a", "A", "", blocks, recordings=(Recording("intro"), Recording("end")))
    assert list(anchors(settle_spots(two))) == ["?t=5&v=intro#t-5-intro", "?t=5&v=end#t-5-end"]
    one = SourceLesson("a", "a", "A", "", blocks[:1], recordings=(Recording("intro"),))
    assert list(anchors(settle_spots(one))) == ["?t=5#t-5"]


@pytest.mark.parametrize(
    ("kind", "value", "ru", "en"),
    [
        ("page", "3", "стр. 3", "page 3"),
        ("slide", "2", "слайд 2", "slide 2"),
        ("cell", "7", "ячейка 7", "cell 7"),
        ("time", "63", "1:03", "1:03"),
        ("time", "3725", "1:02:05", "1:02:05"),
        ("heading", "Запас", "Запас", "Запас"),
    ],
)
def test_places_are_called_what_people_call_them(kind: str, value: str, ru: str, en: str) -> None:
    assert (place_name(kind, value, "ru"), place_name(kind, value, "en")) == (ru, en)


def test_seconds_are_told_as_players_do() -> None:
    assert [clock(second) for second in (0, 9, 60, 3600)] == ["0:00", "0:09", "1:00", "1:00:00"]
