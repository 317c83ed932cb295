"""The author's week as text: Markdown, or plain for a mail; in Russian and English.

Whatever learners or authors wrote is put in as text: in Markdown nothing of it is a heading, a link or HTML.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from feedback.report import Document
from knowledge.language import Lang

_PARTS = ("hurts", "unanswered", "new", "worse", "better")
_EFFECTS = ("harmed", "helped")
# Of a theme that is in several parts everything is told once.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&-])")
_MOST_ITEMS = 12


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set: the title, a heading, a point of a list, a quote, and words that are not ours."""

    title: Callable[[str], str]
    heading: Callable[[str], str]
    point: Callable[[str], str]
    quote: Callable[[str], str]
    words: Callable[[str], str]


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _one_line(text: str) -> str:
    return " ".join(text.split())


MARKDOWN = Style(
    title=lambda text: f"# {text}",
    heading=lambda text: f"## {text}",
    point=lambda text: f"- {text}",
    quote=lambda text: f"  > {text}",
    words=_escaped,
)
PLAIN = Style(
    title=lambda text: f"{text}\n{'=' * min(len(text), 72)}",
    heading=lambda text: f"{text}\n{'-' * min(len(text), 72)}",
    point=lambda text: f"* {text}",
    quote=lambda text: f"    « {text} »",
    words=_one_line,
)


def week_text(week: Document, *, lang: Lang, style: Style = MARKDOWN, prose: Sequence[str] = ()) -> str:
    """The whole week; `prose` is what a model wrote of it (`feedback.week_prose`), put below the title."""
    blocks = list(_blocks(week, _words(lang), lang, style, prose))
    return "\n\n".join(blocks) + "\n"


def week_subject(week: Document, *, lang: Lang) -> str:
    """What a mail of it is called, on one line."""
    return _words(lang)["subject"].format(**_heads(week, _one_line))


def _blocks(week: Document, t: Mapping[str, str], lang: Lang, style: Style, prose: Sequence[str]) -> Iterator[str]:
    figures = week["figures"]
    yield style.title(t["title"].format(**_heads(week, style.words)))
    counts = {name: figures[of]["value"] for name, of in (("active", "active"), ("items", "items"), ("k", "floor"))}
    yield t["lead"].format(**counts, hidden=figures["hidden"]["value"])
    if week["release"]:
        yield t["release"].format(number=week["release"])
    yield from (style.words(paragraph) for paragraph in prose)
    told: set[str] = set()
    for part in _PARTS:
        yield style.heading(t[part])
        yield "\n".join(_themes(week[part], t, lang, style, told)) or t["nothing"]
    for part in _EFFECTS:
        if week[part]:
            yield style.heading(t[part])
            yield "\n".join(style.point(_effect(effect, t, lang, style)) for effect in week[part])
    if week["praised"]:
        yield style.heading(t["praised"])
        yield "\n".join(_themes(week["praised"], t, lang, style, told))
    if week["praise"]:
        yield style.heading(t["praise"])
        yield t["praise_hint"]
        yield "\n\n".join(style.quote(style.words(praise["text"])).strip() for praise in week["praise"])
    yield style.heading(t["waiting"])
    yield "\n".join(style.point(t[name].format(count=count["value"])) for name, count in week["waiting"].items())
    yield t["footer"].format(product=week["product"])


def _heads(week: Document, words: Callable[[str], str]) -> dict[str, str]:
    return {"title": words(week["title"] or week["product"]), "since": week["since"][:10], "until": week["until"][:10]}


def _themes(
    themes: Sequence[Document], t: Mapping[str, str], lang: Lang, style: Style, told: set[str]
) -> Iterator[str]:
    """A theme with its quotes; where it was told before, its first line alone."""
    for theme in themes:
        label = style.words(theme["label"] or theme["quotes"][0]["text"])
        yield style.point(f"{label} — {_place(theme, t, style)}: {_figures(theme, t, lang)}")
        if theme["theme"] in told:
            continue
        told.add(theme["theme"])
        yield from (style.quote(style.words(quote["text"])) for quote in theme["quotes"])
        ids = theme["item_ids"]
        items = ", ".join(ids[:_MOST_ITEMS]) + (", …" if len(ids) > _MOST_ITEMS else "")
        yield f"  {t['items'].format(items=items)}"


def _figures(theme: Document, t: Mapping[str, str], lang: Lang) -> str:
    line = t["theme_praise" if theme["kind"] == "praise" else "theme"].format(
        learners=theme["learners"]["value"],
        active=theme["active"]["value"],
        share=percent(theme["share"]["value"], lang),
        low=percent(theme["low"]["value"], lang),
        high=percent(theme["high"]["value"], lang),
        severity=decimal(theme["severity"]["value"], lang),
    )
    remarks = [t["is_new"] if theme["is_new"]["value"] else "", t[f"trend_{theme['trend']['direction']['value']}"]]
    return ", ".join([line, *(remark for remark in remarks if remark)])


def _effect(effect: Document, t: Mapping[str, str], lang: Lang, style: Style) -> str:
    place = _place(effect, t, style)
    if "difference" not in effect:
        return f"{place}: {t['effect_early'].format(release=effect['release'])}"
    points = {
        name: t["points"].format(points=decimal(100 * effect[name]["value"], lang, signed=True))
        for name in ("difference", "low", "high")
    }
    learners = effect["learners"]["value"]
    return f"{place}: {t['effect'].format(**points, release=effect['release'], learners=learners)}"


def _place(told: Document, t: Mapping[str, str], style: Style) -> str:
    if not told["lesson"]:
        return t["anywhere"]
    title, heading = style.words(told["title"] or told["lesson"]), style.words(told["heading"])
    return t["section"].format(title=title, heading=heading) if heading else t["place"].format(title=title)


def percent(share: float, lang: Lang) -> str:
    """A share in per cent, with one decimal below ten."""
    value = 100 * share
    return f"{decimal(value, lang) if value < 10 else round(value)} %".replace(" ", "\N{NO-BREAK SPACE}")


def decimal(value: float, lang: Lang, *, signed: bool = False) -> str:
    """With one decimal where there is one, and the language's own sign for it."""
    text = f"{round(value, 1):{'+' if signed else ''}g}".replace("-", "\N{MINUS SIGN}")
    return text.replace(".", ",") if lang == "ru" else text


@cache
def _words(lang: Lang) -> dict[str, str]:
    told: dict[str, str] = tomllib.loads(
        (files("feedback") / "week_words" / f"{lang}.toml").read_text(encoding="utf-8")
    )
    return told
