"""Bounds of looks planned in advance: together they call no more by chance than was allowed."""

import numpy as np
import pytest
from scipy.stats import norm

from feedback.sequential import ALPHA_HELPED, ALPHA_WORSE, bounds_of, spent_early, spent_late


def test_a_single_look_has_the_usual_bounds() -> None:
    [only] = bounds_of((1.0,), (0.05,))
    assert only.helped == pytest.approx(norm.isf(ALPHA_HELPED), abs=1e-3)
    assert only.worse == pytest.approx(norm.isf(ALPHA_WORSE), abs=1e-3)


@pytest.mark.parametrize(
    ("shares", "information"),
    [
        ((0.25, 0.5, 0.75, 1.0), (0.25, 0.5, 0.75, 1.0)),
        ((0.25, 0.5, 0.75, 1.0), (0.5, 0.7, 0.85, 1.0)),
        ((0.3, 1.0), (0.6, 1.0)),
    ],
)
def test_looking_several_times_calls_no_more_by_chance(
    shares: tuple[float, ...], information: tuple[float, ...]
) -> None:
    bounds = bounds_of(shares, tuple(amount**-0.5 for amount in information))
    amounts = np.array(information)
    rng = np.random.default_rng(1)
    sums = (rng.normal(size=(200_000, len(amounts))) * np.sqrt(np.diff(amounts, prepend=0.0))).cumsum(axis=1)
    values = sums / np.sqrt(amounts)
    open_still = np.ones(len(values), dtype=bool)
    helped = worse = 0
    for look, bound in enumerate(bounds):
        below, above = open_still & (values[:, look] < -bound.helped), open_still & (values[:, look] > bound.worse)
        helped, worse = helped + int(below.sum()), worse + int(above.sum())
        open_still &= ~(below | above)
    assert helped / len(values) == pytest.approx(ALPHA_HELPED, abs=0.0015)
    assert worse / len(values) == pytest.approx(ALPHA_WORSE, abs=0.0015)


def test_early_looks_ask_for_more_and_harm_is_called_sooner_than_help() -> None:
    bounds = bounds_of((0.25, 0.5, 0.75, 1.0), (2.0, 1.4, 1.15, 1.0))
    assert sorted((bound.helped for bound in bounds), reverse=True) == [bound.helped for bound in bounds]
    assert all(bound.worse < bound.helped for bound in bounds[:-1])
    # The bounds of a look stay what they were when later ones are taken.
    assert bounds_of((0.25, 0.5), (2.0, 1.4)) == bounds[:2]


@pytest.mark.parametrize("spent", [spent_late, spent_early])
def test_all_is_spent_at_the_end_and_nothing_before_the_beginning(spent: object) -> None:
    assert callable(spent)
    assert [spent(share, 0.02) for share in (-1.0, 0.0)] == [0.0, 0.0]
    assert spent(1.0, 0.02) == pytest.approx(spent(7.0, 0.02)) == pytest.approx(0.02)


def test_a_look_that_tells_no_more_than_the_one_before_has_bounds_all_the_same() -> None:
    bounds = bounds_of((0.5, 1.0), (0.05, 0.06))
    assert all(1 < bound.helped < 10 and 1 < bound.worse < 10 for bound in bounds)
