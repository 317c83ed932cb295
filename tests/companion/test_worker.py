"""The worker in the background: it sees to what waits, trouble with one product stops no other, and it stops."""

import logging
import time
from collections.abc import Callable

import pytest

from companion import worker
from companion.tending import Tended
from companion.wiring import House
from companion.worker import working
from foundation.errors import EncoderUnavailable
from foundation.ids import ProductSlug

_SOON_S = 0.01


def until(is_so: Callable[[], bool]) -> None:
    """Waits for it; fails when it does not come."""
    for _ in range(1_000):
        if is_so():
            return
        time.sleep(_SOON_S)
    pytest.fail("it did not happen")


def test_trouble_with_one_product_stops_no_other_and_tells_nobodys_words(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    tended: list[str] = []

    def tend(_house: House, product: str, **_more: object) -> Tended:
        tended.append(product)
        if product == "down":
            raise EncoderUnavailable("the encoder is away: Zenobia wrote to me")
        if product == "broken":
            raise RuntimeError("INSERT INTO item VALUES ('Zenobia')")
        return Tended(ProductSlug(product), 1, 1, (), 0)

    monkeypatch.setattr(worker, "tend", tend)
    monkeypatch.setattr(worker, "all_products", lambda _house: ["down", "broken", "well"])
    monkeypatch.setattr(worker, "products_waiting", lambda _house: ["well"])
    with working(house, every_s=_SOON_S):
        until(lambda: tended.count("well") >= 3)
    assert tended[:3] == ["down", "broken", "well"]
    assert set(tended[3:]) == {"well"}
    assert "EncoderUnavailable" in caplog.text
    assert "RuntimeError" in caplog.text
    assert "Zenobia" not in caplog.text


def test_a_long_round_ends_between_two_steps_when_the_service_stops(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []

    def tend(_house: House, product: str, *, progress: Callable[[int, int], None]) -> Tended:
        for step in range(10**9):
            progress(step, 10**9)
            steps.append(step)
            time.sleep(_SOON_S)
        raise AssertionError("it was to be stopped")

    monkeypatch.setattr(worker, "tend", tend)
    monkeypatch.setattr(worker, "all_products", lambda _house: ["long"])
    with working(house, every_s=_SOON_S):
        until(lambda: len(steps) > 2)
    done = len(steps)
    time.sleep(5 * _SOON_S)
    assert len(steps) == done
