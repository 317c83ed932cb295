"""What changed, where a citation stands, and how lessons relate, as clients and readers meet it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from companion.wiring import House
from tests.api.serving import assert_problem, serving
from tests.assistant.asking import ask
from tests.conftest import TakeIn
from tests.knowledge.releasing import PRODUCT, publish, take

pytestmark = pytest.mark.usefixtures("unmeasured")

ONE = "# One\n\n## Flour\n\nThe first lesson is about flour and nothing else.\n"
TWO = "---\nrequires: 1\n---\n# Two\n\nThe second lesson is about water.\n"
ADDRESS = f"/v1/products/{PRODUCT}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where lessons are written."""
    made = tmp_path / "course"
    made.mkdir()
    return made


@pytest.fixture
def client(house: House, folder: Path) -> Iterator[httpx.Client]:
    """A client of a product with one release and one draft."""
    take(house, folder, {"1.md": ONE})
    take(house, folder, {"1.md": ONE.replace("flour and nothing", "flour, water and nothing"), "2.md": TWO}, draft=True)
    with serving(house) as opened:
        yield opened


def cited(house: House) -> dict[str, str]:
    citation = ask(house, "What is the first lesson about?", PRODUCT)["citations"][0]
    assert isinstance(citation, dict)
    return citation


def test_releases_are_listed_and_a_draft_is_not(house: House, client: httpx.Client) -> None:
    assert [each["number"] for each in client.get(f"{ADDRESS}/releases").json()["releases"]] == [1]
    publish(house, note="Now with water")
    newest, first = client.get(f"{ADDRESS}/releases").json()["releases"]
    assert (first["opened"], first["new"]) == (1, [])
    assert (newest["number"], newest["note"]) == (2, "Now with water")
    assert [(each["title"], each["url"]) for each in newest["new"]] == [
        ("Two", f"/p/{PRODUCT}/lessons/{newest['new'][0]['id']}")
    ]
    assert newest["changed"][0]["sections"] == [{"heading": "Flour", "change": "changed"}]
    assert client.get(f"{ADDRESS}/releases", params={"before": 2}).json()["releases"] == [first]
    assert_problem(client.get("/v1/products/nobody/releases"), 404)
    assert_problem(client.get(f"{ADDRESS}/releases", params={"count": 0}), 422)


@pytest.mark.parametrize(("lang", "words"), [("en", "Changed lessons"), ("ru", "Изменённые уроки")])
def test_the_page_of_changes_is_read_in_both_languages(
    house: House, client: httpx.Client, lang: str, words: str
) -> None:
    assert words not in client.get(f"/p/{PRODUCT}/changes", params={"lang": lang}).text
    publish(house, note="<b>Water</b>")
    page = client.get(f"/p/{PRODUCT}/changes", params={"lang": lang})
    assert page.status_code == 200
    assert words in page.text
    assert "&lt;b&gt;Water" in page.text
    assert f'href="/p/{PRODUCT}/changes"' in client.get(f"/p/{PRODUCT}").text


def test_a_product_without_a_release_says_so(house: House, folder: Path) -> None:
    take(house, folder, {"1.md": ONE}, draft=True)
    with serving(house) as client:
        assert "Nothing has been released yet" in client.get(f"/p/{PRODUCT}/changes", params={"lang": "en"}).text
        assert client.get(f"{ADDRESS}/releases").json() == {"releases": []}


def test_a_citation_is_found_again_after_an_edit(house: House, client: httpx.Client) -> None:
    citation = cited(house)
    address, quote = f"{ADDRESS}/citations/{citation['passage']}", {"quote": citation["quote"]}
    before = client.get(address, params=quote).json()
    assert (before["standing"], before["quote"], before["alike"]) == ("same", citation["quote"], 1.0)
    publish(house)
    after = client.get(address, params=quote).json()
    assert (after["standing"], after["heading"]) == ("changed", "Flour")
    assert "flour, water and nothing" in after["quote"]
    assert_problem(client.get(address, params={"quote": "What it never said"}), 404)
    assert_problem(client.get(f"{ADDRESS}/citations/p-nothing"), 404)
    assert_problem(client.get(f"/v1/products/nobody/citations/{citation['passage']}"), 404)


def test_the_permalink_of_a_passage_leads_to_its_place_or_says_what_became_of_it(
    house: House, folder: Path, client: httpx.Client
) -> None:
    address = f"/p/{PRODUCT}/passages/{cited(house)['passage']}"
    there = client.get(address)
    assert (there.status_code, there.headers["location"]) == (
        307,
        f"/p/{PRODUCT}/lessons/{cited(house)['lesson']}#flour",
    )
    publish(house)
    changed = client.get(address, params={"lang": "en"})
    assert changed.status_code == 200
    assert "flour, water and nothing" in changed.text
    take(house, folder, {"9.md": "---\nreplaces: 1\n---\n# Nine\n\nSomething else altogether.\n"})
    gone = client.get(address, params={"lang": "en"})
    assert gone.status_code == 410
    assert "Nine" in gone.text
    assert client.get(f"/p/{PRODUCT}/passages/p-nothing").status_code == 404


def test_a_replaced_lesson_leads_to_the_new_one(house: House, folder: Path, client: httpx.Client) -> None:
    old = client.get(ADDRESS).json()["lessons"][0]["url"]
    take(house, folder, {"9.md": "---\nreplaces: 1\n---\n# Nine\n\nSomething else altogether.\n"})
    moved = client.get(old)
    new = client.get(ADDRESS).json()["lessons"][0]
    assert (moved.status_code, moved.headers["location"]) == (307, new["url"])
    assert new["replaces"] == [{"product": PRODUCT, "id": None, "title": "One", "lang": "en", "url": None}]
    assert client.get(f"/p/{PRODUCT}/lessons/never-here").status_code == 404


def test_a_lesson_shows_what_comes_before_it_and_its_twin(house: House, client: httpx.Client, take_in: TakeIn) -> None:
    publish(house)
    take_in({"1.md": f"---\nequivalent: {PRODUCT}:1\n---\n# Один\n\nПервый урок про муку.\n"}, "kurs-ru")
    one, two = client.get(ADDRESS).json()["lessons"]
    assert [each["title"] for each in two["requires"]] == ["One"]
    assert [(each["product"], each["lang"]) for each in one["equivalent"]] == [("kurs-ru", "ru")]
    assert "Before this lesson:" in client.get(two["url"], params={"lang": "en"}).text
    assert "Also in Russian:" in client.get(one["url"], params={"lang": "en"}).text
    assert "На английском:" in client.get(one["equivalent"][0]["url"], params={"lang": "ru"}).text
