"""What may be done at an address is told whole, also where several handlers share it."""

import httpx
import pytest


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/v1/products/bread/turns", "POST"),
        ("/v1/products/bread/plans", "GET, PATCH, POST"),
        ("/console/login", "GET, POST"),
        ("/", "GET"),
    ],
)
def test_a_method_that_is_not_allowed_is_told_which_are(
    standing_client: httpx.Client, address: str, allowed: str
) -> None:
    refused = standing_client.put(address)
    assert refused.status_code == 405
    assert refused.headers["allow"] == allowed
