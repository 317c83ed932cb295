"""Whatever the format, an answer an author marked never reaches a learner's block."""

import pytest

from knowledge.blocks import BlockKind, SourceLesson, Visibility
from knowledge.readers.page import read_page

SECRET = "тайна42"


def read(text: str, suffix: str) -> SourceLesson:
    lesson = read_page(text.encode(), path=f"lesson{suffix}").lesson
    assert lesson is not None
    return lesson


def assert_hidden(lesson: SourceLesson) -> None:
    staff = [block for block in lesson.blocks if block.visibility is Visibility.STAFF]
    learner = [block for block in lesson.blocks if block.visibility is Visibility.LEARNER]
    assert any(SECRET in block.text for block in staff)
    assert all(block.kind is BlockKind.ANSWER_KEY for block in staff)
    assert all(block.kind is not BlockKind.ANSWER_KEY for block in learner)
    for block in learner:
        assert SECRET not in block.text + block.html + "".join(block.heading_path)


MARKDOWN = {
    "details": f"<details><summary>Показать решение</summary>\n\n{SECRET}\n\n```\n{SECRET}\n```\n\n</details>\n\nт",
    "details by class": f'<details class="solution"><summary>Click</summary>{SECRET}</details>\n\nдальше',
    "details never closed": f"видно\n\n<details>\n<summary>Answer</summary>\n\n- {SECRET}\n\n| {SECRET} |\n|---|\n",
    "details in a list": f"- пункт\n\n  <details><summary>Ответ</summary>\n\n  {SECRET}\n\n  </details>\n- дальше",
    "details in a cell": f"<table><tr><td><details><summary>answer</summary>{SECRET}</details></table>\n\nтут",
    "section": f"## Упражнение\n\nДелай\n\n### Решение\n\n{SECRET}\n\n#### Шаг\n\n{SECRET}\n\n## Дальше\n\nтекст",
    "numbered section": f"## Exercise 1\n\nDo\n\n## Solution 1\n\n{SECRET}\n\n# Next\n\ntext",
    "answers to an exercise": f"# Урок\n\n## Ответы к упражнениям\n\n{SECRET}\n\n## Дальше\n\nтекст",
    "answers to questions": f"## Контрольные вопросы\n\n1. Что?\n\n## Ответы на вопросы\n\n{SECRET}\n\n## Там\n\nтам",
    "opening words": f"## Exercise\n\nDo\n\n**Answer:** {SECRET}\n\n```\n{SECRET}\n```\n\n## Next\n\ntext",
    "quotation": f"> ## Challenge\n> Do\n>\n> > ## Solution\n> > {SECRET}\n>\n> дальше",
    "admonition": f"> [!NOTE] Solution\n> {SECRET}\n\nдальше",
    "hidden element": f"<div hidden>{SECRET}</div>\n\nдальше",
}


@pytest.mark.parametrize("suffix", [".md", ".mdx"])
@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN.keys())
def test_an_answer_in_markdown_is_for_staff(text: str, suffix: str) -> None:
    lesson = read(text, suffix)
    assert_hidden(lesson)
    assert any(block.visibility is Visibility.LEARNER for block in lesson.blocks)


HTML = {
    "details": f"<p>видно</p><details><summary>Ответ</summary><p>{SECRET}</p><pre>{SECRET}</pre></details>",
    "class": f"<p>видно <span class='answer-key'>{SECRET}</span> ещё</p>",
    "section": f"<h2>Упражнение 1</h2><p>Делай</p><h3>Решение</h3><p>{SECRET}</p><h2>Дальше</h2><p>текст</p>",
    "style": f"<p>видно</p><div style='color:red;display : none'>{SECRET}</div>",
    "table": f"<p>видно</p><table><tr><td>1<td><details class=solution>{SECRET}</details></table>",
    "heading": f"<p>видно</p><h2>Шаг <span hidden>{SECRET}</span></h2>",
    "code": f"<p>видно</p><pre>x <span hidden>{SECRET}</span></pre>",
    "cut off": f"<p>видно</p><details><summary>Решение</summary><p>{SECRET}",
}


@pytest.mark.parametrize("text", HTML.values(), ids=HTML.keys())
def test_an_answer_in_html_is_for_staff(text: str) -> None:
    lesson = read(text, ".html")
    assert_hidden(lesson)
    assert any(block.visibility is Visibility.LEARNER for block in lesson.blocks)


def test_a_fold_out_that_is_no_answer_is_shown() -> None:
    lesson = read("<details><summary>Подробнее</summary>\n\nПолезно.\n\n</details>", ".md")
    assert [(block.text, block.visibility) for block in lesson.blocks] == [
        ("Подробнее", Visibility.LEARNER),
        ("Полезно.", Visibility.LEARNER),
    ]


@pytest.mark.parametrize(
    "title", ["Ответы на вопросы", "Question answering", "Решение проблем с памятью", "Ответственность"]
)
def test_a_topic_that_only_sounds_like_an_answer_is_shown(title: str) -> None:
    lesson = read(f"# {title}\n\nтеория", ".md")
    assert all(block.visibility is Visibility.LEARNER for block in lesson.blocks)
