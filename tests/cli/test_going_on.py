"""Going on with a conversation on the terminal, and what a learner's position keeps back."""

from pathlib import Path

from tests.cli.conftest import Run

FIRST = "What does salt do to the yeast?"
OVEN = "How hot should the oven be for the loaf?"


def test_ask_goes_on_with_a_conversation_and_explain_tells_how_it_was_read(run: Run, baked: Path) -> None:
    first = run("ask", FIRST, "--product", "bread", "--json").json()
    shown = run("ask", "and why?", "--product", "bread", "--conversation", first["conversation"]).out
    assert shown.startswith("Taken as going on with: What does salt do to the yeast.")
    assert f"--conversation {first['conversation']}" in shown
    words = ("ask", "why?", "--product", "bread", "--conversation", first["conversation"], "--json")
    told = run("explain", run(*words).json()["turn"], "--search")
    assert told.code == 0
    assert "in its conversation: read together with “What does salt do to the yeast”; cues: bare" in told.out
    assert "replay: same" in told.out
    assert "in the same order" in told.out


def test_a_conversation_nobody_had_is_told_in_a_line(run: Run, baked: Path) -> None:
    done = run("ask", FIRST, "--product", "bread", "--conversation", "c-nobody")
    assert done.code == 1
    assert "conversation" in done.reason()


def test_ask_keeps_back_what_lies_behind_a_position_and_explain_tells_so(run: Run, baked: Path) -> None:
    done = run("ask", OVEN, "--product", "bread", "--position", "02-dough", "--json").json()
    assert "later, in the lesson “Baking”" in done["text"]
    assert done["gap"] is None
    told = run("explain", done["turn"], "--search")
    assert told.code == 0
    assert "the learner has come to 02-dough, the host says: 2 lessons out of sight" in told.out
    assert "what was asked comes later: 03-oven" in told.out
    assert "in the same order" in told.out
    named = run("ask", f"lesson 3: {OVEN}", "--product", "bread", "--position", "02-dough", "--json").json()
    assert "shown because the question names them: 03-oven" in run("explain", named["turn"]).out


def test_a_learner_who_is_known_by_their_events_is_kept_from_what_comes_later(run: Run, baked: Path) -> None:
    run("ask", "What is a starter?", "--product", "bread", "--learner", "ann", "--lesson", "01-starter")
    done = run("ask", OVEN, "--product", "bread", "--learner", "ann", "--json").json()
    assert "later, in the lesson “Baking”" in done["text"]
    assert "their events say" in run("explain", done["turn"]).out


def test_a_product_shows_everything_when_it_says_so(run: Run, baked: Path) -> None:
    assert "are shown" in run("product", "set", "bread", "--spoilers", "shown").out
    words = ("ask", OVEN, "--product", "bread", "--position", "02-dough")
    assert "lessons/03-oven" in run(*words).out
    assert "are hidden" in run("product", "set", "bread", "--spoilers", "hidden").out
    assert "lessons/03-oven" not in run(*words).out
    assert run("product", "set", "bread", "--spoilers", "maybe").code == 2


def test_a_position_that_is_no_lesson_is_told_in_a_line(run: Run, baked: Path) -> None:
    done = run("ask", OVEN, "--product", "bread", "--position", "99-nowhere")
    assert done.code == 1
    assert "99-nowhere" in done.reason()
