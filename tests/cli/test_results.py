"""What commands print, for people and with --json for programs."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.api.serving import COVERED, LESSONS, NOT_COVERED
from tests.cli.conftest import Run
from tests.cli.processes import companion, write_course

INGEST_FIELDS = {
    "lessons",
    "passages",
    "added",
    "calibration",
    "unchanged",
    "removed",
    "encoded",
    "texts",
    "hidden",
    "answer_keys",
    "words",
    "warnings",
    "seconds",
    "release",
    "draft",
    "format",
    "found",
    "words_before_language_choice",
    "hidden_by",
}


def test_ingest_reports_what_it_did(run: Run, course: Path) -> None:
    first = run("ingest", str(course), "--product", "bread", "--json").json()
    assert first.keys() == INGEST_FIELDS
    assert first["lessons"] == len(LESSONS)
    assert first["added"] == first["passages"] > 0
    assert first["encoded"] > 0
    assert (first["format"], first["found"]) == ("files", {"md": len(LESSONS)})
    assert 0 < first["words_before_language_choice"] <= first["words"]
    again = run("ingest", str(course), "--product", "bread", "--json").json()
    assert (again["added"], again["removed"], again["encoded"]) == (0, 0, 0)
    assert again["unchanged"] == again["passages"] == first["passages"]


def test_ingest_says_what_it_understood(run: Run, tmp_path: Path) -> None:
    unit = '<vertical url_name="u" display_name="Bread"><html><p>Dough rises slowly.</p></html></vertical>'
    course = f'<course org="o" display_name="B"><chapter><sequential>{unit}</sequential></chapter></course>'
    told = run("ingest", str(write_course(tmp_path / "olx", {"course.xml": course})), "--product", "bread").out
    assert told.splitlines()[0].startswith("understood as Open edX course (OLX): 1 html, ")


def test_ingest_encodes_only_what_changed(run: Run, baked: Path, tmp_path: Path) -> None:
    changed = {**LESSONS, "04-keeping.md": "# Keeping bread\n\nRye bread keeps for nine days.\n"}
    report = run("ingest", str(write_course(tmp_path / "new", changed)), "--product", "bread", "--json").json()
    assert (report["added"], report["removed"]) == (1, 1)
    assert 1 <= report["encoded"] <= 2


def test_ingest_takes_one_file_and_a_title(run: Run, course: Path) -> None:
    words = ("--product", "starter", "--title", "All about starters", "--kind", "author", "--lang", "en")
    assert run("ingest", str(course / "01-starter.md"), *words, "--json").json()["lessons"] == 1
    (product,) = run("product", "list", "--json").json()["products"]
    assert (product["title"], product["kind"], product["lang"]) == ("All about starters", "author", "en")


def test_ingest_tells_warnings_beside_the_result(run: Run, tmp_path: Path) -> None:
    course = write_course(tmp_path / "mixed", {"a.md": "# A\n\nYeast rises.\n", "b.pdf": "%PDF", "c.md": ""})
    done = run("ingest", str(course), "--product", "mixed", "--json")
    warnings = done.json()["warnings"]
    assert len(warnings) == 2
    assert all(f"warning: {warning}" in done.err for warning in warnings)


def test_search_gives_passages_best_first(run: Run, baked: Path) -> None:
    passages = run("search", "feed the starter", "--product", "bread", "-k", "3", "--json").json()["passages"]
    assert len(passages) == 3
    scores = [passage["score"] for passage in passages]
    assert scores == sorted(scores, reverse=True)
    best = passages[0]
    promised = {"id", "lesson", "title", "heading_path", "text", "locator", "score", "legs"}
    assert promised <= best.keys()
    assert (best["lesson"], best["title"]) == ("01-starter", "Sourdough starter")
    assert best["locator"].keys() == {"kind", "value", "url"}
    assert best["locator"]["url"].startswith("/p/bread/lessons/01-starter")
    assert best["legs"].keys() == {"dense", "lexical"}
    shown = run("search", "feed the starter", "--product", "bread", "-k", "1").out
    assert shown.startswith("1. ")
    assert "starter" in shown


@pytest.mark.parametrize(("question", "covered"), [(COVERED, True), (NOT_COVERED, False)])
def test_ask_gives_one_turn(run: Run, baked: Path, question: str, covered: bool) -> None:
    done = run("ask", question, "--product", "bread", "--learner", "learner-7", "--json").json()
    promised = {"outcome", "text", "citations", "confidence", "gap", "timing_ms"}
    assert promised <= done.keys()
    assert (done["outcome"] != "declined") == covered
    assert bool(done["citations"]) == covered
    for citation in done["citations"]:
        assert {"passage", "lesson", "title", "quote", "locator"} <= citation.keys()
        assert citation["quote"] in done["text"]


def test_ask_writes_the_answer_with_its_sources_for_people(run: Run, baked: Path) -> None:
    answered = run("ask", COVERED, "--product", "bread").out
    assert "[1]" in answered
    assert "/p/bread/lessons/" in answered
    declined = run("ask", NOT_COVERED, "--product", "bread").out
    assert "→" in declined
    assert "(declined" in declined


def test_ask_notes_who_asked(run: Run, baked: Path) -> None:
    import sqlite3

    run("ask", NOT_COVERED, "--product", "bread", "--learner", "learner-7", "--json").json()
    with sqlite3.connect(baked / "companion.db") as rows:
        query = "SELECT verb, subject FROM event JOIN identity ON person = actor WHERE verb != 'enrolled'"
        assert rows.execute(query).fetchall() == [("asked", "learner-7")]


def test_index_verify_finds_what_rebuild_mends(run: Run, baked: Path) -> None:
    assert run("index", "verify", "--json").json()["agrees"] is True
    _lose_a_vector(baked)
    broken = run("index", "verify", "--json")
    assert broken.code == 1
    found: dict[str, Any] = json.loads(broken.out)
    assert found["agrees"] is False
    assert sum(len(lines) for lines in found["differences"].values()) == 1
    assert "companion index rebuild" in broken.reason()
    assert "differences" in run("index", "verify", "--product", "bread").out
    rebuilt = run("index", "rebuild", "--json").json()
    assert rebuilt["windows"] > 0
    assert run("index", "verify").code == 0


def _lose_a_vector(home: Path) -> None:
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    settings = ChromaSettings(anonymized_telemetry=False)
    opened = chromadb.PersistentClient(str(home / "index"), settings=settings)
    filled = next(shelf for shelf in opened.list_collections() if shelf.count())
    filled.delete(ids=filled.get(limit=1)["ids"])


def test_doctor_finds_a_healthy_home_in_order(run: Run, baked: Path) -> None:
    done = run("doctor", "--json").json()
    assert done["ok"] is True
    assert {"home", "database", "encoder", "index"} <= {check["name"] for check in done["checks"]}
    assert done["settings"]["COMPANION_HOME"]["value"] == str(baked)
    shown = run("doctor")
    assert shown.code == 0
    assert "FAIL" not in shown.out


def test_doctor_tells_a_broken_index_apart(run: Run, baked: Path) -> None:
    _lose_a_vector(baked)
    done = run("doctor", "--json")
    assert done.code == 1
    told = json.loads(done.out)
    assert told["ok"] is False
    assert [check["name"] for check in told["checks"] if not check["ok"]] == ["index"]
    assert "FAIL" in done.reason()


def test_doctor_shows_no_key(baked: Path) -> None:
    key = "very-secret-4711"
    done = companion(baked, "doctor", COMPANION_CHAT_MODEL="openai:tiny", COMPANION_CHAT_API_KEY=key)
    assert done.code == 0
    assert "COMPANION_CHAT_API_KEY=" in done.out
    assert key not in done.out + done.err


def test_a_process_prints_one_object_and_nothing_else(home: Path, course: Path) -> None:
    done = companion(home, "ingest", str(course), "--product", "bread", "--json")
    assert done.out.startswith("{")
    assert done.out.endswith("}\n")
    assert done.json()["lessons"] == len(LESSONS)
    asked = companion(home, "ask", "Сколько отдыхает тесто?", "--product", "bread", "--json", PYTHONIOENCODING="utf-8")
    assert asked.json()["text"]


def test_search_leaves_out_a_lesson_that_was_retired_meanwhile(
    run: Run, baked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from knowledge import lessons

    real = lessons.load_sources

    def retired(session: Any, passages: Any) -> Any:
        found = real(session, passages)
        del found[passages[0]]
        return found

    words = ("search", "feed the starter", "--product", "bread", "-k", "3", "--json")
    before = run(*words).json()["passages"]
    monkeypatch.setattr(lessons, "load_sources", retired)
    assert run(*words).json()["passages"] == before[1:]


def test_doctor_hints_at_tokens_that_an_older_home_has_not_got(run: Run, baked: Path) -> None:
    def vectors() -> str:
        (check,) = [check for check in run("doctor", "--json").json()["checks"] if check["name"] == "vectors"]
        return str(check["detail"])

    assert "index fill" not in vectors()
    with sqlite3.connect(baked / "companion.db") as rows:
        rows.execute("DELETE FROM token_vectors")
    assert run("search", "feed the starter", "--product", "bread", "--json").json()["passages"]
    assert "companion index fill --product bread" in vectors()
    (filled,) = run("index", "fill", "--json").json()["products"]
    assert 0 < filled["encoded"] < filled["texts"]
    assert "index fill" not in vectors()
