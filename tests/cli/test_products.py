"""How a product is shown and which sites may embed it."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run


def product(run: Run) -> dict[str, Any]:
    (found,) = run("product", "list", "--json").json()["products"]
    return dict(found)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://school.example", "https://school.example"),
        ("HTTPS://School.Example/", "https://school.example"),
        ("http://localhost:3000", "http://localhost:3000"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(run: Run, baked: Path, written: str, kept: str) -> None:
    done = run("product", "set", "bread", "--origin", written)
    assert done.code == 0
    assert kept in done.out
    assert product(run)["origins"] == [kept]


@pytest.mark.parametrize(
    "origin",
    ["school.example", "https://", "https://school.example/course", "*", "https://*.example", "null", "ftp://a.b"],
)
def test_what_is_no_origin_is_refused_with_an_example(run: Run, baked: Path, origin: str) -> None:
    run("product", "set", "bread", "--origin", "https://school.example")
    done = run("product", "set", "bread", "--origin", origin, "--title", "Other")
    assert (done.code, done.out) == (1, "")
    assert "https://school.example" in done.reason()
    assert (product(run)["origins"], product(run)["title"]) == (["https://school.example"], "bread")


def test_origins_are_replaced_and_taken_away(run: Run, baked: Path) -> None:
    run("product", "set", "bread", "--origin", "https://a.example", "--origin", "https://b.example")
    assert product(run)["origins"] == ["https://a.example", "https://b.example"]
    run("product", "set", "bread", "--origin", "https://c.example")
    assert product(run)["origins"] == ["https://c.example"]
    assert run("product", "set", "bread", "--origin", "https://a.example", "--no-origins").code == 2
    run("product", "set", "bread", "--no-origins")
    assert product(run)["origins"] == []


def test_citations_point_where_the_product_says(run: Run, baked: Path) -> None:
    template = "https://school.example/learn/{lesson}#{anchor}"
    assert run("product", "set", "bread", "--url-template", template).code == 0
    (passage,) = run("search", "feed the starter", "--product", "bread", "-k", "1", "--json").json()["passages"]
    assert passage["locator"]["url"].startswith("https://school.example/learn/01-starter#")
    assert run("product", "set", "bread", "--url-template", "").code == 0
    (passage,) = run("search", "feed the starter", "--product", "bread", "-k", "1", "--json").json()["passages"]
    assert passage["locator"]["url"].startswith("/p/bread/lessons/01-starter")


@pytest.mark.parametrize(
    "template", ["/learn/{lesson}", "https://a.example/{learner}", "https://a.example/{", "{lesson}"]
)
def test_a_template_that_cannot_work_is_refused(run: Run, baked: Path, template: str) -> None:
    done = run("product", "set", "bread", "--url-template", template)
    assert done.code == 1
    assert "url_template" in done.reason()
    assert product(run)["url_template"] is None


def test_what_an_author_set_stays_when_the_course_is_taken_in_again(run: Run, baked: Path, course: Path) -> None:
    run(
        "product",
        "set",
        "bread",
        "--title",
        "Bread for all",
        "--description",
        "How it rises.",
        "--origin",
        "https://a.b",
    )
    run("ingest", str(course), "--product", "bread", "--json").json()
    found = product(run)
    assert (found["title"], found["description"], found["origins"]) == (
        "Bread for all",
        "How it rises.",
        ["https://a.b"],
    )


def test_without_products_the_list_says_how_to_take_one_in(run: Run) -> None:
    assert "companion ingest" in run("product", "list").out
    assert run("product", "list", "--json").json() == {"products": []}
