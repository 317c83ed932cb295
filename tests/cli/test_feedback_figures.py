"""What feedback comes to, on the command line: themes, the author's week, and counting it again."""

import json
import smtplib
from pathlib import Path

import pytest

from feedback.settings import choose_settings
from foundation.clock import utc_now
from foundation.database import open_database
from tests.cli.conftest import Run
from tests.fakes import FixedClock
from tests.feedback.saying import COURSE, Sayings

WORDS = (
    "I do not understand the join",
    "The join is not explained",
    "Why is there a join",
    "What is a join",
    "No join",
)


@pytest.fixture
def _said(home: Path) -> None:
    clock = FixedClock()
    clock.now = utc_now()
    database = open_database(home, clock=clock)
    course = Sayings(database, clock)
    with course.at_once():
        course.theme("t-join", label="join")
        course.say_all(WORDS, "t-join", days_ago=1)
        course.theme("t-few")
        course.say_all(WORDS[:2], "t-few", days_ago=1)
    database.close()


@pytest.mark.usefixtures("_said")
def test_themes_are_listed_with_figures_quotes_and_what_is_not_shown(run: Run) -> None:
    told = run("feedback", "themes", "--product", COURSE, "--json").json()
    theme = told["themes"][0]
    assert (theme["id"], theme["learners"], theme["items"], theme["share"]) == ("t-join", 5, 5, 1.0)
    assert len(theme["interval"]) == 2
    assert theme["items_ids"] == ["i-1", "i-2", "i-3", "i-4", "i-5"]
    assert len(theme["quotes"]) == 3
    assert (told["gaps"], told["hidden"]) == ([], 1)
    assert run("feedback", "themes", "--product", COURSE, "--since", "2099-01-01").code == 1
    assert run("feedback", "themes", "--product", COURSE, "--since", "yesterday").code == 2
    assert "5 of 5 learners" in run("feedback", "themes", "--product", COURSE).out


@pytest.mark.usefixtures("_said")
def test_a_summary_is_checked_against_the_rows(run: Run, tmp_path: Path) -> None:
    week = run("feedback", "summary", "--product", COURSE, "--json").json()
    kept = tmp_path / "week.json"
    kept.write_text(json.dumps(week), encoding="utf-8")
    right = run("feedback", "check", str(kept), "--product", COURSE, "--json")
    assert (right.code, right.json()["differences"]) == (0, [])
    week["hurts"][0]["learners"]["value"] = 50
    kept.write_text(json.dumps(week), encoding="utf-8")
    wrong = run("feedback", "check", str(kept), "--product", COURSE)
    assert wrong.code == 1
    assert "hurts[0].learners: 50 is told, 5 is what the rows say" in wrong.out
    kept.write_text("[1]", encoding="utf-8")
    assert run("feedback", "check", str(kept), "--product", COURSE).code == 1
    assert run("feedback", "check", "--product", COURSE).code == 0


@pytest.mark.usefixtures("_said")
def test_a_summary_is_printed_in_the_language_asked_for(run: Run) -> None:
    assert "## What hurts most" in run("feedback", "summary", "--product", COURSE, "--markdown").out
    assert "Что мешает сильнее всего" in run("feedback", "summary", "--product", COURSE, "--lang", "ru").out
    assert run("feedback", "summary", "--product", COURSE, "--markdown", "--json").code == 2
    assert run("feedback", "summary", "--product", "nobody").code == 1


@pytest.mark.usefixtures("_said")
def test_the_week_is_mailed_where_there_is_a_server_and_printed_where_there_is_none(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = run("feedback", "summary", "--product", COURSE, "--mail", "--to", "ann@example.org").out
    assert printed.startswith("Subject: A course: what learners said")
    assert "To: ann@example.org" in printed
    sent: list[str] = []

    class Server(smtplib.SMTP):
        def __init__(self, *_args: object, **_more: object) -> None:
            pass

        def __exit__(self, *_args: object) -> None:
            pass

        def send_message(self, mail, *_args: object, **_more: object) -> dict[str, tuple[int, bytes]]:  # type: ignore[no-untyped-def]
            sent.append(mail["To"])
            return {}

    monkeypatch.setattr(smtplib, "SMTP", Server)
    for name, value in (("HOST", "127.0.0.1"), ("FROM", "companion@example.org"), ("PLAIN", "true")):
        monkeypatch.setenv(f"COMPANION_SMTP_{name}", value)
    assert run("feedback", "summary", "--product", COURSE, "--mail").code == 1
    database = open_database(home)
    with database.write() as session:
        choose_settings(session, COURSE, by="p-author", now=utc_now(), mail_to=["bob@example.org"])
    database.close()
    assert run("feedback", "summary", "--product", COURSE, "--mail").out == "mailed to 1\n"
    assert sent == ["bob@example.org"]
