"""What an exercise section hides: fold-outs and the marks of its task lists."""

import pytest

from knowledge.blocks import Block, BlockKind, Visibility
from knowledge.readers.page import read_page


def blocks_of(text: str, suffix: str = ".md") -> tuple[Block, ...]:
    lesson = read_page(text.encode(), path=f"a{suffix}").lesson
    assert lesson is not None
    return lesson.blocks


def seen(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if block.visibility is Visibility.LEARNER]


def kept(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks if block.kind is BlockKind.ANSWER_KEY]


FOLD_OUT = "<details><summary>{}</summary>The answer is 42</details>"
EXERCISES = {
    "markdown": "## Exercise\n\nDo it.\n\n{}\n\n## Next\n\ntext\n",
    "list": "## Exercise\n\n- Do it.\n\n  {}\n\n## Next\n\ntext\n",
    "cell": "## Exercise\n\n<table><tr><td>Do it.</td></tr><tr><td>{}</td></tr></table>\n\n## Next\n\ntext\n",
    "below a question": "<Question choices={{[{{text: 'a'}}]}} />\n\n{}\n\n## Next\n\ntext\n",
}


@pytest.mark.parametrize("summary", ["Show", "Показать", "42", ""])
@pytest.mark.parametrize("place", EXERCISES.values(), ids=EXERCISES.keys())
@pytest.mark.parametrize("suffix", [".md", ".mdx"])
def test_every_fold_out_of_an_exercise_is_for_staff(summary: str, place: str, suffix: str) -> None:
    blocks = blocks_of(place.format(FOLD_OUT.format(summary)), suffix)
    assert "42" not in "".join(seen(blocks))
    assert any("42" in text for text in kept(blocks))
    assert seen(blocks)[-2:] == ["Next", "text"]


def test_a_fold_out_of_an_exercise_on_an_html_page_is_for_staff() -> None:
    blocks = blocks_of(f"<h2>Упражнение</h2><p>Делай</p>{FOLD_OUT.format('Раскрыть')}<h2>Дальше</h2>", ".html")
    assert seen(blocks) == ["Упражнение", "Делай", "Дальше"]


@pytest.mark.parametrize("summary", ["Hint", "💡 Hint 2", "A tip", "Подсказка", "Намёк", "Два намека", "Совет"])
def test_a_hint_stays_in_sight(summary: str) -> None:
    blocks = blocks_of(f"## Exercise\n\n<details><summary>{summary}</summary>Think</details>\n")
    assert seen(blocks) == ["Exercise", summary, "Think"]


def test_an_answer_inside_a_hint_is_for_staff_and_the_hint_is_not() -> None:
    inner = FOLD_OUT.format("Show")
    blocks = blocks_of(f"## Quiz\n\n<details><summary>Hint</summary>\n\nThink\n\n{inner}\n\n</details>\n")
    assert seen(blocks) == ["Quiz", "Hint", "Think"]


@pytest.mark.parametrize("summary", ["Hint and answer", "Подсказка: решение", "Multiple"])
def test_a_hint_that_is_the_answer_or_only_sounds_like_a_hint_is_for_staff(summary: str) -> None:
    assert seen(blocks_of(f"## Exercise\n\n{FOLD_OUT.format(summary)}")) == ["Exercise"]


def test_outside_an_exercise_a_fold_out_is_shown() -> None:
    blocks = blocks_of(f"## Exercise\n\nDo\n\n## Theory\n\n{FOLD_OUT.format('Show')}")
    assert seen(blocks)[-1] == "The answer is 42"


@pytest.mark.parametrize(
    "heading",
    [
        *("Check yourself", "Self-check", "Self check: lists", "Self-test", "Knowledge check", "Test yourself"),
        *("Practice questions", "3. Practice question", "Test your knowledge", "Review questions"),
        *("Проверьте себя", "Проверь свои знания", "Самопроверка", "Самотестирование", "Проверка знаний"),
        *("Вопросы для самоконтроля", "Тест для самопроверки", "Практические вопросы", "Проверочные вопросы"),
    ],
)
def test_a_heading_that_asks_the_learner_opens_an_exercise(heading: str) -> None:
    assert blocks_of(f"## {heading}\n\nСколько?\n")[1].kind is BlockKind.EXERCISE


@pytest.mark.parametrize(
    "heading", ["Self-attention", "Knowledge checkpoints", "Practice", "Checking your data", "Проверка данных", "Тесты"]
)
def test_a_topic_that_only_sounds_like_an_exercise_is_not_one(heading: str) -> None:
    assert blocks_of(f"## {heading}\n\nтеория\n")[1].kind is BlockKind.PARAGRAPH


@pytest.mark.parametrize("suffix", [".md", ".mdx"])
def test_a_task_list_in_an_exercise_is_a_quiz(suffix: str) -> None:
    blocks = blocks_of("## Quiz\n\nWhich?\n\n- [ ] A *a*\n- [x] **B** `b`\n- [ ] C\n\n## Next\n\ntext\n", suffix)
    options, key = blocks[2], blocks[3]
    assert (options.kind, options.visibility) == (BlockKind.EXERCISE, Visibility.LEARNER)
    assert options.text == "- A a\n- B b\n- C"
    assert options.html == ("<ul><li>A <em>a</em></li><li><strong>B</strong> <code>b</code></li><li>C</li></ul>")
    assert (key.kind, key.visibility) == (BlockKind.ANSWER_KEY, Visibility.STAFF)
    assert key.text == "- [ ] A a\n- [x] B b\n- [ ] C"


@pytest.mark.parametrize(
    "items",
    [
        "- [X] B\n- [ ] A",
        "- [х] B\n- [] A",
        "1. [ ] A\n2. [x] B",
        "- **[x] B**\n- **[ ]** A",
        "- [ ] A\n\n  ```\n  code\n  ```\n\n- [x] B",
        "* [ ] A\n\n- [x] B",
        "- [ ] A\n  - [x] B",
        "> - [x] B\n> - [ ] A",
    ],
)
def test_no_mark_of_a_quiz_is_seen_however_it_is_written(items: str) -> None:
    blocks = blocks_of(f"## Упражнение\n\n{items}\n")
    assert "[" not in "".join(seen(blocks)) + "".join(
        block.html for block in blocks if block.visibility is Visibility.LEARNER
    )
    assert any("[x] B" in text for text in kept(blocks))


def test_a_task_list_outside_an_exercise_stays_as_written() -> None:
    blocks = blocks_of("## План\n\n- [x] сделано\n- [ ] нет\n")
    assert (blocks[1].kind, blocks[1].text) == (BlockKind.LIST, "- [x] сделано\n- [ ] нет")
