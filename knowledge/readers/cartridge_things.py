"""What a Common Cartridge holds beside pages: discussions, web links, assignments and quizzes, each a lesson."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from foundation.errors import ContentUnreadable
from knowledge.blocks import BlockKind, Seen, SourceLesson, Visibility
from knowledge.readers.builder import LessonBuilder, PartOf
from knowledge.readers.html import add_html
from knowledge.readers.manifest import attribute, child, children, text_of
from knowledge.readers.qti import QuizCount, add_quiz
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF


@dataclass(frozen=True, slots=True)
class Named:
    """What a lesson is called and where it stands in the course."""

    external_id: str
    path: str
    title: str = ""
    block_title: str = ""


def topic_lesson(root: Element, named: Named) -> SourceLesson:
    """A discussion or an announcement: what its author wrote; answers to it are in no cartridge."""
    builder = LessonBuilder()
    _add_text(builder, child(root, "text"), PartOf(path=named.path, kind=BlockKind.DISCUSSION))
    _add_attachments(builder, root, named.path)
    return _lesson(builder, named, title=text_of(root, "title"))


def link_lesson(root: Element, named: Named) -> SourceLesson:
    """A web link. Raises ContentUnreadable for one that leads nowhere."""
    url = next((attribute(one, "href") for one in children(root, "url")), "") or text_of(root, "url")
    title = text_of(root, "title")
    return url_lesson(url, Named(named.external_id, named.path, named.title or title, named.block_title))


def url_lesson(url: str, named: Named) -> SourceLesson:
    """A web link by its address. Raises ContentUnreadable for one that leads nowhere."""
    if not url.strip():
        raise ContentUnreadable(named.path, "is a link without an address")
    builder = LessonBuilder()
    told = escape(url.strip())
    markup = f'<p>{escape(named.title or url)}: <a href="{told}">{told}</a></p>'
    with builder.part(PartOf(path=named.path), length=len(markup)):
        add_html(builder, markup)
    return _lesson(builder, named, title=url)


def assignment_lesson(root: Element, named: Named) -> SourceLesson:
    """An assignment of Common Cartridge 1.3: the task for learners, what is written to instructors for staff."""
    builder = LessonBuilder()
    _add_text(builder, child(root, "text"), PartOf(path=named.path, kind=BlockKind.EXERCISE))
    _add_text(builder, child(root, "instructor_text"), PartOf(path=named.path, visibility=Visibility.STAFF))
    _add_attachments(builder, root, named.path)
    return _lesson(builder, named, title=text_of(root, "title"))


def page_of_assignment(source: str, named: Named) -> SourceLesson:
    """An assignment's page as Canvas writes it."""
    builder = LessonBuilder()
    with builder.part(PartOf(path=named.path, kind=BlockKind.EXERCISE), length=len(source)):
        title = add_html(builder, source)
    return _lesson(builder, named, title=title.removeprefix("Assignment:").strip())


def quiz_lesson(
    root: Element, named: Named, *, description: str, stock: Mapping[str, Element]
) -> tuple[SourceLesson, QuizCount]:
    """A quiz or a bank with its questions, below what is said before it starts."""
    builder = LessonBuilder()
    if description:
        with builder.part(PartOf(path=named.path), length=len(description)):
            add_html(builder, description)
    count = add_quiz(builder, root, path=named.path, stock=stock)
    return _lesson(builder, named, title=""), count


def rubrics_lesson(root: Element, named: Named) -> SourceLesson:
    """How Canvas' rubrics judge work, for staff: a section a rubric, its criteria with their ratings."""
    builder = LessonBuilder()
    for rubric in children(root, "rubric"):
        criteria = children(child(rubric, "criteria"), "criterion")
        listed = "".join(f"<li>{escape(_criterion(one))}</li>" for one in criteria)
        title, told = escape(text_of(rubric, "title")), text_of(rubric, "description")
        markup = f"<h2>{title}</h2><p>{told}</p><ul>{listed}</ul>"
        with builder.part(PartOf(path=named.path, visibility=Visibility.STAFF), length=len(markup)):
            add_html(builder, markup)
    return _lesson(builder, named, title="")


def _criterion(criterion: Element) -> str:
    ratings = (_described(one) for one in children(child(criterion, "ratings"), "rating"))
    return f"{_described(criterion)}: {'; '.join(ratings)}"


def _described(element: Element) -> str:
    told = (text_of(element, name) for name in ("description", "long_description", "points"))
    return ", ".join(text for text in told if text)


def attached_for_staff(root: Element) -> list[str]:
    """References to attachments an assignment gives to instructors only."""
    return [href for href, rule in _attachments(root) if rule is FOR_STAFF]


def _attachments(root: Element) -> list[tuple[str, Seen]]:
    return [
        (
            attribute(one, "href"),
            FOR_STAFF if attribute(one, "role").lower() in ("instructor", "mentor") else FOR_LEARNERS,
        )
        for one in children(child(root, "attachments"), "attachment")
        if attribute(one, "href")
    ]


def _add_attachments(builder: LessonBuilder, root: Element, path: str) -> None:
    for href, rule in _attachments(root):
        name = PurePosixPath(href).name
        markup = f'<p><a href="{escape(href)}">{escape(name)}</a></p>'
        with builder.part(PartOf(path=path, visibility=rule.visibility), length=len(markup)):
            add_html(builder, markup)


def _add_text(builder: LessonBuilder, element: Element | None, told: PartOf) -> None:
    if element is None:
        return
    text = "".join(element.itertext())
    is_plain = attribute(element, "texttype").lower() == "text/plain"
    source = f"<p>{escape(text, quote=False).replace(chr(10), '<br>')}</p>" if is_plain else text
    with builder.part(told, length=len(source)):
        add_html(builder, source)


def _lesson(builder: LessonBuilder, named: Named, *, title: str) -> SourceLesson:
    return SourceLesson(
        external_id=named.external_id,
        source_path=named.path,
        title=named.title or title or PurePosixPath(named.path).stem,
        block_title=named.block_title,
        blocks=builder.finish(0),
    )
