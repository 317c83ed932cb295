"""A lesson that comes in several languages is taken in one: the course's own."""

from collections import Counter
from dataclasses import replace

from knowledge.blocks import ReadWarning, SourceCourse


def choose_lessons(course: SourceCourse, *, lang: str | None = None) -> SourceCourse:
    """Of lessons under one id keep the one in the wanted language, else in the one most lessons come in; says so.

    `lang` is what the product's owner says; without it the course's card and its own declaration come first.
    """
    langs: dict[str, list[str]] = {}
    for lesson in course.lessons:
        langs.setdefault(lesson.external_id, []).append(lesson.lang or "")
    if all(len(each) == 1 for each in langs.values()):
        return course
    told = Counter(one for each in langs.values() for one in each)
    most = max(told, key=lambda one: (told[one], one == "en"))
    order = [wanted[:2] for wanted in (lang, course.card.lang, course.lang, most) if wanted]
    kept = {
        id: next((one for wanted in order for one in each if one[:2] == wanted), each[0]) for id, each in langs.items()
    }
    lessons = tuple(lesson for lesson in course.lessons if (lesson.lang or "") == kept[lesson.external_id])
    chosen = Counter(kept.values()).most_common(1)[0][0]
    path = course.lessons[0].source_path
    reason = f"lessons come in {', '.join(sorted(told))}: taken in {chosen}; ingest with --lang to take them in another"
    return replace(course, lessons=lessons, warnings=(*course.warnings, ReadWarning(path, reason)))
