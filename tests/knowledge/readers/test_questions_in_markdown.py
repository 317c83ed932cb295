"""Components with answers that stand where only plain Markdown is expected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.blocks import Block, BlockKind, Visibility
from knowledge.readers import read_markdown_text
from knowledge.readers.mdx import take_answers
from knowledge.readers.page import ReadPage, read_page

QUESTION = (
    "<Question\n  choices={[\n    {text: 'два', explain: 'секрет'},\n\n    {text: 'три', correct: true},\n  ]}\n/>"
)
PAGE = f"# Тема\n\nСколько?\n\n{QUESTION}\n\nТеория {{#if x}} и <Tip>совет</Tip>.\n"


def read(text: str, suffix: str = ".md") -> ReadPage:
    return read_page(text.encode(), path=f"a{suffix}")


def blocks_of(text: str, suffix: str = ".md") -> tuple[Block, ...]:
    lesson = read(text, suffix).lesson
    assert lesson is not None
    return lesson.blocks


def seen(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if block.visibility is Visibility.LEARNER]


def assert_read_as_a_question(blocks: tuple[Block, ...]) -> None:
    assert "- два\n- три" in seen(blocks)
    assert [block.text for block in blocks if block.kind is BlockKind.ANSWER_KEY] == ["- [ ] два — секрет\n- [x] три"]
    for block in blocks:
        learner_words = block.text + block.html if block.visibility is Visibility.LEARNER else ""
        assert not [word for word in ("секрет", "correct", "choices", "Q00000") if word in learner_words]


@pytest.mark.parametrize("suffix", [".md", ".markdown", ".mdx"])
def test_a_question_is_one_in_every_kind_of_markdown_file(suffix: str) -> None:
    assert read(PAGE, suffix).warnings == ()
    assert_read_as_a_question(blocks_of(PAGE, suffix))


@pytest.mark.parametrize("external_id", ["row-1", "page.md", "page.mdx"])
def test_a_question_is_one_in_corpus_text(external_id: str) -> None:
    assert_read_as_a_question(read_markdown_text(PAGE, external_id=external_id, title="Строка").blocks)


def test_the_rest_of_a_markdown_page_with_a_question_stays_as_it_is() -> None:
    assert seen(blocks_of(PAGE))[-1] == "Теория {#if x} и совет."
    plain = take_answers(PAGE).text
    assert len(plain) == len(PAGE)
    assert plain.index("Теория") == PAGE.index("Теория")


@pytest.mark.parametrize("suffix", [".md", ".markdown", ".mdx"])
@pytest.mark.parametrize("fence", ["```", "~~~~", "```jsx"])
def test_a_question_in_a_listing_is_code(suffix: str, fence: str) -> None:
    closing = fence.removesuffix("jsx")
    blocks = blocks_of(f"Так:\n\n{fence}\n{QUESTION}\n{closing}\n\nи `<Question choices={{[]}} />`.\n", suffix)
    assert seen(blocks) == ["Так:", QUESTION, "и <Question choices={[]} />."]


def test_a_question_in_a_listing_of_corpus_text_is_code() -> None:
    lesson = read_markdown_text(f"```\n{QUESTION}\n```\n", external_id="row", title="Строка")
    assert seen(lesson.blocks) == [QUESTION]


@pytest.mark.parametrize("text", ["Ответ: <Question>", "<Question 1> и <Questions a={b}>", "1 < Question"])
def test_a_question_in_angle_brackets_is_a_word(text: str) -> None:
    assert seen(blocks_of(text)) == [text]


@pytest.mark.parametrize(
    "component",
    [
        "<Quiz items={[{text: 'секрет', correct: true}]} />",
        "<Quiz\n  items={[\n\n    {text: \"don't\", explain: 'секрет',\n\n    correct: true}]}\n/>",
        "<Quiz items={[{text: 'a, explain: 'секрет', correct: true]} />",
        "<Question>\n<Choice correct>секрет</Choice>\n</Question>",
        "<Question id='1' />",
    ],
)
@pytest.mark.parametrize("suffix", [".md", ".mdx"])
def test_another_component_with_answers_is_withheld_and_reported(component: str, suffix: str) -> None:
    text = f"A\n\n{component}\n\nB\n"
    assert seen(blocks_of(text, suffix)) == ["A", "B"]
    assert [(warning.line, "kept from learners" in warning.reason) for warning in read(text, suffix).warnings] == [
        (3, True)
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"A\n    ```\n{QUESTION}\n",
        f"# A ` b\n{QUESTION.replace(chr(10) * 2, chr(10))}\nc `\n",
        f"A <!--\n\n{QUESTION}\n\n-->\n",
        f"A\n\n\\{QUESTION}\n",
        f"A\n\n&lt;{QUESTION[1:]}\n",
        f"## \\{' '.join(QUESTION.split())}\n\nB\n",
        f"- пункт\n\n      {QUESTION.replace(chr(10), chr(10) + '      ')}\n",
        "A\n\n    " + QUESTION.replace("\n", "\n    "),
        "<div data={[{text: 'a', explain: 'секрет', correct: true}]}>B</div>",
    ],
)
@pytest.mark.parametrize("suffix", [".md", ".mdx"])
def test_where_markdown_and_components_disagree_on_what_is_code_the_answers_are_withheld(
    text: str, suffix: str
) -> None:
    blocks = blocks_of(text, suffix)
    # A comment of MDX is nobody's text; in Markdown the one in the middle of a paragraph is visible.
    is_comment = suffix == ".mdx" and "<!--" in text
    assert is_comment or any("секрет" in block.text for block in blocks if block.visibility is Visibility.STAFF)
    for block in blocks:
        if block.visibility is Visibility.LEARNER:
            words = block.text + block.html + "".join(block.heading_path)
            assert not [word for word in ("секрет", "correct", "<Q0") if word in words]


def test_what_was_caught_late_is_reported_with_its_line() -> None:
    warnings = read(f"A\n\n\\{QUESTION}\n\nB\n").warnings
    assert [warning.line for warning in warnings] == [3]


@given(st.text(alphabet="{}[]<>/\"'\\ \n,:=abtext", max_size=30), st.text(alphabet="{}[]<>/\"' \n", max_size=12))
def test_no_damage_to_a_question_in_markdown_shows_its_key(noise: str, tail: str) -> None:
    text = f'A\n\n<Question choices={{[{{text: "a", {noise} explain: "секрет", correct: true{tail}}}]}} />\n\nB\n'
    for block in blocks_of(text):
        assert "секрет" not in block.text + block.html or block.visibility is Visibility.STAFF


@given(st.text(alphabet="<>{}/`\"'= \nQuestioncorrect:true#!-*[]", max_size=60))
def test_taking_the_answers_keeps_length_and_lines(noise: str) -> None:
    text = f"{noise}<Question a={{1}} />{noise}"
    plain = take_answers(text).text
    assert len(plain) == len(text)
    assert [index for index, mark in enumerate(plain) if mark == "\n"] == [
        index for index, mark in enumerate(text) if mark == "\n"
    ]
