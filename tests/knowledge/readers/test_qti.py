"""Questions of QTI 1.2 and 2: what a learner sees of them, and what stays with staff."""

from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from knowledge.blocks import Block, BlockKind, Visibility
from knowledge.readers import read_course
from knowledge.readers.builder import LessonBuilder
from knowledge.readers.qti import add_quiz
from knowledge.readers.qti2 import add_item2
from tests.knowledge.readers.exports_cartridge import Res, choice, item, manifest, packed, qti, text, typed


def shown(blocks: tuple[Block, ...]) -> str:
    return "\n".join(block.text for block in blocks if block.visibility is Visibility.LEARNER)


def kept(blocks: tuple[Block, ...]) -> str:
    hidden = [block for block in blocks if block.visibility is not Visibility.LEARNER]
    assert all((block.kind, block.visibility) == (BlockKind.ANSWER_KEY, Visibility.STAFF) for block in hidden)
    return "\n".join(block.text for block in hidden)


def read_quiz(*items: str) -> tuple[Block, ...]:
    builder = LessonBuilder()
    add_quiz(builder, fromstring(qti(*items)), path="quiz.xml", stock={})
    return builder.finish(0)


def read_item2(inside: str, *, declared: str = "") -> tuple[Block, ...]:
    builder = LessonBuilder()
    add_item2(builder, fromstring(f"<assessmentItem>{declared}{inside}</assessmentItem>"), path="item.xml")
    return builder.finish(0)


def labels(**options: str) -> str:
    told = "".join(f'<response_label ident="{ident}">{text(html)}</response_label>' for ident, html in options.items())
    return f"<render_choice>{told}</render_choice>"


def points(respident: str, value: str, score: str = "50") -> str:
    told = f'<varequal respident="{respident}">{value}</varequal>'
    return f'<respcondition><conditionvar>{told}</conditionvar><setvar action="Add">{score}</setvar></respcondition>'


def made(prompt: str, responses: str, conditions: str, *, kind: str = "", more: str = "") -> str:
    field = (
        f"<qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>{kind}</fieldentry></qtimetadatafield>"
    )
    return (
        f'<item ident="q"><itemmetadata><qtimetadata>{field}</qtimetadata></itemmetadata>'
        f"<presentation>{text(prompt)}{responses}</presentation>"
        f"<resprocessing>{conditions}</resprocessing>{more}</item>"
    )


def test_choices_are_shown_and_which_of_them_are_right_is_not() -> None:
    blocks = read_quiz(choice("<p>Что из этого языки?</p>", {"a": "Python", "b": "HTML", "c": "Rust"}, ["a", "c"]))
    assert [(block.kind, block.text) for block in blocks] == [
        (BlockKind.EXERCISE, "Что из этого языки?\n- Python\n- HTML\n- Rust"),
        (BlockKind.ANSWER_KEY, "- [x] Python\n- [ ] HTML\n- [x] Rust"),
    ]
    assert "Имя вопроса" not in shown(blocks)


@pytest.mark.parametrize(
    ("score", "is_right"),
    [("100", True), ("0.5", True), ("SCORE.max", True), ("0", False), ("-50", False), ("", False)],
)
def test_an_answer_is_right_when_it_gives_points(score: str, is_right: bool) -> None:
    responses = f'<response_lid ident="r">{labels(a="Да", b="Нет")}</response_lid>'
    blocks = read_quiz(made("Верно?", responses, points("r", "a", score)))
    assert ("[x] Да" in kept(blocks)) is is_right


def test_without_points_the_feedback_for_right_answers_tells_which_they_are() -> None:
    equal = '<varequal respident="r">b</varequal>'
    told = f'<respcondition title="correct"><conditionvar>{equal}</conditionvar></respcondition>'
    responses = f'<response_lid ident="r">{labels(a="One", b="Two")}</response_lid>'
    assert "[x] Two" in kept(read_quiz(made("Which?", responses, told)))


def test_feedback_hints_and_solutions_stay_with_staff_each_at_its_answer() -> None:
    responses = f'<response_lid ident="r">{labels(a="Да", b="Нет")}</response_lid>'
    feedback = (
        f'<itemfeedback ident="a_fb">{text("молодец")}</itemfeedback>'
        f'<itemfeedback ident="s"><solution><solutionmaterial>{text("разгадка")}</solutionmaterial></solution>'
        f'</itemfeedback><itemfeedback ident="h"><hint><hintmaterial>{text("намёк")}</hintmaterial></hint>'
        "</itemfeedback>"
    )
    blocks = read_quiz(made("Верно?", responses, points("r", "a"), more=feedback))
    assert kept(blocks) == "- [x] Да — молодец\n- [ ] Нет\n- разгадка\n- намёк"
    assert shown(blocks) == "Верно?\n- Да\n- Нет"


@pytest.mark.parametrize(
    "kind", ["short_answer_question", "cc.fib.v0p1", "numerical_question", "cc.pattern_match.v0p1"]
)
def test_accepted_texts_are_never_shown(kind: str) -> None:
    blocks = read_quiz(typed("Столица Франции?", ["Париж", "Paris"], kind=kind))
    assert (shown(blocks), kept(blocks)) == ("Столица Франции?", "- Париж\n- Paris")


def test_a_range_of_numbers_is_a_line_of_the_key() -> None:
    told = (
        '<respcondition><conditionvar><or><varequal respident="r">5</varequal><and><vargte respident="r">4.5</vargte>'
        '<varlte respident="r">5.5</varlte></and></or></conditionvar><setvar>100</setvar></respcondition>'
    )
    blocks = read_quiz(made("Сколько?", '<response_str ident="r"><render_fib/></response_str>', told))
    assert kept(blocks) == "- 5; ≥ 4.5; ≤ 5.5"


def test_pairs_are_told_in_an_order_that_gives_nothing_away() -> None:
    right = {"m1": "яблоко", "m2": "груша", "m3": "вишня"}
    responses = "".join(
        f'<response_lid ident="r{number}">{text(lead)}{labels(**right)}</response_lid>'
        for number, lead in enumerate(("apple", "pear", "cherry"), 1)
    )
    conditions = "".join(points(f"r{number}", f"m{number}") for number in (1, 2, 3))
    blocks = read_quiz(made("Соедините", responses, conditions, kind="matching_question"))
    assert shown(blocks) == "Соедините\n- apple\n- pear\n- cherry\n- вишня\n- груша\n- яблоко"
    assert kept(blocks) == "- apple → яблоко\n- pear → груша\n- cherry → вишня"


@pytest.mark.parametrize("blanks", [1, 2])
def test_the_texts_that_fit_into_blanks_are_no_choices(blanks: int) -> None:
    responses = f'<response_lid ident="r1">{text("a")}{labels(x="тайна", y="секрет")}</response_lid>'
    second = f'<response_lid ident="r2">{text("b")}{labels(z="загадка", w="тайник")}</response_lid>'
    conditions = points("r1", "x") + points("r2", "z")
    told = made("Слово [a]", responses + second * (blanks - 1), conditions, kind="fill_in_multiple_blanks_question")
    blocks = read_quiz(told)
    assert not {"тайна", "секрет", "загадка", "тайник"} & set(shown(blocks).replace("- ", "").split())
    assert "a → тайна" in kept(blocks)


def test_options_without_words_are_neither_shown_nor_keyed() -> None:
    empty = f'<response_lid ident="r">{labels(a="", b="да")}</response_lid>'
    blocks = read_quiz(made("Верно?", empty, points("r", "b")))
    assert (shown(blocks), kept(blocks)) == ("Верно?\n- да", "- [x] да")


def test_the_right_order_is_a_key_and_the_choices_stand_in_another() -> None:
    responses = (
        f'<response_lid ident="r" rcardinality="Ordered">{labels(a="ядро", b="атом", c="молекула")}</response_lid>'
    )
    told = "".join(f'<varequal respident="r">{ident}</varequal>' for ident in "abc")
    conditions = f"<respcondition><conditionvar>{told}</conditionvar><setvar>1</setvar></respcondition>"
    blocks = read_quiz(made("Расставьте", responses, conditions))
    assert shown(blocks) == "Расставьте\n- атом\n- молекула\n- ядро"
    assert kept(blocks).endswith("- 1. ядро\n- 2. атом\n- 3. молекула")


def test_a_formula_and_its_results_are_the_key() -> None:
    extension = (
        "<itemproc_extension><calculated><answer_tolerance>1</answer_tolerance>"
        '<formulas><formula>5 + x</formula></formulas><var_sets><var_set ident="1"><var name="x">2</var>'
        "<answer>7</answer></var_set></var_sets></calculated>"
        "</itemproc_extension>"
    )
    responses = '<response_str ident="r"><render_fib/></response_str>'
    blocks = read_quiz(made("5 + [x]?", responses, "", kind="calculated_question", more=extension))
    assert (shown(blocks), kept(blocks)) == ("5 + [x]?", "- 5 + x\n- ± 1\n- x = 2: 7")


def test_a_rich_prompt_keeps_its_code_and_tables() -> None:
    blocks = read_quiz(choice("<p>Что напечатает?</p><pre>print(1)\nprint(2)</pre>", {"a": "1 2", "b": "3"}, ["a"]))
    assert [block.kind for block in blocks] == [
        BlockKind.EXERCISE,
        BlockKind.CODE,
        BlockKind.EXERCISE,
        BlockKind.ANSWER_KEY,
    ]
    assert blocks[1].text == "print(1)\nprint(2)"


def test_plain_text_is_not_taken_for_markup() -> None:
    told = text("a <b> c\nd", "text/plain")
    assert shown(read_quiz(f'<item ident="q"><presentation>{told}</presentation></item>')) == "a <b> c\nd"


def test_a_quiz_that_draws_from_a_bank_or_on_a_picture_says_what_is_not_read() -> None:
    drawn = "<selection><sourcebank_ref>b</sourcebank_ref></selection>"
    drawing = f"<section><selection_ordering>{drawn}</selection_ordering></section>"
    picture = made("Где?", '<response_xy ident="r"><render_hotspot/></response_xy>', "")
    count = add_quiz(LessonBuilder(), fromstring(qti(drawing, picture)), path="q.xml", stock={})
    assert count.questions == 1
    assert [problem.split()[0] for problem in count.problems] == ["draws", "question"]


def test_a_choice_of_version_2_keeps_its_key_and_feedback() -> None:
    declared = (
        "<responseDeclaration identifier='R'><correctResponse><value>b</value></correctResponse></responseDeclaration>"
    )
    body = (
        "<itemBody><p>Пролог.</p><rubricBlock view='scorer'>строго</rubricBlock>"
        "<choiceInteraction responseIdentifier='R'><prompt>Какой?</prompt>"
        "<simpleChoice identifier='a'>Первый<feedbackInline>мимо</feedbackInline></simpleChoice>"
        "<simpleChoice identifier='b'>Второй</simpleChoice></choiceInteraction></itemBody>"
        "<modalFeedback>разбор</modalFeedback>"
    )
    blocks = read_item2(body, declared=declared)
    assert shown(blocks) == "Пролог.\nКакой?\n- Первый\n- Второй"
    for word in ("[x] Второй", "мимо", "строго", "разбор"):
        assert word in kept(blocks)


def test_gaps_pairs_and_orders_of_version_2_show_no_answers() -> None:
    declared = (
        "<responseDeclaration identifier='T'><mapping><mapEntry mapKey='тайна' mappedValue='1'/>"
        "<mapEntry mapKey='мимо' mappedValue='0'/></mapping></responseDeclaration>"
        "<responseDeclaration identifier='M'><correctResponse><value>l1 r1</value></correctResponse>"
        "</responseDeclaration>"
    )
    body = (
        "<itemBody><p>Слово <textEntryInteraction responseIdentifier='T'/> здесь.</p>"
        "<matchInteraction responseIdentifier='M'><simpleMatchSet><simpleAssociableChoice identifier='l1'>кот"
        "</simpleAssociableChoice></simpleMatchSet><simpleMatchSet><simpleAssociableChoice identifier='r1'>cat"
        "</simpleAssociableChoice><simpleAssociableChoice identifier='r2'>bat</simpleAssociableChoice></simpleMatchSet>"
        "</matchInteraction></itemBody>"
    )
    blocks = read_item2(body, declared=declared)
    assert shown(blocks) == "Слово ____ здесь.\n- bat\n- cat\n- кот"
    assert kept(blocks) == "- тайна\n- кот → cat"


def test_version_3_only_writes_the_names_otherwise() -> None:
    item3 = (
        "<qti-assessment-item><qti-response-declaration identifier='R'><qti-correct-response><qti-value>a</qti-value>"
        "</qti-correct-response></qti-response-declaration><qti-item-body>"
        "<qti-choice-interaction response-identifier='R'>"
        "<qti-prompt>Which?</qti-prompt><qti-simple-choice identifier='a'>One</qti-simple-choice>"
        "<qti-simple-choice identifier='b'>Two</qti-simple-choice></qti-choice-interaction></qti-item-body>"
        "</qti-assessment-item>"
    )
    builder = LessonBuilder()
    assert add_item2(builder, fromstring(item3), path="i.xml")
    blocks = builder.finish(0)
    assert (shown(blocks), kept(blocks)) == ("Which?\n- One\n- Two", "- [x] One\n- [ ] Two")


def test_a_package_of_questions_is_its_tests_and_then_the_questions_no_test_takes(tmp_path: Path) -> None:
    one = "<assessmentItem title='x'><itemBody><p>Вопрос {}</p></itemBody></assessmentItem>"
    test = (
        "<assessmentTest title='Зачёт'><testPart><assessmentItemRef href='../items/2.xml'/></testPart></assessmentTest>"
    )
    resources = [
        Res("i1", ["items/1.xml"], "imsqti_item_xmlv2p1"),
        Res("i2", ["items/2.xml"], "imsqti_item_xmlv2p1"),
        Res("t", ["tests/t.xml"], "imsqti_test_xmlv2p1"),
        Res("q", ["old.xml"], "imsqti_xmlv1p2"),
    ]
    files = {
        "imsmanifest.xml": manifest(resources, (item("x", "Старый тест", "q"),), namespace="imscp", schema="QTIv2.1"),
        "items/1.xml": one.format("первый"),
        "items/2.xml": one.format("второй"),
        "tests/t.xml": test,
        "old.xml": qti(choice("Старый вопрос", {"a": "да"}, ["a"])),
    }
    course = read_course(packed(tmp_path, "qti.zip", files))
    assert course.format == "package"
    assert [(lesson.title, shown(lesson.blocks)) for lesson in course.lessons] == [
        ("Старый тест", "Старый вопрос\n- да"),
        ("Зачёт", "Вопрос второй"),
        ("Курс", "Вопрос первый"),
    ]
    assert course.found == {"quizzes": 3, "questions": 3}
