"""Notebooks: cells in order with their numbers, and no solution for learners, however it is marked."""

from __future__ import annotations

import json
import logging

import pytest

from foundation.errors import ContentUnreadable
from knowledge.blocks import Block, BlockKind, SourceLesson, Spot, SpotKind, Visibility
from knowledge.readers.jupyter import read_notebook
from tests.knowledge.readers.exports_documents import cell, notebook


def read(content: bytes) -> SourceLesson:
    lesson = read_notebook(content, path="labs/01.ipynb").lesson
    assert lesson is not None
    return lesson


def seen(lesson: SourceLesson) -> list[Block]:
    return [block for block in lesson.blocks if block.visibility is Visibility.LEARNER]


def test_cells_are_counted_as_the_notebook_shows_them() -> None:
    cells = [cell("markdown", "# Выборка\n\nСчитаем людей."), cell("raw", "сырое"), cell("code", "n = 1")]
    lesson = read(notebook(cells, language="R"))
    assert lesson.title == "Выборка"
    assert [(block.kind, block.text, block.spot) for block in lesson.blocks] == [
        (BlockKind.HEADING, "Выборка", Spot(SpotKind.CELL, 1)),
        (BlockKind.PARAGRAPH, "Считаем людей.", Spot(SpotKind.CELL, 1)),
        (BlockKind.CODE, "n = 1", Spot(SpotKind.CELL, 3)),
    ]
    assert 'class="language-r"' in lesson.blocks[-1].html
    starts = [block.start for block in lesson.blocks]
    assert starts == sorted(starts)
    assert all(block.end >= block.start for block in lesson.blocks)


def test_short_texts_a_cell_printed_are_read_and_errors_are_not() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["n = 12206\n"]},
        {"output_type": "stream", "name": "stderr", "text": ["/home/somebody/warning\n"]},
        {"output_type": "error", "ename": "E", "evalue": "boom", "traceback": ["/home/somebody"]},
        {"output_type": "execute_result", "metadata": {}, "data": {"text/plain": "<Figure size 640x480>"}},
        {"output_type": "stream", "name": "stdout", "text": "x\n" * 900},
    ]
    assert [block.text for block in read(notebook([cell("code", "run()", outputs=outputs)])).blocks] == [
        "run()",
        "n = 12206",
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        [cell("code", "СЕКРЕТ", nbgrader={"solution": True, "grade": False})],
        [cell("code", "assert f() == 'СЕКРЕТ'", nbgrader={"solution": False, "grade": True})],
        [
            cell(
                "code",
                "def f():\n    ### BEGIN SOLUTION\n    'СЕКРЕТ'\n    ### END SOLUTION",
                nbgrader={"solution": True},
            )
        ],
        [cell("code", "def f():\n    # BEGIN SOLUTION\n    'СЕКРЕТ'")],
        [cell("code", "x = 1\n### BEGIN HIDDEN TESTS\nassert 'СЕКРЕТ'\n### END HIDDEN TESTS")],
        [cell("code", "answer = 'СЕКРЕТ' # SOLUTION")],
        [cell("raw", "# BEGIN SOLUTION"), cell("markdown", "СЕКРЕТ"), cell("raw", "# END SOLUTION")],
        [cell("markdown", "СЕКРЕТ", tags=["solution"])],
        [cell("code", "СЕКРЕТ", tags=["hide-input"])],
        [cell("code", "СЕКРЕТ", tags=["remove_input"])],
        [cell("markdown", "## СЕКРЕТ\n\nСЕКРЕТ", tags=["remove-cell"])],
        [cell("markdown", "СЕКРЕТ", slideshow={"slide_type": "notes"})],
        [cell("code", "СЕКРЕТ", jupyter={"source_hidden": True})],
        [cell("markdown", "## Упражнение\n\nПосчитайте."), cell("markdown", "## Решение\n\nСЕКРЕТ")],
    ],
)
def test_no_solution_is_shown_however_it_is_marked(hidden: list[dict[str, object]]) -> None:
    lesson = read(notebook([cell("markdown", "# Задание"), *hidden, cell("markdown", "# Дальше\n\nвсем видно")]))
    told = seen(lesson)
    assert not any("СЕКРЕТ" in text for block in told for text in (block.text, block.html, *block.heading_path))
    assert any("СЕКРЕТ" in block.text for block in lesson.blocks)
    assert told[-1].text == "всем видно"


def test_what_a_hidden_cell_printed_is_hidden_too() -> None:
    printed = [{"output_type": "stream", "name": "stdout", "text": "СЕКРЕТ"}]
    lesson = read(notebook([cell("markdown", "# A"), cell("code", "f()", outputs=printed, tags=["solution"])]))
    assert not any("СЕКРЕТ" in block.text for block in seen(lesson))


def test_a_notebook_of_version_three_is_read_and_its_faults_stay_out_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heading = {"cell_type": "heading", "level": 1, "metadata": {}, "source": "Старая тетрадь"}
    code = {"cell_type": "code", "language": "python", "metadata": {}, "input": "n = 1", "outputs": [], "СЕКРЕТ": 1}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [heading, code]}]}
    with caplog.at_level(logging.INFO):
        lesson = read(json.dumps(old).encode())
    assert [block.text for block in lesson.blocks] == ["Старая тетрадь", "n = 1"]
    assert caplog.text == ""


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b'{"nbformat": 99}', b'{"nbformat": 4, "cells": 7}', b"[" * 100_000]
)
def test_what_is_no_notebook_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(ContentUnreadable, match=r"no notebook|nests|holds"):
        read_notebook(content, path="a.ipynb")
