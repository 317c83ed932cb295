"""The pages a reader opens: in both languages, safe to show, and whole without the internet."""

import re
from collections.abc import Iterator

import httpx
import pytest

from companion.wiring import House, open_house
from foundation.settings import Settings
from knowledge.encoder import Encoder
from tests.api.serving import serving

PAGES = ["/", "/p/bread", "/p/bread/lessons/02-dough", "/p/nothing-here"]
HTML = {"Accept": "text/html"}


@pytest.fixture
def empty(house: House) -> Iterator[httpx.Client]:
    """A service on an empty home."""
    with serving(house) as opened:
        yield opened


def lang_of(page: httpx.Response) -> str:
    found = re.search(r'<html lang="(\w+)">', page.text)
    assert found
    return found[1]


def test_the_start_page_leads_to_every_product(standing_client: httpx.Client) -> None:
    page = standing_client.get("/")
    assert page.status_code == 200
    assert 'href="/p/bread"' in page.text
    assert f"{str(standing_client.base_url).rstrip('/')}/widget/v1/companion.js" in page.text


def test_without_products_the_start_page_says_how_to_take_one_in(empty: httpx.Client) -> None:
    for lang in ("ru", "en"):
        page = empty.get("/", params={"lang": lang})
        assert page.status_code == 200
        assert "companion ingest" in page.text
        assert "/p/" not in page.text


def test_behind_a_proxy_the_code_to_embed_names_the_public_address(
    settings: Settings, encoder: Encoder, bakery: House
) -> None:
    public = settings.model_copy(update={"public_url": "https://companion.example"})
    with open_house(public, encoder=encoder) as house, serving(house) as client:
        assert 'src="https://companion.example/widget/v1/companion.js"' in client.get("/").text


def test_the_product_page_lists_its_lessons_in_order(standing_client: httpx.Client) -> None:
    page = standing_client.get("/p/bread").text
    lessons = standing_client.get("/v1/products/bread").json()["lessons"]
    assert re.findall(r'href="(/p/bread/lessons/[^"]+)"', page) == [lesson["url"] for lesson in lessons]
    assert '<learning-companion product="bread"' in page


def test_a_lesson_page_shows_the_lesson_between_its_neighbours(standing_client: httpx.Client) -> None:
    page = standing_client.get("/p/bread/lessons/02-dough").text
    assert "it is folded every thirty minutes" in page
    assert page.count("<h1>") == 1
    assert re.search(r'rel="prev" href="/p/bread/lessons/01-starter"', page)
    assert re.search(r'rel="next" href="/p/bread/lessons/03-oven"', page)
    assert '<learning-companion product="bread" lesson="02-dough"' in page


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_there_in_both_languages(standing_client: httpx.Client, address: str, lang: str) -> None:
    page = standing_client.get(address, params={"lang": lang}, headers=HTML)
    assert lang_of(page) == lang
    assert page.headers["content-language"] == lang
    assert f'href="?lang={"en" if lang == "ru" else "ru"}"' in page.text
    # A word that is missing in a language shows as nothing, or as its key.
    assert not re.search(r"<(h1|h2|title|a|button)[^>]*>\s*</\1>", page.text)
    assert "{{" not in page.text


def test_a_chosen_language_is_remembered(standing_client: httpx.Client) -> None:
    with httpx.Client(base_url=standing_client.base_url, headers={"Accept-Language": "en"}) as reader:
        assert lang_of(reader.get("/")) == "en"
        chosen = reader.get("/", params={"lang": "ru"})
        cookie = chosen.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert lang_of(reader.get("/p/bread")) == "ru"


@pytest.mark.parametrize(
    ("preferred", "lang"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en-GB", "en"),
        ("de, ru;q=0.5", "ru"),
        ("de", "en"),
        ("", "en"),
        (";;,", "en"),
    ],
)
def test_without_a_choice_the_browsers_preference_decides(
    standing_client: httpx.Client, preferred: str, lang: str
) -> None:
    assert lang_of(httpx.get(standing_client.base_url, headers={"Accept-Language": preferred})) == lang


@pytest.mark.parametrize("lang", ["de", "", "<script>", "RU"])
def test_a_language_we_do_not_speak_changes_nothing(standing_client: httpx.Client, lang: str) -> None:
    page = httpx.get(standing_client.base_url, params={"lang": lang})
    assert lang_of(page) == "en"
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize("address", PAGES)
def test_every_page_forbids_what_it_does_not_need(standing_client: httpx.Client, address: str) -> None:
    headers = standing_client.get(address, headers=HTML).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "script-src" not in policy
    assert "object-src 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("address", [*PAGES, "/docs"])
def test_no_page_needs_another_host(standing_client: httpx.Client, address: str) -> None:
    page = standing_client.get(address, headers=HTML).text
    # What is shown as code to copy is not asked for.
    for url in re.findall(r'<[^>]+(?:src|href)="([^"]+)"', page):
        assert url.startswith(("/", "?", "#", "data:")), url
        if url.startswith("/"):
            assert not url.startswith("//")
            assert standing_client.get(url.partition("#")[0]).status_code == 200, url


def test_the_docs_read_only_this_service(standing_client: httpx.Client) -> None:
    page = standing_client.get("/docs")
    assert page.status_code == 200
    assert not re.search(r"https?://", page.text)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert standing_client.get("/openapi.json").json()["info"]["title"] == "Learning Companion"


@pytest.mark.parametrize(
    "address",
    ["/p/nothing-here", "/p/bread/lessons/99-nowhere", "/nowhere", "/p/%00", "/p/%F0%9F%A5%96", "/p/x'%20OR%201"],
)
def test_what_is_not_there_is_a_page_for_a_browser_and_a_problem_for_a_program(
    standing_client: httpx.Client, address: str
) -> None:
    page = standing_client.get(address, headers=HTML)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert 'href="/"' in page.text
    problem = standing_client.get(address)
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"


def test_an_address_of_markup_is_shown_as_text(standing_client: httpx.Client) -> None:
    page = standing_client.get("/p/<script>alert(1)</script>", headers=HTML)
    assert page.status_code == 404
    assert "<script>alert" not in page.text
