"""`companion release` and `companion impact`: an author drafts, looks, publishes and goes back."""

from pathlib import Path

import pytest

from tests.api.serving import COVERED, LESSONS, PRODUCT
from tests.cli.conftest import Run
from tests.cli.processes import write_course


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """The small course with one lesson worded anew."""
    lessons = {**LESSONS, "02-dough.md": LESSONS["02-dough.md"].replace("four hours", "a whole night")}
    return write_course(tmp_path / "edited", lessons)


def test_an_author_drafts_looks_publishes_and_goes_back(run: Run, baked: Path, edited: Path) -> None:
    run("ask", COVERED, "--product", PRODUCT, "--json").json()
    assert run("ingest", str(edited), "--product", PRODUCT, "--draft", "--json").json()["release"] == 2
    assert run("release", "list", "--product", PRODUCT, "--json").json()["live"] == 1
    shown = run("release", "show", "2", "--product", PRODUCT, "--json").json()
    assert [lesson["title"] for lesson in shown["changes"]["changed"]] == ["Mixing and resting"]
    impact = run("impact", "--product", PRODUCT, "--json").json()
    assert (impact["release"], impact["n"], impact["counts"]["changes"]) == (2, 1, 1)
    told = run("impact", "--product", PRODUCT, "--release", "2").out
    assert "1 past questions" in told
    assert "four hours" in told
    assert "a whole night" in told
    published = run("release", "publish", "--product", PRODUCT, "--note", "Rest longer", "--by", "Ann", "--json").json()
    assert (published["number"], published["who"]) == (2, "Ann")
    markdown = run("release", "changelog", "--product", PRODUCT, "--lang", "ru").out
    assert "## Выпуск 2" in markdown
    assert "Rest longer" in markdown
    assert "Ann" not in markdown
    assert run("release", "rollback", "--product", PRODUCT, "--json").json()["restores"] == 1
    assert "four hours" in run("ask", COVERED, "--product", PRODUCT).out
    states = [release["state"] for release in run("release", "list", "--product", PRODUCT, "--json").json()["releases"]]
    assert states == ["published"] * 3


def test_explain_tells_where_every_citation_stands_today(run: Run, baked: Path, edited: Path) -> None:
    turn = run("ask", COVERED, "--product", PRODUCT, "--json").json()["turn"]
    assert run("explain", turn, "--json").json()["citations_today"][0]["standing"] == "same"
    run("ingest", str(edited), "--product", PRODUCT)
    today = run("explain", turn, "--json").json()["citations_today"][0]
    assert (today["standing"], "a whole night" in today["quote"]) == ("changed", True)
    assert "[1] changed in Mixing and resting › Resting" in run("explain", turn).out


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("release", "publish"), 1, "--draft"),
        (("release", "publish", "9"), 1, "companion release list"),
        (("release", "publish", "0"), 2, ""),
        (("release", "rollback"), 1, "nothing to go back to"),
        (("release", "rollback", "1"), 1, "nothing to do"),
        (("release", "discard", "1"), 1, "published already"),
        (("release", "show", "9"), 1, "companion release list"),
        (("release", "changelog", "--lang", "de"), 2, ""),
        (("impact",), 1, "--draft"),
        (("impact", "--release", "newest"), 2, ""),
    ],
)
def test_what_cannot_be_done_says_what_to_do(
    run: Run, baked: Path, words: tuple[str, ...], code: int, reason: str
) -> None:
    done = run(*words, "--product", PRODUCT)
    assert done.code == code
    assert "Traceback" not in done.err
    assert reason in done.err


@pytest.mark.parametrize("words", [("release", "list"), ("release", "show"), ("release", "publish"), ("impact",)])
def test_an_unknown_product_is_named(run: Run, baked: Path, words: tuple[str, ...]) -> None:
    done = run(*words, "--product", "nobody")
    assert done.code == 1
    assert "companion product list" in done.reason()


def test_cases_are_never_drafted(run: Run, baked: Path, edited: Path) -> None:
    done = run("ingest", str(edited), "--product", PRODUCT, "--kind", "cases", "--draft")
    assert done.code == 2
    assert "--draft" in done.err
