"""Which sites a browser may ask from: nothing runs for a page of a site that the product does not list."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import text

from companion.wiring import House, open_house
from foundation.settings import Settings
from knowledge.encoder import Encoder
from knowledge.products import describe_product
from tests.api.serving import COVERED, FEEDBACK, TURNS, assert_problem, serving

SCHOOL = "https://school.example"
CAFE = "https://cafe.example"
CHAT = "/v1/chat/completions"
ASKED = {"text": COVERED}


@pytest.fixture
def client(bakery: House) -> Iterator[httpx.Client]:
    """The bread is taught at the school, the tea at the café."""
    with bakery.database.write() as session:
        describe_product(session, "bread", origins=[SCHOOL])
        describe_product(session, "tea-house", origins=[CAFE])
    with serving(bakery) as opened:
        yield opened


def rows_kept(house: House) -> int:
    tables = ("turn", "conversation", "item", "event", "gap")
    with house.database.read() as session:
        return sum(int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()) for table in tables)


def preflight(client: httpx.Client, address: str, origin: str) -> httpx.Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    return client.options(address, headers=asked)


def test_a_client_without_an_origin_passes(client: httpx.Client) -> None:
    response = client.post(TURNS, json=ASKED)
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


def test_the_services_own_origin_passes(client: httpx.Client) -> None:
    own = f"http://{client.base_url.netloc.decode()}"
    for origin in (own, own.upper().replace("HTTP", "http"), own.replace("http:", "https:")):
        assert client.post(TURNS, json=ASKED, headers={"Origin": origin}).status_code == 200


@pytest.mark.parametrize("origin", [SCHOOL, "https://SCHOOL.example"])
def test_a_listed_origin_may_read_the_answer(client: httpx.Client, origin: str) -> None:
    response = client.post(TURNS, json=ASKED, headers={"Origin": origin})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == origin
    assert "origin" in response.headers["vary"].lower()
    assert "access-control-allow-credentials" not in response.headers


def test_a_listed_origin_may_read_what_was_wrong(client: httpx.Client) -> None:
    headers = {"Origin": SCHOOL, "Content-Type": "application/json"}
    for body, status in ((b"{", 400), (b'{"text": ""}', 422), (b" " * 300_000, 413)):
        response = client.post(TURNS, content=body, headers=headers)
        assert_problem(response, status)
        assert response.headers["access-control-allow-origin"] == SCHOOL


def test_a_listed_origin_is_told_before_it_asks(client: httpx.Client, bakery: House) -> None:
    response = preflight(client, TURNS, SCHOOL)
    assert response.status_code == 204
    assert response.content == b""
    assert response.headers["access-control-allow-origin"] == SCHOOL
    assert "POST" in response.headers["access-control-allow-methods"]
    allowed = response.headers["access-control-allow-headers"].lower()
    assert all(name in allowed for name in ("content-type", "accept", "last-event-id"))
    assert rows_kept(bakery) == 0


STRANGERS = [
    "https://elsewhere.example",
    CAFE,
    "null",
    "",
    "http://school.example",
    "https://school.example:8443",
    "https://school.example.evil.example",
    "https://evil.example/https://school.example",
    "http://[",
    "school.example",
    "*",
]


@pytest.mark.parametrize("origin", STRANGERS)
def test_nothing_runs_for_an_origin_that_is_not_listed(client: httpx.Client, bakery: House, origin: str) -> None:
    asked = {"Origin": origin}
    for response in (
        client.post(TURNS, json=ASKED, headers=asked),
        client.post(FEEDBACK, json={"kind": "thumb_up"}, headers=asked),
        client.get("/v1/products/bread", headers=asked),
        preflight(client, TURNS, origin),
    ):
        assert_problem(response, 403)
        assert "access-control-allow-origin" not in response.headers
        assert response.headers["vary"] == "Origin"
    assert rows_kept(bakery) == 0


def test_a_foreign_page_cannot_tell_an_unknown_product_from_one_that_is_not_its_own(client: httpx.Client) -> None:
    known = client.get("/v1/products/tea-house", headers={"Origin": SCHOOL})
    unknown = client.get("/v1/products/nothing-here", headers={"Origin": SCHOOL})
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.status_code == 403


def test_the_widget_is_for_every_page(client: httpx.Client) -> None:
    for origin in ("https://elsewhere.example", "null"):
        response = client.get("/widget/v1/companion.js", headers={"Origin": origin})
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.headers["content-type"].startswith("text/javascript")


def test_the_widget_is_sent_once_while_it_does_not_change(client: httpx.Client) -> None:
    first = client.get("/widget/v1/companion.js")
    again = client.get("/widget/v1/companion.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def chat(client: httpx.Client, model: str, origin: str) -> httpx.Response:
    asked = {"model": model, "messages": [{"role": "user", "content": COVERED}]}
    return client.post(CHAT, json=asked, headers={"Origin": origin})


def test_a_chat_is_held_to_the_origins_of_the_product_it_names(client: httpx.Client, bakery: House) -> None:
    assert_problem(chat(client, "bread", CAFE), 403)
    assert_problem(chat(client, "nothing-here", CAFE), 403)
    assert_problem(chat(client, "bread", "https://elsewhere.example"), 403)
    assert_problem(chat(client, "bread", "null"), 403)
    assert rows_kept(bakery) == 0
    allowed = chat(client, "bread", SCHOOL)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == SCHOOL


def test_a_chats_preflight_passes_for_an_origin_any_product_lists(client: httpx.Client) -> None:
    assert preflight(client, CHAT, SCHOOL).status_code == 204
    assert_problem(preflight(client, CHAT, "https://elsewhere.example"), 403)


def test_an_origin_taken_off_the_list_is_refused_from_then_on(client: httpx.Client, bakery: House) -> None:
    assert client.get("/v1/products/bread", headers={"Origin": SCHOOL}).status_code == 200
    with bakery.database.write() as session:
        describe_product(session, "bread", origins=[])
    assert_problem(client.get("/v1/products/bread", headers={"Origin": SCHOOL}), 403)


@pytest.mark.parametrize(
    "public_url", ["https://learn.example", "https://Learn.Example:443/", "https://learn.example/"]
)
def test_behind_a_proxy_our_own_pages_are_known_by_the_public_url(
    bakery: House, settings: Settings, encoder: Encoder, public_url: str
) -> None:
    # A proxy with its default settings hands on its own idea of the host, not the browser's.
    behind = settings.model_copy(update={"public_url": public_url})
    with open_house(behind, encoder=encoder) as opened, serving(opened) as client:
        for address, body in ((TURNS, ASKED), (FEEDBACK, {"kind": "thumb_up"})):
            assert client.post(address, json=body, headers={"Origin": "https://learn.example"}).is_success
        assert chat(client, "bread", "https://learn.example").status_code == 200
        for stranger in ("http://learn.example", "https://learn.example:8443", "https://a.learn.example", "null"):
            assert_problem(client.post(TURNS, json=ASKED, headers={"Origin": stranger}), 403)
