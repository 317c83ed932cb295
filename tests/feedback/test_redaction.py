"""Personal data is taken out of what learners say, and what courses are made of stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.redaction import TAKEN_OUT, redact


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Пишите на ivan.p@mail.ru!", "Пишите на […]!"),
        ("меня зовут маша, не понял урок", "меня зовут […], не понял урок"),
        ("Спасибо, Анна Сергеевна, за разбор", "Спасибо, […], за разбор"),
        ("Мы с Костей и Дашей решили", "Мы с […] и […] решили"),
        ("звоните +7 (916) 123-45-67 вечером", "звоните […] вечером"),
        ("карта 4276 3800 1234 5678 не прошла", "карта […] не прошла"),
        ("пароль: Zima2024!", "пароль: […]"),
        ("my key sk-proj-Ab12Cd34Ef56 stopped", "my key […] stopped"),
        ("Thanks Sarah Connor! Got it", "Thanks […]! Got it"),
        ("ask Dr. Okonkwo about it", "ask Dr. […] about it"),
        ("reach me at name (at) example (dot) com", "reach me at […]"),
    ],
)
def test_what_names_or_reaches_somebody_is_taken_out(said: str, kept: str) -> None:
    assert redact(said).text == kept


@pytest.mark.parametrize(
    "said",
    [
        "Student's t-test, Bonferroni and the Kelly criterion",
        "Критерий Стьюдента, поправка Бонферрони, цепь Маркова",
        "Will this be on the exam? Mark it, please. May I ask again?",
        "Вера в тест пропала, надежда на повтор",
        "1 000 000 rows, 0.123456789, 2026-03-05 10:15, 192.168.0.1",
        "@property\ndef mean(self): ...",
        "df.query('a > 1') @ weights.T",
        "use ANN with Adam optimizer and elif",
        "https://docs.python.org/3/library/re.html is broken",
        "гены, март, люди, иду дальше",
    ],
)
def test_what_courses_are_made_of_stays(said: str) -> None:
    assert redact(said) == redact(redact(said).text)
    assert redact(said).text == said


@given(st.text(alphabet=st.sampled_from("аАнН яЯ.,@+7-0123456789()\nJohn […]Ивановичsk-"), max_size=120))
@settings(max_examples=150, deadline=None)
def test_doing_it_twice_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text
    assert once.text.count(TAKEN_OUT) >= once.count
