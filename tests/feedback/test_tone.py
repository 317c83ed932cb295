"""What a remark is, told by its words: praise, a question, or something that hurts."""

import pytest

from feedback.corners import kind_of
from feedback.theme import ThemeKind


@pytest.mark.parametrize(
    ("text", "lesson", "kind"),
    [
        ("Does this work for Google Ads?", None, ThemeKind.GAP),
        ("what about Google Ads experiments", None, ThemeKind.GAP),
        ("Можно ли так же в рекламе", None, ThemeKind.GAP),
        ("Why 16 in the formula?", "sample-size", ThemeKind.TROUBLE),
        ("a great course, thank you", None, ThemeKind.PRAISE),
        ("Отличный курс, спасибо!", None, ThemeKind.PRAISE),
        ("Good, but where is the solution", None, ThemeKind.TROUBLE),
        ("When I read it I was lost", None, ThemeKind.TROUBLE),
    ],
)
def test_a_comment_is_taken_for_what_its_words_say(text: str, lesson: str | None, kind: ThemeKind) -> None:
    assert kind_of(kind="comment", score=None, text=text, lesson=lesson) is kind


def test_a_learners_number_says_more_than_their_words() -> None:
    assert kind_of(kind="survey", score=1.0, text="Does it get better?", lesson=None) is ThemeKind.PRAISE
    assert kind_of(kind="survey", score=-1.0, text="great, just great", lesson=None) is ThemeKind.TROUBLE
