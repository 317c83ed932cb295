"""Bodies that are no JSON, or larger than any question."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.serving import COVERED, FEEDBACK, TURNS, assert_problem

JSON = {"Content-Type": "application/json"}
CHAT = "/v1/chat/completions"
LIMIT = 256 * 1024


@pytest.mark.parametrize("address", [TURNS, FEEDBACK, CHAT])
@pytest.mark.parametrize("body", [b"{", b"dough", b'{"text": }', b"\xff\xfe{", b"[" * 100_000, b'{"text": "a" "b"}'])
def test_what_is_not_json_is_told_so(standing_client: httpx.Client, address: str, body: bytes) -> None:
    assert_problem(standing_client.post(address, content=body, headers=JSON), 400)


@pytest.mark.parametrize("address", [TURNS, FEEDBACK, CHAT])
@pytest.mark.parametrize("body", [b"", b"[]", b'"dough"', b"null", b"7"])
def test_json_of_another_shape_cannot_be_accepted(standing_client: httpx.Client, address: str, body: bytes) -> None:
    assert_problem(standing_client.post(address, content=body, headers=JSON), 422)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_body_that_is_not_declared_as_json_is_not_read_as_json(standing_client: httpx.Client, kind: str) -> None:
    # A form on a foreign page can send these without asking the browser's leave.
    assert_problem(standing_client.post(TURNS, content=b'{"text": "dough"}', headers={"Content-Type": kind}), 422)


@pytest.mark.parametrize("address", [TURNS, FEEDBACK, CHAT, "/local/index/verify"])
def test_a_body_that_announces_too_much_is_refused(standing_client: httpx.Client, address: str) -> None:
    problem = assert_problem(standing_client.post(address, content=b" " * (LIMIT + 1), headers=JSON), 413)
    assert "256 kB" in problem["detail"]


@pytest.mark.parametrize("address", [TURNS, FEEDBACK, CHAT])
def test_a_body_that_grows_too_large_on_its_way_is_refused(standing_client: httpx.Client, address: str) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(257):
            yield b" " * 1024

    problem = assert_problem(standing_client.post(address, content=pieces(), headers=JSON), 413)
    assert "256 kB" in problem["detail"]


def test_a_body_of_just_the_limit_is_read(standing_client: httpx.Client) -> None:
    body = f'{{"text": "{COVERED}"}}'.encode().ljust(LIMIT)
    assert standing_client.post(TURNS, content=body, headers=JSON).status_code == 200
