"""Where sentences begin and end, in Russian and English."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sentences import sentence_spans

# Sentences are split at " | ".
RUSSIAN = [
    "Это верно, т. е. Пушкин прав. | Дальше.",
    "Это верно, т.е. Пушкин прав. | Дальше.",
    "Тесты, метрики и т.д. в одном месте. | Дальше.",
    "Так называемый, т. н. А/Б-тест. | Дальше.",
    "А. С. Пушкин писал. | Он жил.",
    "А.С. Пушкин писал. | Он жил.",
    "См. рис. 3 и табл. 4. | Дальше.",
    "Об этом на с. 15 и в п. 3. | Дальше.",
    "В 2020 г. Иванов ушёл. | Потом вернулся.",
    "В XIX в. Россия росла. | Потом нет.",
    "Число π равно 3,14 или 3.14 ровно. | Нет.",
    "Он сказал: «Стой!» | Все встали.",
    "«Стой!» — сказал он. | Конец.",
    "«Почему?» спросил он. | Никто не ответил.",
    "Ну… | Он ушёл. | Ну... потом вернулся.",
    "Что это?! | Это тест! | Да.",
    "(Первое в скобках.) | Второе без них.",
    "1. Первый пункт. | Он длинный.",
    "2.1. Вложенный пункт. | Он короче.",
    "Доход 5 тыс. руб. Это мало.",
    "Установите pandas. | — Зачем?",
]
ENGLISH = [
    "Dr. Smith came, e.g. Monday. | Then he left.",
    "See fig. 2, eq. 3 and Smith et al. 2020. | Next.",
    "J. R. R. Tolkien wrote it. | He lived.",
    "The U.S. Army came. | It left.",
    "Version v1.2.3 is out. | Get v1.2.3. | Now.",
    "Pi is 3.14. | E is 2.72.",
    "He asked “Why?” | Then he left.",
    "“Why?” he asked. | Nobody knew.",
    "Wait... | Then go. | Wait... then go.",
    "10. Ten items. | Nine more.",
    "Great! | 🎉 Next one. | Yes.",
    "Call np.mean() first. | Then plot.",
    "It is i.e. Python vs. R here. | Yes.",
    "iPhone sales fell. | Why?",
    "No end mark at all",
]


@pytest.mark.parametrize("marked", RUSSIAN + ENGLISH)
def test_a_hard_case_is_cut_where_a_reader_would(marked: str) -> None:
    text = marked.replace(" | ", " ")
    assert [text[span.start : span.end] for span in sentence_spans(text)] == marked.split(" | ")


def test_a_line_break_ends_a_sentence() -> None:
    text = "- first\n- second one\n\nA heading\nText"
    assert [text[span.start : span.end] for span in sentence_spans(text)] == [
        "- first",
        "- second one",
        "A heading",
        "Text",
    ]


ENDS = ["т. е. ", "т.д. ", "А. С. ", "e.g. ", "Dr. ", "1. ", ". ", "! ", "?", "…", "...", ") ", "3.14", "v1.2"]
REST = ["Слово", "word", "ё", "🎉", "«", "»", '"', "(", "- ", "\n", " ", "\t", "\u00a0", "\u2028", "\x0b"]
pieces = st.sampled_from(ENDS + REST)


@given(st.lists(pieces).map("".join) | st.text())
def test_sentences_are_in_order_apart_and_leave_no_character_out(text: str) -> None:
    spans = sentence_spans(text)
    covered = [place for span in spans for place in range(span.start, span.end)]
    assert covered == sorted(set(covered))
    assert {place for place, char in enumerate(text) if not char.isspace()} <= set(covered)
    for span in spans:
        piece = text[span.start : span.end]
        assert piece == piece.strip() != ""
        assert "\n" not in piece


@pytest.mark.parametrize(
    ("unit", "count"), [("Слово за словом идёт. ", 40_001), (".", 1), ("a.", 1), ("?)", 1), ("— ", 1), ("\u00a0", 1)]
)
def test_a_whole_book_on_one_line_is_cut_as_well(unit: str, count: int) -> None:
    assert len(sentence_spans(unit * 40_000 + "End")) == count
