"""Pages of an Open edX course that stand in no unit: tabs, updates, handouts, what is said about the course."""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable
from knowledge.blocks import Seen, SourceLesson
from knowledge.readers.dom import TooDeep
from knowledge.readers.olx_outline import Export, read_json
from knowledge.readers.olx_static import StaticFiles
from knowledge.readers.olx_units import UnitPage
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, stricter

_UPDATES = "info/updates.items.json"
# What the platform calls these pages; they have no titles of their own.
_TITLES = {
    "en": {"overview": "About the course", "syllabus": "Syllabus", "updates": "Updates", "handouts": "Handouts"},
    "ru": {"overview": "О курсе", "syllabus": "Программа курса", "updates": "Новости", "handouts": "Материалы"},
}
_FILES = {
    "overview": "about/overview.html",
    "syllabus": "about/syllabus.html",
    "updates": "info/updates.html",
    "handouts": "info/handouts.html",
}


def page_lessons(
    export: Export, fields: Mapping[str, object], seen: Seen, *, static: StaticFiles, lang: str
) -> Iterator[SourceLesson]:
    """A lesson of each page that has words; `fields` are the course's policy, `seen` who may see the course."""
    for path, title, own in _tabs(export, fields):
        yield from _page(export, path, title, stricter(seen, own), static=static, lang=lang)
    titles = _TITLES.get(lang[:2].lower(), _TITLES["en"])
    for name, path in _FILES.items():
        if name == "updates" and _UPDATES in export.paths:
            yield from _updates(export, titles[name], seen, static=static, lang=lang)
        else:
            yield from _page(export, path, titles[name], seen, static=static, lang=lang)


def _tabs(export: Export, fields: Mapping[str, object]) -> Iterator[tuple[str, str, Seen]]:
    """Tabs with a page of their own, in their order; a page that no tab shows is its authors' alone."""
    listed = fields.get("tabs")
    tabs = [tab for tab in listed if isinstance(tab, dict)] if isinstance(listed, list) else []
    named: set[str] = set()
    for tab in tabs:
        if tab.get("type") == "static_tab" and tab.get("url_slug"):
            path = f"tabs/{tab['url_slug']}.html"
            named.add(path)
            seen = FOR_STAFF if tab.get("course_staff_only") else UNPUBLISHED if tab.get("is_hidden") else FOR_LEARNERS
            if path not in export.paths:
                export.warn(path, "is named in the course and missing")
            yield path, str(tab.get("name") or tab["url_slug"]), seen
    for path in sorted(export.paths):
        if path.startswith("tabs/") and path.endswith(".html") and path not in named:
            yield path, PurePosixPath(path).stem, UNPUBLISHED if tabs else FOR_LEARNERS


def _page(
    export: Export, path: str, title: str, seen: Seen, *, static: StaticFiles, lang: str
) -> Iterator[SourceLesson]:
    if path not in export.paths:
        return
    page = UnitPage(export, static, lang=lang)
    try:
        page.add_page(path, seen)
    except ContentUnreadable as err:
        export.warn(err.path, err.reason, err.line)
        export.unreadable.add(path)
        return
    except TooDeep:
        export.warn(path, "nests its elements too deeply, left out")
        return
    lesson = page.lesson(external_id=path.removesuffix(".html"), path=path, title=title, block_title="")
    if lesson.blocks:
        export.found["page"] += 1
        yield lesson


def _updates(export: Export, title: str, seen: Seen, *, static: StaticFiles, lang: str) -> Iterator[SourceLesson]:
    told = read_json(export, _UPDATES)
    page = UnitPage(export, static, lang=lang)
    for item in told if isinstance(told, list) else []:
        if isinstance(item, dict) and item.get("content"):
            shown = seen if item.get("status", "visible") == "visible" else stricter(seen, UNPUBLISHED)
            date = escape(str(item.get("date") or ""), quote=False)
            page.add_fragment(f"<h3>{date}</h3>{item['content']}" if date else str(item["content"]), _UPDATES, shown)
    lesson = page.lesson(external_id="info/updates", path=_UPDATES, title=title, block_title="")
    if lesson.blocks:
        export.found["page"] += 1
        yield lesson
