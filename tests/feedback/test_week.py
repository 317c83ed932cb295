"""The author's week as text and mail, in both languages; hostile words are text in it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from feedback.item import ItemKind
from feedback.theme import ThemeKind
from feedback.week import week_of
from feedback.week_mail import week_mail
from feedback.week_prose import Prose, checked_prose, write_prose
from feedback.week_text import PLAIN, week_text
from foundation.errors import NotFound
from prompts.catalogue import load_prompt
from prompts.fences import fence
from tests.feedback.saying import COURSE, Sayings
from tests.prompts.scripted import ScriptedChat

HOSTILE = "the join <script>alert(1)</script> is [not](http://x) # clear and we do not understand it"


def _week(sayings: Sayings, days: int = 7) -> dict[str, Any]:
    with sayings.database.read() as session:
        return week_of(session, COURSE, now=sayings.clock(), days=days)


def test_a_week_in_which_nothing_was_said_says_so(sayings: Sayings) -> None:
    week = _week(sayings)
    assert "Nothing this time." in week_text(week, lang="en")
    assert "На этот раз ничего." in week_text(week, lang="ru")
    assert week["figures"]["items"]["value"] == 0


def test_the_week_is_told_in_both_languages_with_the_numbers_of_the_document(sayings: Sayings) -> None:
    sayings.theme("t-join", label="соединение таблиц")
    sayings.say_all(["не понимаю соединение таблиц"] * 12, "t-join", kind=ItemKind.STUCK)
    week = _week(sayings)
    assert (
        "учеников: 12 из 12 (100\N{NO-BREAK SPACE}%; от 76\N{NO-BREAK SPACE}% до 100\N{NO-BREAK SPACE}%)"
        in week_text(week, lang="ru")
    )
    text = week_text(week, lang="en")
    assert "12 of 12 learners" in text
    assert "severity 100" in text
    assert text.count("> не понимаю соединение таблиц") == 2


def test_markup_in_a_quote_or_label_is_text(sayings: Sayings) -> None:
    sayings.theme("t-join", label="join <b>\n# heading")
    sayings.say_all([f"{HOSTILE} {word}" for word in ("here", "there", "now", "then", "ever")], "t-join")
    text = week_text(_week(sayings), lang="en")
    assert "\\<b\\> \\# heading" in text
    assert "<script" not in text.replace("\\<script", "")
    assert "[not](" not in text


def test_the_mail_has_one_line_as_its_subject_and_the_plain_text_as_its_body(sayings: Sayings) -> None:
    sayings.theme("t-join", label="join")
    sayings.say_all(["I do not understand the join"] * 5, "t-join")
    week = _week(sayings) | {"title": "A course\nBcc: everybody@example.org"}
    mail = week_mail(week, lang="en", sender="companion@example.org", to=["ann@example.org", "bob@example.org"])
    assert mail["Subject"].startswith("A course Bcc: everybody@example.org: what learners said")
    assert mail["Bcc"] is None
    assert mail["To"] == "ann@example.org, bob@example.org"
    assert mail.get_content().strip() == week_text(week, lang="en", style=PLAIN).strip()


def test_praise_is_published_only_of_learners_who_agreed(sayings: Sayings) -> None:
    sayings.theme("t-good", ThemeKind.PRAISE)
    agreed = sayings.say("The examples are very good", "a-1", "t-good", kind=ItemKind.PRAISE, consent=True)
    sayings.say("The videos are very good", "a-2", "t-good", kind=ItemKind.PRAISE)
    sayings.say("The exercises are very good", None, "t-good", kind=ItemKind.PRAISE, consent=True)
    assert [praise["item"] for praise in _week(sayings)["praise"]] == [agreed]


def test_a_product_that_is_not_there_is_missing(sayings: Sayings) -> None:
    with pytest.raises(NotFound), sayings.database.read() as session:
        week_of(session, "nobody", now=sayings.clock())


FACTS = (
    "active learners: 90; things said: 200",
    "hurts: 'join' in 'Tables': 14 of 90 learners, 16 %",
    "better: 'loop': 7 of 90",
)


def _said(written: str) -> tuple[tuple[str, ...], str]:
    told = checked_prose(written, FACTS, prompt="week/v1")
    return told.sentences, told.rejected


def test_a_model_may_say_the_numbers_of_the_facts_it_names() -> None:
    written = (
        "Joins in the lesson Tables hurt most, 14 of 90 learners. [2]\nLoops got better. [3] Much was said. [1][2]"
    )
    assert _said(written) == (
        ("Joins in the lesson Tables hurt most, 14 of 90 learners.", "Loops got better.", "Much was said."),
        "",
    )


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("Joins hurt 15 of 90 learners. [2]", "number"),
        ("Joins hurt 14 learners, and loops 14. [3]", "number"),
        ("Joins hurt 14.5 % of them. [2]", "number"),
        ("Joins hurt half of the learners. [2]", "words"),
        ("Соединения мешают трём ученикам. [2]", "words"),
        ("Joins hurt most. Loops are fine. [3]", "no fact"),
        ("Joins hurt most. [9]", "no fact"),
        ("Joins hurt most.", "no fact"),
        ("See https://example.org for joins. [2]", "address"),
        ("", "0 sentences"),
        ("Joins hurt. [2] " * 9, "9 sentences"),
    ],
)
def test_one_number_of_a_models_own_rejects_all_it_wrote(written: str, reason: str) -> None:
    sentences, rejected = _said(f"Joins hurt most. [2] {written}" if "sentences" not in reason else written)
    assert sentences == ()
    assert reason in rejected


async def _prose(week: dict[str, Any], chat: ScriptedChat) -> Prose:
    return await write_prose(week, chat, lang="en")


def test_the_models_prose_stands_below_the_title_and_is_text(sayings: Sayings) -> None:
    sayings.theme("t-join", label="join")
    sayings.say_all(["I do not understand the join"] * 5, "t-join")
    week, chat = _week(sayings), ScriptedChat(["The *join* is what holds ", "5 of 5 learners up. [2]"])
    prose = asyncio.run(_prose(week, chat))
    assert prose.sentences == ("The *join* is what holds 5 of 5 learners up.",)
    assert "hurts: 'join'" in chat.asked[0][1].text
    text = week_text(week, lang="en", prose=prose.sentences)
    assert text.index("# A course") < text.index("The \\*join\\* is what holds") < text.index("## What hurts most")


def test_the_prompt_renders_as_in_its_snapshot() -> None:
    facts = "1. active learners: 90; things said: 200\n2. hurts: 'join' in 'Tables', '': 14 of 90 learners"
    messages = load_prompt("week", 1).render(facts=fence(facts, "facts"), language="Russian", max_sentences=8)
    rendered = "\n\n".join(f"[{message.role}]\n{message.text}" for message in messages) + "\n"
    assert rendered == (Path(__file__).parents[1] / "snapshots" / "week-v1.txt").read_text(encoding="utf-8")
