"""`companion case`: from a spreadsheet to learners and back, with a service running on the same home."""

from pathlib import Path

import httpx
import pytest

from companion.cases import left_over
from tests.cli.conftest import Run
from tests.cli.processes import service

STUCK = "My loaf spread on the tray like a pancake, whatever flour I took."
HEAD = "stuck,did,changed,lesson,consent_as,consent_where,consent_date,name"
WORDS = f'"{STUCK}","I let the dough rest in a basket.","The loaf stands up now."'
GOOD = f"{WORDS},02-dough,named,everyone,2026-02-01,Zina Quill"
LATE = GOOD.replace("2026-02-01", "2126-02-01")
PRODUCT = ("--product", "bread")
BY = (*PRODUCT, "--by", "Ann Moderator")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "cases.csv"
    path.write_text("\n".join((HEAD, GOOD, LATE, "a,b,c,d")), encoding="utf-8")
    return path


def test_a_case_is_imported_decided_on_served_and_withdrawn_beside_a_service(
    baked: Path, run: Run, table: Path
) -> None:
    with service(baked) as (_, owner):
        imported = run("case", "import", str(table), *PRODUCT, "--json").json()
        assert len(imported["submitted"]) == 1
        assert [row["where"] for row in imported["refused"]] == ["cases.csv row 3", "cases.csv row 4"]
        assert "in the future" in imported["refused"][0]["reason"]
        case = imported["submitted"][0]["id"]
        assert run("case", "check", case, *BY, "--json").json()["state"] == "checked"
        assert run("case", "approve", case, *BY, "--json").json()["shown"] == "named"
        shown = f"{owner.url}/v1/products/bread/cases/shown"
        assert [one["situation"] for one in httpx.get(shown).json()["cases"]] == [STUCK]
        said = {"kind": "stuck", "text": "my loaf spreads like a pancake"}
        assert httpx.post(f"{owner.url}/v1/products/bread/feedback", json=said, timeout=60).json()["case"]
        assert run("case", "withdraw", case, *BY, "--json").json()["state"] == "withdrawn"
        assert left_over(baked, [STUCK.encode(), b"Quill", b"stands up now"]) == []
        assert httpx.get(shown).json() == {"cases": []}
        assert httpx.post(f"{owner.url}/v1/products/bread/feedback", json=said, timeout=60).json()["case"] is None
        events = run("case", "show", case, *PRODUCT, "--json").json()["events"]
        assert [event["what"] for event in events] == ["submitted", "checked", "approved", "withdrawn", "erased"]
    assert left_over(baked, [STUCK.encode(), b"Quill", b"stands up now"]) == []


def test_a_folder_of_cases_shows_the_invented_and_hands_in_the_others(baked: Path, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    after = "## What helped\n\nI asked a baker for help.\n\n## What changed\n\nIt is well now.\n"
    story = f"# {{}}\n\n## Situation\n\n{{}}\n\n{after}"
    told = "---\nlesson: 02-dough\nconsent_as: named\nconsent_where: stuck\nconsent_date: 2026-02-01\nname: Zina\n---\n"
    (folder / "case-01.md").write_text(
        "---\nexample: true\nlesson: 02-dough\n---\n" + story.format("Invented", "Nobody.")
    )
    (folder / "case-02.md").write_text(told + story.format("Mine", "My own dough would not rise."))
    (folder / "case-03.md").write_text(story.format("Nobody asked", "Somebody else's dough would not rise."))
    report = run("ingest", str(folder), *PRODUCT, "--kind", "cases", "--json").json()
    assert report["lessons"] == 1
    assert [one["where"] for one in report["submitted"]] == ["case-02.md"]
    assert [one["where"] for one in report["refused"]] == ["case-03.md"]
    found = run("case", "find", "dough would not rise", *PRODUCT, "-k", "9", "--json").json()["cases"]
    assert [one["title"] for one in found] == ["Invented"]
    alone = run("ingest", str(folder / "case-03.md"), *PRODUCT, "--kind", "cases")
    assert alone.code == 1
    assert "case-03.md" in alone.reason()


def test_a_decision_out_of_turn_says_what_comes_before(baked: Path, run: Run, table: Path) -> None:
    case = run("case", "import", str(table), *PRODUCT, "--json").json()["submitted"][0]["id"]
    assert run("case", "import", str(table), *PRODUCT, "--json").json()["unchanged"] == 1
    early = run("case", "approve", case, *BY)
    assert early.code == 1
    assert early.reason() == "the case is submitted; approved follows checked"
    assert run("case", "return", case, *BY, "--reason", "names a client", "--json").json()["state"] == "returned"
    assert "names a client" in run("case", "show", case, *PRODUCT).out
    assert case in run("case", "list", *PRODUCT, "--state", "returned").out
    assert run("case", "list", *PRODUCT, "--state", "nowhere").code == 2
