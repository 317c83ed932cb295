"""The changelog as learners read it: plain values for pages and the wire, and Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from api.pages import page_texts
from assistant.links import lesson_url
from knowledge.changelog import Entry, LessonChange
from knowledge.language import Lang
from knowledge.lessons import lesson_heads
from knowledge.products import Product

_KINDS = ("new", "changed", "moved", "removed")


def tell_entries(session: Session, product: Product, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries as plain values; a lesson that is live has its address."""
    lessons = {change.lesson for entry in entries for kind in _KINDS for change in getattr(entry.changes, kind)}
    urls = {lesson: lesson_url(product, head) for lesson, head in lesson_heads(session, lessons).items()}
    return [_entry(entry, urls) for entry in entries]


def _entry(entry: Entry, urls: Mapping[Any, str]) -> dict[str, Any]:
    release = entry.release
    told = {kind: [_lesson(change, urls) for change in getattr(entry.changes, kind)] for kind in _KINDS}
    return {
        "number": release.number,
        "published": release.published,
        "note": release.note,
        "restores": release.restores,
        "opened": entry.opened,
        **told,
    }


def _lesson(change: LessonChange, urls: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "id": change.slug,
        "title": change.title,
        "was": change.was,
        "block": change.block,
        "url": urls.get(change.lesson),
        "sections": [{"heading": each.heading, "change": each.change} for each in change.sections],
        "unnamed": change.unnamed,
        "for_learners": change.for_learners,
    }


def changelog_markdown(product: Product, entries: Sequence[Mapping[str, Any]], *, lang: Lang) -> str:
    """What `tell_entries` gave, as Markdown in a reader's language."""
    t = page_texts(lang)
    lines = [f"# {product.title}: {t['changes'].lower()}", ""]
    for entry in entries:
        lines += [f"## {t['release']} {entry['number']} — {entry['published']:%Y-%m-%d}", ""]
        lines += [entry["note"], ""] if entry["note"] else []
        if entry["opened"] is not None:
            lines += [f"{t['changes_opened']} {entry['opened']}.", ""]
        if entry["restores"] is not None:
            lines += [f"{t['changes_restored']} {entry['restores']}.", ""]
        for kind in _KINDS:
            if entry[kind]:
                lines += [f"### {t[f'changes_{kind}']}", "", *_lines(entry[kind], kind, t), ""]
    return "\n".join(lines if entries else [*lines, t["changes_empty"], ""])


def _lines(lessons: Sequence[Mapping[str, Any]], kind: str, t: Mapping[str, str]) -> Iterator[str]:
    for lesson in lessons:
        was = f" ({t['changes_was']} {lesson['was']})" if lesson["was"] else ""
        block = f" — {t['in_block']} {lesson['block']}" if kind == "moved" and lesson["block"] else ""
        because = f" — {t['changes_for_learners']}" if lesson["for_learners"] else ""
        yield f"- {lesson['title']}{was}{block}{because}"
        for section in lesson["sections"]:
            yield f"  - {section['heading'] or t['section_top']} — {t['section_' + section['change']]}"
        if lesson["unnamed"]:
            yield f"  - {t['sections_unnamed']} {lesson['unnamed']}"
