"""Quality against cost as a picture: what each part of the search adds, drawn from the committed ablation."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import accumulate
from typing import Any

from evals.ablation import PARTS, VARIANTS, WHOLE

_WIDTH, _HEIGHT = 760, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 40, 50, 60
_INK, _FAINT, _LINE = "#222222", "#9a9a9a", "#2e7d5b"


def draw_recipe(runs: Mapping[str, Any]) -> str:
    """SVG: CPU milliseconds a question, encoding left out, against MRR@10, the mean of all runs; one dot a step."""
    names = [*VARIANTS, WHOLE]
    quality = [_mean([run["variants"][name]["mrr@10"] for run in runs.values()]) for name in names]
    cost = list(accumulate(_mean([run["cpu_ms"].get(part, 0.0) for run in runs.values()]) for part in PARTS))
    low, high = min(quality) - 0.01, max(quality) + 0.01
    places = [(_across(ms, max(cost)), _down(mrr, low, high)) for ms, mrr in zip(cost, quality, strict=True)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = (
        _dot(place, f"{name}: {mrr:.3f} at {ms:.2f} ms")
        for place, name, ms, mrr in zip(places, names, cost, quality, strict=True)
    )
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
            'font-size="13" role="img" aria-label="Quality of the search against its cost, step by step">',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            _text(_LEFT, 26, "MRR@10, mean of all runs, against CPU ms a question beyond encoding it", size=15),
            f'<path d="M{_LEFT} {_TOP}V{_HEIGHT - _BOTTOM}H{_WIDTH - _RIGHT}" fill="none" stroke="{_FAINT}"/>',
            *(_text(8, _down(tick, low, high) + 4, f"{tick:.2f}", fill=_FAINT) for tick in _ticks(low, high)),
            _text(_WIDTH - _RIGHT, _HEIGHT - _BOTTOM + 28, f"{max(cost):.2f} ms", fill=_FAINT, anchor="end"),
            f'<polyline points="{line}" fill="none" stroke="{_LINE}" stroke-width="2"/>',
            *dots,
            "</svg>\n",
        )
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _across(ms: float, most: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * ms / most


def _down(mrr: float, low: float, high: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (mrr - low) / (high - low)


def _ticks(low: float, high: float) -> list[float]:
    return [hundredth / 100 for hundredth in range(int(low * 100) + 1, int(high * 100) + 1, 2)]


def _dot(place: tuple[float, float], words: str) -> str:
    x, y = place
    # What stands far to the right is told to the left of its dot.
    left = x > _WIDTH / 2
    told = _text(x - 10 if left else x + 10, y + (18 if left else -8), words, anchor="end" if left else "start")
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{_LINE}"/>{told}'


def _text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = _INK, size: int = 13) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size}">{escape(words)}</text>'
    )
