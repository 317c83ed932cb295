"""Components, imports and questions of MDX pages."""

from hypothesis import given
from hypothesis import strategies as st

from knowledge.blocks import Block, BlockKind, Visibility
from knowledge.readers.mdx import strip_mdx
from knowledge.readers.page import ReadPage, read_page

QUESTION = """# Проверка

Вступление.

## 1. Сколько?

Подумайте.

<Question
  choices={[
    {
      text: "Это <code>два</code> &lt;mask>",
      explain: "секрет: нет, don't",
    },
    { text: 'it\\'s <pad>', explain: <>секрет <br /> {"{"}да</>, correct: true },
    { text: `три`, explain: "секрет " + "ещё" /* why */, },
  ]}
/>

## Дальше

Теория.
"""


def read(text: str) -> ReadPage:
    return read_page(text.encode(), path="a.mdx")


def blocks_of(text: str) -> tuple[Block, ...]:
    lesson = read(text).lesson
    assert lesson is not None
    return lesson.blocks


def test_a_question_shows_its_options_in_order_and_keeps_its_key_from_learners() -> None:
    assert read(QUESTION).warnings == ()
    blocks = blocks_of(QUESTION)
    options, key = blocks[4], blocks[5]
    assert (options.kind, options.visibility) == (BlockKind.EXERCISE, Visibility.LEARNER)
    assert options.text == "- Это два <mask>\n- it's <pad>\n- три"
    assert options.html == "<ul><li>Это <code>два</code> &lt;mask&gt;</li><li>it's &lt;pad&gt;</li><li>три</li></ul>"
    assert (key.kind, key.visibility) == (BlockKind.ANSWER_KEY, Visibility.STAFF)
    assert [line[:5] for line in key.text.split("\n")] == ["- [ ]", "- [x]", "- [ ]"]
    assert key.text.count("секрет") == 3


def test_what_leads_to_a_question_is_an_exercise_and_nothing_else_is() -> None:
    kinds = [block.kind.value for block in blocks_of(QUESTION)]
    lead = ["heading", "paragraph", "exercise", "exercise", "exercise", "answer_key"]
    assert kinds == [*lead, "heading", "paragraph"]


def test_a_question_nobody_can_parse_is_withheld_whole_and_reported() -> None:
    text = 'A\n\n<Question choices={[{text: f("секрет <br />\nсекрет"), correct: true}]} />\n\nB\n'
    page = read(text)
    assert page.lesson is not None
    assert [(block.text, block.visibility.value) for block in page.lesson.blocks if "секрет" not in block.text] == [
        ("A", "learner"),
        ("B", "learner"),
    ]
    assert all(block.visibility is Visibility.STAFF for block in page.lesson.blocks if "секрет" in block.text)
    assert [warning.line for warning in page.warnings] == [3]


@given(st.text(alphabet="{}[]<>/\"'`\\ \n,:=abtext", max_size=30), st.text(alphabet="{}[]<>/\"'` \n", max_size=12))
def test_no_damage_to_a_question_shows_its_key(noise: str, tail: str) -> None:
    text = f'A\n\n<Question choices={{[{{text: "a", {noise} explain: "секрет", correct: true{tail}}}]}} />\n\nB\n'
    for block in blocks_of(text):
        assert "секрет" not in block.text + block.html or block.visibility is Visibility.STAFF


def test_a_question_never_closed_withholds_the_rest_of_the_page() -> None:
    blocks = blocks_of("A\n\n<Question choices={[{text: 'a', explain: 'секрет'\n\nсекрет\n")
    assert [block.text for block in blocks if block.visibility is Visibility.LEARNER] == ["A"]


def test_imports_exports_components_and_comments_disappear() -> None:
    text = (
        "import X from \"./x\"\nimport {\n  A,\n} from 'b'\n\nexport const meta = {\n  a: 1,\n}\n\n# Тема\n\n"
        '<CourseFloatingBanner\n  chapter={1}\n  notebooks={[\n    {label: "G", value: "https://e.org/a>b"},\n  ]}\n'
        '  classNames="z"\n/>\n\n<Youtube id="1"/>\n\n{/* скрыто */}\n\n<!-- скрыто\n\nтоже -->\n\nТекст.\n'
    )
    assert [block.text for block in blocks_of(text)] == ["Тема", "Текст."]


def test_both_branches_of_a_template_stay() -> None:
    text = "{#if fw === 'pt'}\nодин\n\n```py\na\n```\n{:else}\n\nдва\n\n{/if}\n"
    assert [block.text for block in blocks_of(text)] == ["один", "a", "два"]


def test_text_inside_components_is_read_as_markdown() -> None:
    tabs = "<hfoptions id='a'>\n<hfoption id='b'>\n\nтам\n\n</hfoption>\n</hfoptions>\n"
    text = f"<Tip warning={{true}}>\n    Текст **важный**\n</Tip>\n{tabs}"
    assert [block.text for block in blocks_of(text)] == ["Текст важный", "там"]


def test_code_and_braces_in_prose_are_untouched() -> None:
    code = 'import os\n<Tip>{#if x}</Tip>\n<!-- c -->\n<Question choices={[{text: "a"}]} />'
    text = f"Множество {{a, b}} и `{{#if}}` и `<Tip/>` \\{{x}}\n\n```mdx\n{code}\n```\n\n<TOKEN> слово\n"
    assert [block.text for block in blocks_of(text)] == [
        "Множество {a, b} и {#if} и <Tip/> {x}",
        code,
        "<TOKEN> слово",
    ]


def test_stripping_moves_no_offset() -> None:
    plain = strip_mdx(QUESTION).text
    assert len(plain) == len(QUESTION)
    assert [line for line in plain.split("\n") if "Теория" in line] == ["Теория."]
    assert plain.index("Теория") == QUESTION.index("Теория")
    block = blocks_of(QUESTION)[-1]
    assert QUESTION[block.start : block.end] == "Теория."


@given(st.text(alphabet="<>{}/`\"'= \nQuestionTipimport#:!-*[]", max_size=60))
def test_stripping_any_text_keeps_its_length_and_lines(text: str) -> None:
    plain = strip_mdx(text).text
    assert len(plain) == len(text)
    assert [index for index, mark in enumerate(plain) if mark == "\n"] == [
        index for index, mark in enumerate(text) if mark == "\n"
    ]
