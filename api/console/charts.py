"""Charts as SVG, drawn by pygal and dressed by `static/charts.css`, each with its numbers as a table beside it.

What the library puts into a picture for scripts, and its own style sheet, is taken out: a page's policy lets no script
run, and colours follow the page into the dark. The library is imported when the first chart is drawn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree
from markupsafe import Markup

_WIDTH = 640
_ROW_PX = 34
_AROUND_PX = 48
# A label takes its room from the bars: a longer one is cut here and whole in the table.
_LABEL_CHARS = 30
_BARS, _DOTS = "HorizontalBar", "HorizontalLine"
_NOT_SHOWN = (etree.Comment, "defs", "title", "desc")
Form = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Point:
    """A number under its label, None where nothing was counted; `low` and `high` are the interval it lies in.

    `note` says in the table what the number is made of.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""


_NOTHING = Point("", None)


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and what it shows, by rows of label, number, interval and note."""

    title: str
    svg: Markup
    rows: tuple[tuple[str, str, str, str], ...]

    @property
    def has_intervals(self) -> bool:
        return any(row[2] for row in self.rows)

    @property
    def has_notes(self) -> bool:
        return any(row[3] for row in self.rows)


def bars(points: Sequence[Point], *, title: str, form: Form, most: float | None = None) -> Chart:
    """A bar a point, from the top, with whiskers where there is an interval; `most` is where the axis ends."""
    return _chart(_BARS, points, title=title, form=form, span=(0.0, most))


def intervals(points: Sequence[Point], *, title: str, form: Form) -> Chart:
    """A dot with its interval a point, from the top, on both sides of nought; nought is always in the picture."""
    ends = [0.0, *(each for point in points for each in (point.value, point.low, point.high) if each is not None)]
    reach = max(abs(each) for each in ends) or 1.0
    low, high = (-reach if min(ends) < 0 else 0.0), (reach if max(ends) > 0 else 0.0)
    return _chart(_DOTS, points, title=title, form=form, span=(low, high))


def _chart(kind: str, points: Sequence[Point], *, title: str, form: Form, span: tuple[float, float | None]) -> Chart:
    rows = tuple(_row(point, form) for point in points)
    return Chart(title, _draw(kind, points, title=title, form=form, span=span) if points else Markup(), rows)


def _row(point: Point, form: Form) -> tuple[str, str, str, str]:
    number = "—" if point.value is None else form(point.value)
    between = "" if point.low is None or point.high is None else f"{form(point.low)} … {form(point.high)}"
    return point.label, number, between, point.note


def _draw(kind: str, points: Sequence[Point], *, title: str, form: Form, span: tuple[float, float | None]) -> Markup:
    low, high = span
    ends = [each for point in points for each in (point.value, point.high) if each is not None]
    # The library counts rows from below. It puts dots at both edges of a picture: rows without any keep them off.
    rows = list(reversed(points))
    if kind == _DOTS:
        rows = [_NOTHING, *rows, _NOTHING]
    graph = getattr(_library(), kind)(
        **_LOOK,
        style=_style(),
        height=_AROUND_PX + _ROW_PX * (len(points) + (kind == _DOTS)),
        range=(low, high if high is not None else max(ends, default=0.0) or 1.0),
        value_formatter=form,
    )
    graph.x_labels = [_cut(point.label) for point in rows]
    graph.add("", [_value(point) for point in rows], stroke=False, dots_size=6)
    graph.add_xml_filter(lambda root: _bare(root, title))
    # Made of numbers and of labels that the library escapes.
    return Markup(graph.render(is_unicode=True))


# One series, so no legend; five or six marks on the axis are enough to read a bar by.
_LOOK: dict[str, Any] = {
    "show_legend": False,
    "js": (),
    "css": (),
    "no_prefix": True,
    "classes": ("chart",),
    "width": _WIDTH,
    "disable_xml_declaration": True,
    "margin": 4,
    "margin_right": 24,
    "spacing": 6,
    "min_scale": 3,
    "max_scale": 6,
    "print_values": False,
    "show_y_guides": True,
    "truncate_label": -1,
}


@cache
def _library() -> Any:
    import pygal

    return pygal


@cache
def _style() -> Any:
    """Sizes only, which the library lays out by; what is seen is in the style sheet."""
    from pygal.style import Style

    return Style(label_font_size=14, major_label_font_size=14)


def _value(point: Point) -> Any:
    if point.value is None or point.low is None or point.high is None:
        return point.value
    return {"value": point.value, "ci": {"low": point.low, "high": point.high}}


def _cut(label: str) -> str:
    return label if len(label) <= _LABEL_CHARS else f"{label[: _LABEL_CHARS - 1].rstrip()}…"


def _bare(root: Any, title: str) -> Any:
    """The picture alone, named; the table beside it says the rest."""
    for node in list(root.iter()):
        if node.tag in _NOT_SHOWN or "tooltip-overlay" in node.get("class", ""):
            node.getparent().remove(node)
    del root.attrib["id"]
    root.set("role", "img")
    root.set("aria-label", title)
    return root
