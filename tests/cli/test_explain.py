"""`companion explain`: what it prints, and how it ends."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from assistant.phrases import Phrase, phrase
from foundation.lock import HomeLock
from tests.api.serving import COVERED, NOT_COVERED
from tests.cli.conftest import Run
from tests.cli.processes import companion, service


def ask(run: Run, question: str) -> dict[str, Any]:
    return run("ask", question, "--product", "bread", "--json").json()


def change(home: Path, statement: str) -> None:
    rows = sqlite3.connect(home / "companion.db")
    with rows:
        rows.execute(statement)
    rows.close()


@pytest.mark.parametrize("question", [COVERED, NOT_COVERED, "Сколько отдыхает тесто?"])
def test_a_turn_is_explained_and_replayed(run: Run, baked: Path, question: str) -> None:
    answer = ask(run, question)
    done = run("explain", answer["turn"])
    assert (done.code, done.err) == (0, "")
    assert f"Question: {question}\n" in done.out
    assert answer["text"] in done.out
    assert done.out.endswith("replay: same\n")
    assert f"Outcome: {answer['outcome']}, confidence {answer['confidence']}" in done.out
    told = run("explain", answer["turn"], "--json").json()
    assert told["replay"] == {"state": "same", "reason": "", "changed": [], "diff": []}
    assert (told["turn"], told["question"], told["reply"]) == (answer["turn"], question, answer)
    assert {candidate["passage"] for candidate in told["candidates"]} >= {
        citation["passage"] for citation in answer["citations"]
    }
    for candidate in told["candidates"]:
        assert candidate["passage"] in done.out or candidate["role"] == "passed over"


def test_a_question_in_the_wrong_layout_is_told_as_it_was_searched_for(run: Run, baked: Path) -> None:
    answer = ask(run, "рщц дщтп вщуы еру вщгпр куые,")
    assert answer["text"].startswith(phrase(Phrase.SEARCHED, "en").format(text="how long does the dough rest?"))
    assert answer["outcome"] == "answered"
    done = run("explain", answer["turn"])
    assert "Question: рщц дщтп вщуы еру вщгпр куые,\n" in done.out
    assert "how long does the dough rest?" in done.out
    assert done.out.endswith("replay: same\n")


def test_a_turn_that_would_be_said_otherwise_exits_1_with_the_difference(run: Run, baked: Path) -> None:
    answer = ask(run, COVERED)
    change(baked, "UPDATE passage SET text = replace(text, 'four hours', 'nine hours')")
    done = run("explain", answer["turn"])
    assert done.code == 1
    assert "text, citations" in done.reason()
    assert "replay: differs" in done.out
    assert any(line.strip().startswith("+") and "nine hours" in line for line in done.out.splitlines())
    told = run("explain", answer["turn"], "--json")
    assert (told.code, json.loads(told.out)["replay"]["state"]) == (1, "differs")


def test_a_turn_from_before_replay_is_shown_and_exits_1(run: Run, baked: Path) -> None:
    answer = ask(run, COVERED)
    change(baked, 'UPDATE turn SET trace = \'{"shelf": 1, "hits": []}\'')
    done = run("explain", answer["turn"])
    assert done.code == 1
    assert "before replay was possible" in done.reason()
    assert answer["text"] in done.out
    assert "replay: impossible" in done.out


def test_the_question_is_looked_up_again_on_request(run: Run, baked: Path) -> None:
    answer = ask(run, COVERED)
    done = run("explain", answer["turn"], "--search")
    assert done.code == 0
    assert "moved on since: nothing" in done.out
    change(baked, "UPDATE product SET version = version + 1")
    told = run("explain", answer["turn"], "--search", "--json").json()
    assert (told["search"]["moved"], told["search"]["same_order"]) == (["content"], True)


def test_explaining_needs_neither_the_lock_nor_the_encoder(
    run: Run, baked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ask(run, COVERED)

    def forbidden(*_args: object, **_more: object) -> None:
        raise AssertionError("this needs no collaborator")

    monkeypatch.setattr("companion.wiring.open_house", forbidden)
    monkeypatch.setattr("companion.wiring.default_encoder", forbidden)
    with HomeLock(baked) as lock:
        assert lock.acquire()
        assert run("explain", answer["turn"]).code == 0


def test_explaining_works_beside_a_running_service(baked: Path) -> None:
    import httpx

    with service(baked) as (_process, owner):
        answer = httpx.post(f"{owner.url}/v1/products/bread/turns", json={"text": COVERED}, timeout=60).json()
        told = companion(baked, "explain", answer["turn"], "--json").json()
    assert (told["reply"], told["replay"]["state"]) == (answer, "same")


def test_a_turn_nobody_had_is_told_in_a_line(run: Run, baked: Path) -> None:
    done = run("explain", "t-nobody")
    assert (done.code, done.out) == (1, "")
    assert "no turn" in done.reason()
