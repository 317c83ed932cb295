"""Presentations: slides in order, titles as headings, and nothing of hidden slides or notes for learners."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from foundation.errors import ContentUnreadable
from knowledge.blocks import BlockKind, SourceLesson, Spot, SpotKind, Visibility
from knowledge.readers.leaves import LEAVES
from knowledge.readers.pptx import read_pptx
from tests.knowledge.readers.exports_documents import Slide, pptx, pptx_bytes


def read(content: bytes) -> SourceLesson:
    lesson = read_pptx(content, path="decks/week-1.pptx").lesson
    assert lesson is not None
    return lesson


def saved(deck: object) -> bytes:
    out = BytesIO()
    deck.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def test_slides_become_sections_with_their_numbers() -> None:
    first = Slide("Выборка", [(0, "Сначала эффект"), (1, "в пунктах"), (0, "Потом мощность")])
    lesson = read(pptx_bytes([first, Slide("Запас", [(0, "Десять процентов")])]))
    assert lesson.title == "Выборка"
    assert [(block.kind, block.text, block.spot) for block in lesson.blocks] == [
        (BlockKind.HEADING, "Выборка", Spot(SpotKind.SLIDE, 1)),
        (BlockKind.LIST, "- Сначала эффект\n  - в пунктах\n- Потом мощность", Spot(SpotKind.SLIDE, 1)),
        (BlockKind.HEADING, "Запас", Spot(SpotKind.SLIDE, 2)),
        (BlockKind.PARAGRAPH, "Десять процентов", Spot(SpotKind.SLIDE, 2)),
    ]
    assert lesson.blocks[-1].heading_path == ("Выборка", "Запас")


def test_a_slide_without_a_title_does_not_stand_under_the_one_before_it() -> None:
    lesson = read(pptx_bytes([Slide("One", [(0, "a")]), Slide("Two", [(0, "b")]), Slide("", [(0, "c")])]))
    assert lesson.blocks[-1].heading_path == ("One",)


def test_hidden_slides_and_notes_are_kept_from_learners_and_counted_all_the_same() -> None:
    slides = [
        Slide("Открыто", [(0, "видно всем")], notes="сказать вслух"),
        Slide("Скрыто", [(0, "не показывать")], hidden=True),
        Slide("Дальше", [(0, "снова видно")]),
    ]
    blocks = read(pptx_bytes(slides)).blocks
    seen = [block for block in blocks if block.visibility is Visibility.LEARNER]
    assert [block.text for block in seen] == ["Открыто", "видно всем", "Дальше", "снова видно"]
    assert seen[-1].spot == Spot(SpotKind.SLIDE, 3)
    assert not any("Скрыто" in heading for block in seen for heading in block.heading_path)
    assert {block.text: block.visibility for block in blocks if block not in seen} == {
        "сказать вслух": Visibility.STAFF,
        "Скрыто": Visibility.UNPUBLISHED,
        "не показывать": Visibility.UNPUBLISHED,
    }


def test_the_title_of_a_hidden_first_slide_does_not_name_the_lesson() -> None:
    lesson = read(pptx_bytes([Slide("Секрет", hidden=True), Slide("Открыто", [(0, "слова")])]))
    assert lesson.title == "Открыто"


def test_tables_groups_charts_and_pictures_say_what_they_hold() -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    deck = pptx([Slide("Things")])
    shapes = deck.slides[0].shapes
    place = (Inches(1), Inches(1), Inches(2), Inches(2))
    table = shapes.add_table(2, 2, *place).table
    for row, texts in enumerate([("Метрика", "Доля"), ("пробные", "8%")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    group = shapes.add_group_shape()
    group.shapes.add_textbox(*place).text_frame.text = "в группе"
    data = CategoryChartData()
    data.categories = ["a"]
    data.add_series("s", (1,))
    chart = shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *place, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Рост по неделям"
    picture = shapes.add_picture(BytesIO(_PIXEL), *place)
    picture._element._nvXxPr.cNvPr.set("descr", "Воронка регистрации")
    told = [block.text for block in read(saved(deck)).blocks]
    assert told == ["Things", "Метрика | Доля\nпробные | 8%", "в группе", "Рост по неделям", "Воронка регистрации"]


_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def test_entities_in_a_slide_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(pptx_bytes([Slide("One")]))) as deck, zipfile.ZipFile(out, "w") as hostile:
        for name in deck.namelist():
            part = deck.read(name)
            hostile.writestr(name, bomb + part.partition(b"?>")[2] if name.endswith("slide1.xml") else part)
    with pytest.raises(ContentUnreadable, match="slide1"):
        read_pptx(out.getvalue(), path="a.pptx")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"hello"])
@pytest.mark.parametrize("suffix", [".pptx", ".docx"])
def test_what_is_no_office_document_is_refused_with_a_reason(content: bytes, suffix: str) -> None:
    with pytest.raises(ContentUnreadable) as refused:
        LEAVES[suffix](content, path=f"a{suffix}")
    assert len(refused.value.reason) > 8


def test_a_truncated_presentation_is_refused() -> None:
    with pytest.raises(ContentUnreadable):
        read_pptx(pptx_bytes([Slide("One")])[:-4_000], path="a.pptx")
