"""What a Markdown page becomes, block by block."""

from textwrap import dedent

import pytest

from knowledge.blocks import Block, BlockKind, SourceLesson
from knowledge.readers import read_markdown_text
from knowledge.readers.page import read_page


def lesson_of(text: str, *, path: str = "lesson.md") -> SourceLesson:
    lesson = read_page(dedent(text).encode(), path=path).lesson
    assert lesson is not None
    return lesson


def blocks_of(text: str) -> tuple[Block, ...]:
    return lesson_of(text).blocks


def only(text: str) -> Block:
    (block,) = blocks_of(text)
    return block


def test_an_explicit_heading_id_becomes_the_anchor_and_leaves_the_text() -> None:
    block = only("# Введение[[introduction]]")
    assert (block.text, block.anchor) == ("Введение", "introduction")
    assert block.html == '<h1 id="introduction">Введение</h1>'


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("Что такое *токен*?", "что-такое-токен"), ("API & you", "api--you"), ("🤗", "section"), ("T {#own}", "own")],
)
def test_a_heading_without_an_id_gets_a_slug_that_keeps_cyrillic(heading: str, anchor: str) -> None:
    assert only(f"## {heading}").anchor == anchor


def test_anchors_are_unique_in_a_lesson() -> None:
    assert [block.anchor for block in blocks_of("## A\n\n## A\n\n## B[[a]]")] == ["a", "a-1", "a-2"]


def test_the_heading_path_runs_from_the_outermost_heading() -> None:
    blocks = blocks_of("# A\n\n## B\n\nтекст\n\n## C\n\nещё")
    assert [block.heading_path for block in blocks] == [("A",), ("A", "B"), ("A", "B"), ("A", "C"), ("A", "C")]


def test_the_first_top_heading_is_the_title_unless_front_matter_gives_one() -> None:
    assert lesson_of("intro\n\n# Свой заголовок\n").title == "Свой заголовок"
    assert lesson_of("---\ntitle: Другой\n---\n# Свой\n").title == "Другой"
    assert lesson_of("no heading", path="week/first.md").title == "first"


def test_front_matter_fills_the_lesson_and_moves_no_offset() -> None:
    text = "---\nid: w1\nblock: Неделя 1\nskill: s\noutcome: o\nlang: ru\n---\n\nТекст урока.\n"
    lesson = lesson_of(text)
    assert (lesson.external_id, lesson.block_title, lesson.lang) == ("w1", "Неделя 1", "ru")
    assert (lesson.skill, lesson.outcome) == ("s", "o")
    assert text[lesson.blocks[0].start : lesson.blocks[0].end] == "Текст урока."


def test_text_between_two_rulers_is_not_taken_for_front_matter() -> None:
    assert [block.text for block in blocks_of("---\nПросто слова\n---\n\nи ещё\n")] == ["Просто слова", "и ещё"]


def test_inline_markup_is_stripped_from_text_and_kept_in_html() -> None:
    block = only("Это **важно** и [ссылка](https://e.org/x), `код`  \nс новой строки 🤗\nи дальше")
    assert block.text == "Это важно и ссылка, код\nс новой строки 🤗 и дальше"
    assert "<strong>важно</strong>" in block.html
    assert 'href="https://e.org/x"' in block.html
    assert "<code>код</code>" in block.html


def test_a_list_is_one_block_with_nesting_by_two_spaces() -> None:
    block = only("- один\n    - два\n        1. три\n        2. четыре\n- пять\n")
    assert block.kind is BlockKind.LIST
    assert block.text == "- один\n  - два\n    1. три\n    2. четыре\n- пять"
    assert block.html.count("<li>") == 5


def test_a_numbered_list_keeps_its_numbers_around_a_listing() -> None:
    blocks = blocks_of("3. Install:\n\n   ```sh\n   pip  install\n   ```\n\n   then\n4. Run\n")
    assert [block.kind for block in blocks] == [BlockKind.LIST, BlockKind.CODE, BlockKind.LIST]
    assert [block.text for block in blocks] == ["3. Install:", "pip  install", "  then\n4. Run"]
    assert blocks[2].html == '<p>then</p><ol start="4"><li>Run</li></ol>'


def test_a_table_is_one_block_header_first() -> None:
    block = only("| Имя | Где |\n|---|---|\n| `a` | **b** |\n")
    assert (block.kind, block.text) == (BlockKind.TABLE, "Имя | Где\na | b")
    assert "<th>Имя</th>" in block.html


def test_code_is_whole_and_unchanged() -> None:
    block = only("```python title=x\n\n  <b> &amp; {x}\n\tтаб\n\n```")
    assert (block.kind, block.text) == (BlockKind.CODE, "\n  <b> &amp; {x}\n\tтаб\n")
    assert block.html.startswith('<pre><code class="language-python">')
    assert "&lt;b&gt; &amp;amp;" in block.html


def test_an_admonition_loses_its_marker_and_stays_a_paragraph() -> None:
    blocks = blocks_of("> [!TIP]\n> Первый совет.\n>\n> Второй.\n\n> Цитата")
    assert [(block.kind, block.text) for block in blocks] == [
        (BlockKind.PARAGRAPH, "Первый совет."),
        (BlockKind.PARAGRAPH, "Второй."),
        (BlockKind.PARAGRAPH, "Цитата"),
    ]


@pytest.mark.parametrize("literal", ["<s>", "</s>", "<mask>", "<pad>", "<sep>", "<unk>", "<your token>", "<b>", "a<b"])
def test_words_in_angle_brackets_survive_in_prose_and_in_code(literal: str) -> None:
    assert only(f"Слово {literal} и `{literal}` тоже").text == f"Слово {literal} и {literal} тоже"


def test_raw_html_loses_its_tags_and_keeps_its_text() -> None:
    text = (
        '<div class="x">\n<p align=center>Первый<br>абзац</p>\n\n**второй** <em>три</em>\n</div>\n\n'
        "<iframe src='https://video.example/1'></iframe>\n\n<Tip>\n\nсовет\n\n</Tip>\n"
    )
    assert [block.text for block in blocks_of(text)] == ["Первый\nабзац", "второй три", "совет"]


def test_an_html_table_becomes_a_table_block() -> None:
    block = only("<table>\n<tr><th>A</th><th>B</th></tr>\n\n<tr><td>1</td><td>2 <b>x</b></td></tr>\n</table>\n")
    assert (block.kind, block.text) == (BlockKind.TABLE, "A | B\n1 | 2 x")


def test_an_image_leaves_its_alt_text_only_when_it_says_something() -> None:
    assert [block.text for block in blocks_of("![](a.png)\n\n![image.png](a.png)\n\n![Схема внимания](a.png)")] == [
        "Схема внимания"
    ]


def test_twin_images_for_dark_and_light_pages_say_their_text_once() -> None:
    images = [f'<img src="https://e.org/{name}.svg" alt="Схема главы">' for name in ("light", "dark")]
    text = "\n".join(["<div>", *images, "</div>"])
    assert only(text).text == "Схема главы"


def test_formulas_stay_as_written() -> None:
    assert (
        only(r"Пусть \\(x_1 * y_1 * z\\) и $a_b*c*d$ за $5 и $6").text
        == r"Пусть \(x_1 * y_1 * z\) и $a_b*c*d$ за $5 и $6"
    )


@pytest.mark.parametrize("heading", ["Exercise 2", "Упражнение: списки", "✏️ 3. Задание 1", "Quiz", "Question 4"])
def test_prose_below_an_exercise_heading_is_an_exercise(heading: str) -> None:
    blocks = blocks_of(f"## {heading}\n\nСделайте.\n\n- а\n\n```\nкод\n```\n\n### Шаг\n\nещё\n\n## Дальше\n\nтеория")
    kinds = [block.kind for block in blocks if block.kind is not BlockKind.HEADING]
    exercise = BlockKind.EXERCISE
    assert kinds == [exercise, exercise, BlockKind.CODE, exercise, BlockKind.PARAGRAPH]


@pytest.mark.parametrize(
    "heading", ["Question answering", "Задача классификации", "Задание параметров", "Вопросно-ответные системы"]
)
def test_an_ordinary_topic_is_not_an_exercise(heading: str) -> None:
    assert blocks_of(f"## {heading}\n\nтеория")[1].kind is BlockKind.PARAGRAPH


def test_corpus_text_keeps_what_markdown_would_take_for_a_link_definition() -> None:
    lesson = read_markdown_text("[Note]: important\n\nдальше", external_id="row-1", title="Строка")
    assert [block.text for block in lesson.blocks] == ["[Note]: important", "дальше"]
    assert (lesson.external_id, lesson.title) == ("row-1", "Строка")


@pytest.mark.parametrize("opening", [">" * 500, "- " * 400, "<div>" * 3000, "*a " * 3000, "[" * 3000])
def test_absurd_nesting_in_corpus_text_loses_no_word(opening: str) -> None:
    lesson = read_markdown_text(f"{opening} слово", external_id="row", title="Строка")
    assert "слово" in " ".join(block.text for block in lesson.blocks)
