"""The budget table as a picture: one bar a row, how much of its budget it takes, written as plain SVG."""

from collections.abc import Sequence
from html import escape

from evals.bench.row import AT_LEAST, Row

_WIDTH, _LINE, _TOP = 900, 26, 64
_NAMES, _BARS = 330, 400
# A bar that would leave the picture ends with its figure at the edge.
_MOST = 2.0
_OK, _OVER, _INK, _FAINT = "#2e7d5b", "#b3452c", "#222222", "#9a9a9a"


def draw_chart(rows: Sequence[Row]) -> str:
    """SVG of every row that has a budget and a figure; a bar that stays left of the line keeps to its budget."""
    shown = [row for row in rows if row.ok is not None]
    height = _TOP + _LINE * len(shown) + 16
    line = _NAMES + _BARS / _MOST
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" '
        f'font-size="13" role="img" aria-label="Share of each budget that was used">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(16, 24, "Share of the budget used; left of the line keeps to it", size=15),
        _text(line, _TOP - 10, "budget", anchor="middle", fill=_FAINT),
        *(_bar(row, _TOP + _LINE * number) for number, row in enumerate(shown)),
        f'<line x1="{line}" y1="{_TOP - 4}" x2="{line}" y2="{height - 12}" stroke="{_INK}" stroke-dasharray="4 3"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def share_used(row: Row) -> float:
    """How much of its budget a row takes: 1 is all of it; of a row that must reach something, the part missing too."""
    if row.ratio is None or row.budget is None:
        raise ValueError(f"{row.name} has no budget or was not measured")
    if row.sense == AT_LEAST:
        return row.budget / row.ratio if row.ratio > 0 else _MOST
    return row.ratio / row.budget


def _bar(row: Row, top: int) -> str:
    used = share_used(row)
    width = min(used, _MOST) / _MOST * _BARS
    told = f"{_told(row.ratio)} × ({'≥' if row.sense == AT_LEAST else '≤'} {_told(row.budget)})"
    return "\n".join(
        (
            _text(_NAMES - 10, top + 15, row.name, anchor="end"),
            f'<rect x="{_NAMES}" y="{top + 3}" width="{width:.1f}" height="{_LINE - 9}" rx="2" '
            f'fill="{_OK if row.ok else _OVER}"/>',
            _text(_NAMES + _BARS + 10, top + 15, f"{told}{'' if row.ok else ' missed'}"),
        )
    )


def _told(value: float | None) -> str:
    """Three figures that matter."""
    return "" if value is None else f"{value:.3g}"


def _text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = _INK, size: int = 13) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{fill}" font-size="{size}">{escape(words)}</text>'
