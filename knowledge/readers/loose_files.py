"""A course that is nothing but its files: lessons in the order of a table of contents or of their names."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ProductCard, ReadWarning, Recording, SourceCourse, SourceLesson
from knowledge.readers.decoding import decode
from knowledge.readers.folder import FolderContents, Listed, list_folder
from knowledge.readers.leaves import LEAVES, size_limit
from knowledge.readers.limits import ReadLimits
from knowledge.readers.links import settle_links
from knowledge.readers.page import ReadPage
from knowledge.readers.product_card import PRODUCT_FILE, read_product_card
from knowledge.readers.recorded import join_recording, lone_recordings
from knowledge.readers.trees import FileTree, natural_key


def read_loose_files(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Return the lessons of a tree of files. Raises Invalid when there is not one."""
    contents = list_folder(tree, limits=limits)
    card, card_warnings = _card(tree, contents, limits)
    lessons: list[SourceLesson] = []
    warnings = [*contents.warnings, *card_warnings]
    taken: dict[str, str] = {}
    unreadable: set[str] = set()
    pages: list[SourceLesson] = []
    drafts: dict[str, tuple[Recording, ...]] = {}
    for listed in contents.lessons:
        try:
            page = _page(tree, listed, limits)
        except ContentUnreadable as err:
            warnings.append(ReadWarning(err.path, err.reason, err.line))
            unreadable.add(listed.path)
            continue
        warnings += page.warnings
        if page.lesson is not None:
            pages.append(page.lesson)
        else:
            drafts[listed.path] = page.recordings
    for listed_path, named in [(path, ()) for path in unreadable] + list(drafts.items()):
        # A draft's recording is as much a draft, and of a page that cannot be read nobody knows.
        for path in contents.recorded.claim(listed_path, named)[1]:
            warnings.append(ReadWarning(path, f"belongs to {listed_path}, left out with it"))
    for lesson in _with_recordings(tree, contents, pages, limits, warnings):
        warnings += place_lesson(lesson, lessons, taken)
    if not lessons:
        raise Invalid(nothing_read(tree, warnings))
    found = Counter(PurePosixPath(lesson.source_path).suffix.lower().lstrip(".") for lesson in lessons)
    return SourceCourse(
        settle_links(lessons), tuple(warnings), card, frozenset(unreadable), format="files", found=dict(found)
    )


def _with_recordings(
    tree: FileTree,
    contents: FolderContents,
    pages: Sequence[SourceLesson],
    limits: ReadLimits,
    warnings: list[ReadWarning],
) -> list[SourceLesson]:
    """The lessons with what is said in their recordings, and those that are nothing but a recording, in order."""
    recorded = contents.recorded
    lessons: list[SourceLesson] = []
    for page in pages:
        lesson, unread = join_recording(page, recorded, tree, limits)
        lessons.append(lesson)
        warnings += unread
    for lone, unread in lone_recordings(recorded, tree, limits):
        warnings += unread
        if lone is not None and contents.has_toctree:
            warnings.append(ReadWarning(lone.source_path, "is not listed in the table of contents, left out"))
        elif lone is not None:
            lessons.append(lone)
    warnings += recorded.unclaimed()
    return lessons if contents.has_toctree else sorted(lessons, key=lambda lesson: natural_key(lesson.source_path))


def _page(tree: FileTree, listed: Listed, limits: ReadLimits) -> ReadPage:
    suffix = PurePosixPath(listed.path).suffix.lower()
    content = tree.read(listed.path, limit=size_limit(suffix, limits))
    return LEAVES[suffix](content, path=listed.path, title=listed.title, block_title=listed.block_title)


def _card(tree: FileTree, contents: FolderContents, limits: ReadLimits) -> tuple[ProductCard, tuple[ReadWarning, ...]]:
    if not contents.has_product_card:
        return ProductCard(), ()
    try:
        content = tree.read(PRODUCT_FILE, limit=limits.max_file_bytes)
        return read_product_card(decode(content, path=PRODUCT_FILE), path=PRODUCT_FILE)
    except ContentUnreadable as err:
        return ProductCard(), (ReadWarning(err.path, err.reason, err.line),)


def place_lesson(lesson: SourceLesson, lessons: list[SourceLesson], taken: dict[str, str]) -> Iterator[ReadWarning]:
    """Put a lesson behind the others, unless it is empty or its id is taken; says so."""
    other = taken.get(lesson.external_id)
    if other is not None:
        yield ReadWarning(lesson.source_path, f"has the id {lesson.external_id} of {other}, left out")
        return
    if not lesson.blocks:
        yield ReadWarning(lesson.source_path, "holds no text, left out")
        return
    taken[lesson.external_id] = lesson.source_path
    lessons.append(lesson)


def nothing_read(tree: FileTree, warnings: list[ReadWarning]) -> str:
    """What is said of a tree without one lesson: what would have been understood, and what went wrong first."""
    # Here and not above: the formats' own readers use what stands in this module.
    from knowledge.readers.formats import COURSE_FORMATS

    first = f"; first problem: {warnings[0]}" if warnings else ""
    courses = ", ".join(course_format.title for course_format in COURSE_FORMATS)
    known = f"{courses}; files: {', '.join(sorted(LEAVES))}" if courses else f"files: {', '.join(sorted(LEAVES))}"
    return f"{tree.name} holds no lessons that can be read, supported: {known}{first}"
