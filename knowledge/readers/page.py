"""One file to one lesson, whatever its format."""

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from posixpath import normpath

from foundation.errors import ContentUnreadable
from foundation.text import clean_text
from knowledge.blocks import DeclaredRelation, ReadWarning, Recording, SourceLesson
from knowledge.readers.decoding import decode
from knowledge.readers.dom import TooDeep
from knowledge.readers.front_matter import FrontMatter, Split, split_front_matter
from knowledge.readers.html import html_language, read_html
from knowledge.readers.links import settle_links
from knowledge.readers.markdown import Dialect, Page, read_markdown, read_plain
from knowledge.readers.mdx import strip_mdx, take_answers

MARKDOWN = frozenset({".md", ".markdown"})
MDX = frozenset({".mdx"})
HTML = frozenset({".html", ".htm"})
TEXT_PAGES = (".md", ".markdown", ".mdx", ".html", ".htm")


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A lesson and what its author should know about the file; the lesson is None when the page is a draft.

    `recordings` are then what the draft names as its own: nobody else may show them.
    """

    lesson: SourceLesson | None
    warnings: tuple[ReadWarning, ...] = ()
    recordings: tuple[Recording, ...] = ()


def read_page(content: bytes, *, path: str, title: str = "", block_title: str = "") -> ReadPage:
    """Read one file; `title` and `block_title`, as the table of contents gives them, win over the page's own.

    Raises ContentUnreadable.
    """
    source = decode(content, path=path)
    suffix = PurePosixPath(path).suffix.lower()
    split = Split(source) if suffix in HTML else split_front_matter(source)
    warnings = [ReadWarning(path, split.problem, split.line)] if split.problem else []
    front = split.front_matter
    if front.draft:
        kept = _named_recording(front.video, path)
        return ReadPage(None, (ReadWarning(path, "is marked as a draft, left out"),), kept)
    try:
        page, page_warnings = _read_format(split.body, suffix=suffix, path=path)
    except TooDeep as err:
        raise ContentUnreadable(path, "nests its elements too deeply") from err
    if suffix in HTML:
        front = replace(front, lang=html_language(source))
    lesson = _lesson(page, front, path=path)
    lesson = replace(lesson, title=title or lesson.title, block_title=block_title or lesson.block_title)
    return ReadPage(lesson, (*warnings, *page_warnings))


def read_markdown_text(text: str, *, external_id: str, title: str) -> SourceLesson:
    """Return a lesson made of a text that may be Markdown or not; no visible word of it is lost, and it never fails.

    An id that ends like an MDX file's name says that the text is MDX.
    """
    source = clean_text(text)
    is_mdx = PurePosixPath(external_id).suffix.lower() in MDX
    plain = strip_mdx(source) if is_mdx else take_answers(source)
    dialect = Dialect(keep_every_word=True, indented_code=not is_mdx)
    try:
        page = read_markdown(plain.text, dialect=dialect, questions=plain.questions)
    except TooDeep:
        page = read_plain(source)
    named = title.strip() or page.title
    lesson = SourceLesson(
        external_id=external_id, source_path=external_id, title=named, block_title="", blocks=page.blocks
    )
    return settle_links([lesson])[0]


def _read_format(body: str, *, suffix: str, path: str) -> tuple[Page, list[ReadWarning]]:
    unreadable: tuple[int, ...] = ()
    if suffix in HTML:
        page = read_html(body)
    else:
        is_mdx = suffix in MDX
        plain = strip_mdx(body) if is_mdx else take_answers(body)
        page = read_markdown(plain.text, dialect=Dialect(indented_code=not is_mdx), questions=plain.questions)
        unreadable = plain.unreadable
    lines = [body.count("\n", 0, offset) + 1 for offset in sorted({*unreadable, *page.withheld})]
    reason = "a Question could not be understood: all of it, its options too, is kept from learners"
    warnings = [ReadWarning(path, reason, line) for line in lines]
    reason = "a Question stands where it cannot be shown, kept from learners"
    warnings += [ReadWarning(path, reason)] * len(page.unplaced)
    return page, warnings


def _lesson(page: Page, front: FrontMatter, *, path: str) -> SourceLesson:
    own_path = PurePosixPath(path)
    own_id = front.id or own_path.with_suffix("").as_posix()
    return SourceLesson(
        external_id=own_id,
        source_path=path,
        title=front.title or page.title or own_path.stem,
        block_title=front.block,
        blocks=page.blocks,
        lang=front.lang or None,
        skill=front.skill,
        outcome=front.outcome,
        recordings=_named_recording(front.video, path),
        relations=tuple(DeclaredRelation(own_id, each.kind, each.target, path, each.line) for each in front.related),
    )


def _named_recording(video: str, path: str) -> tuple[Recording, ...]:
    """The recording the front matter names, by its address or by its path from the lesson; () for none."""
    if not video:
        return ()
    own_path = PurePosixPath(path)
    if "://" in video:
        return (Recording(id=own_path.stem, url=video),)
    return (Recording(id=own_path.stem, path=normpath(f"{own_path.parent.as_posix()}/{video}")),)
