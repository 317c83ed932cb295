"""PDFs: what was written comes back from what was printed, each piece with its page."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from foundation.errors import ContentUnreadable
from knowledge.blocks import BlockKind, SourceLesson, Spot, SpotKind
from knowledge.readers.page import ReadPage
from knowledge.readers.pdf import read_pdf
from tests.knowledge.readers.exports_documents import Text, pdf, prose

LONG = (
    "Размер выборки выбирают до теста, потому что потом его легко подогнать под желаемый ответ. Чем меньше эффект, "
    "который хочется увидеть, тем больше людей нужно позвать, и растёт это число быстрее, чем кажется."
)
ENGLISH = (
    "The sample size is chosen before the test, for afterwards it is easily bent towards the answer one likes. "
    "The smaller the effect that should be seen, the more people have to be asked, and faster than one expects."
)


def lesson_of(page: ReadPage) -> SourceLesson:
    assert page.lesson is not None
    return page.lesson


def read(pages: list[list[Text]], **told: object) -> SourceLesson:
    return lesson_of(read_pdf(pdf(pages, **told), path="files/handout.pdf"))  # type: ignore[arg-type]


def texts(lesson: SourceLesson, kind: BlockKind = BlockKind.PARAGRAPH) -> list[str]:
    return [block.text for block in lesson.blocks if block.kind is kind]


@pytest.mark.parametrize("text", [LONG, ENGLISH])
def test_the_lines_of_a_paragraph_are_one_text_again(text: str) -> None:
    lesson = read([[*prose(text), *prose(text, y=560)]])
    assert texts(lesson) == [text, text]


def test_every_block_says_on_which_page_it_stands() -> None:
    lesson = read([prose(LONG), prose(ENGLISH), [Text("Третья страница.")]])
    assert [block.spot for block in lesson.blocks] == [Spot(SpotKind.PAGE, number) for number in (1, 2, 3)]


def test_a_paragraph_that_goes_on_overleaf_stays_one_and_begins_where_it_begins() -> None:
    lesson = read([[Text("Первый слой. Второй слой лежит", y=700)], [Text("под первым и виден сбоку.", y=780)]])
    assert texts(lesson) == ["Первый слой. Второй слой лежит под первым и виден сбоку."]
    assert lesson.blocks[0].spot == Spot(SpotKind.PAGE, 1)


def test_larger_lines_are_headings_and_smaller_ones_stand_below_them() -> None:
    page = [
        Text("Выборка", y=780, size=22),
        *prose(LONG, y=740),
        Text("Мощность", y=620, size=16),
        *prose(ENGLISH, y=590),
        Text("Запас", y=480, bold=True),
        Text("Десять процентов на всякий случай.", y=460),
    ]
    lesson = read([page])
    assert [block.heading_path for block in lesson.blocks if block.kind is BlockKind.PARAGRAPH] == [
        ("Выборка",),
        ("Выборка", "Мощность"),
        ("Выборка", "Мощность", "Запас"),
    ]
    assert lesson.title == "Выборка"


def test_lines_that_the_outline_names_are_headings_though_they_are_printed_like_the_rest() -> None:
    page = [Text("Введение", y=780), *prose(LONG, y=740), Text("Итоги", y=600), *prose(ENGLISH, y=570)]
    lesson = read([page], outline=[("Введение", 1), ("Итоги", 1)])
    assert texts(lesson, BlockKind.HEADING) == ["Введение", "Итоги"]


def test_a_word_divided_at_the_end_of_a_line_is_whole_again() -> None:
    lines = [
        Text("Проверяем экспери-", y=700),
        Text("мент и follow-", y=685.6),
        Text("up опрос. Эксперимент и follow-up важны.", y=671.2),
    ]
    assert texts(read([lines])) == ["Проверяем эксперимент и follow-up опрос. Эксперимент и follow-up важны."]


def test_running_heads_and_page_numbers_are_left_out_and_titles_are_not() -> None:
    pages = [
        [
            Text("Курс А/Б-тестов", y=810, size=9),
            Text("Важно помнить", y=770, size=20),
            *prose(f"{LONG} Страница рассказывает о своём, номер {number}.", y=720),
            Text(f"Стр. {number} из 4", y=30, size=9),
        ]
        for number in range(1, 5)
    ]
    lesson = read(pages)
    told = " ".join(block.text for block in lesson.blocks)
    assert "Курс А/Б" not in told
    assert "из 4" not in told
    assert texts(lesson, BlockKind.HEADING) == ["Важно помнить"] * 4


def test_bullets_and_numbers_are_lists() -> None:
    lines = [
        Text("Нужно три числа:", y=700),
        Text("• базовое значение, которое берут", x=90, y=680),
        Text("за четыре обычные недели", x=102, y=665.6),
        Text("• мощность", x=90, y=650),
        Text("1. сначала посчитать", x=90, y=600),
        Text("2. потом запустить", x=90, y=585),
    ]
    (bullets,) = texts(read([lines]), BlockKind.LIST)
    assert bullets.split("\n") == [
        "- базовое значение, которое берут за четыре обычные недели",
        "- мощность",
        "1. сначала посчитать",
        "2. потом запустить",
    ]


@pytest.mark.parametrize(
    ("title", "called"),
    [("Пособие по тестам", "Пособие по тестам"), ("Microsoft Word - final2.docx", "Выборка"), ("untitled", "Выборка")],
)
def test_a_title_that_says_something_wins_over_the_first_heading(title: str, called: str) -> None:
    assert read([[Text("Выборка", y=780, size=22), *prose(LONG, y=740)]], title=title).title == called


def test_a_scan_says_that_its_text_has_to_be_recognised() -> None:
    with pytest.raises(ContentUnreadable, match="pages are pictures: recognise the text"):
        read([[], []])


def test_a_page_without_text_among_others_is_named() -> None:
    page = read_pdf(pdf([prose(LONG), [], prose(ENGLISH)]), path="a.pdf")
    assert [str(warning) for warning in page.warnings] == [
        "a.pdf: page 2 is without text, a picture or empty: recognise the text (OCR) to have them read"
    ]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"GIF89a", pdf([prose(LONG)])[:300], b"\0" * 4_000])
def test_what_is_no_sound_pdf_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(ContentUnreadable, match=r"damaged|no PDF|pictures"):
        read_pdf(content, path="a.pdf")


def test_an_encrypted_pdf_says_so() -> None:
    locked = pdf([prose(LONG)]).replace(
        b"trailer\n<<",
        b"trailer\n<< /ID [<00000000000000000000000000000000> <00000000000000000000000000000000>] "
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b"> >>",
    )
    with pytest.raises(ContentUnreadable, match="encrypted: save it without a password"):
        read_pdf(locked, path="a.pdf")


def test_more_pages_than_anybody_reads_are_refused_before_they_are_read() -> None:
    kids = b"/Kids [" + b"6 0 R " * 20_001 + b"]"
    promised = pdf([prose(LONG)]).replace(b"/Count 1 /Kids [6 0 R]", b"/Count 20001 " + kids)
    with pytest.raises(ContentUnreadable, match="has 20001 pages"):
        read_pdf(promised, path="a.pdf")


def test_several_are_read_at_once(tmp_path: Path) -> None:
    content = pdf([prose(LONG) for _ in range(20)])
    found: list[int] = []
    threads = [
        Thread(target=lambda: found.append(len(lesson_of(read_pdf(content, path="a.pdf")).blocks))) for _ in "abcd"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [20] * 4
