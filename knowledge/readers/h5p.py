"""H5P packages: one interactive content, or a book of them, as the JSON its editor wrote."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from foundation.errors import ContentUnreadable, Invalid
from foundation.text import clean_text
from knowledge.blocks import ProductCard, ReadWarning, Recording, SourceCourse, SourceLesson
from knowledge.readers.anchors import slug
from knowledge.readers.asking import add_key
from knowledge.readers.builder import LessonBuilder, PartOf, Span
from knowledge.readers.decoding import decode
from knowledge.readers.document import Document
from knowledge.readers.dom import TooDeep
from knowledge.readers.h5p_kinds import KINDS, OTHERWISE, chapter_title
from knowledge.readers.h5p_semantics import Semantics
from knowledge.readers.h5p_walk import CONTENT, Node, Walk, items, text_of, under
from knowledge.readers.limits import ReadLimits
from knowledge.readers.links import settle_links
from knowledge.readers.transcripts import add_transcript, open_transcript
from knowledge.readers.trees import FileTree, folder_with

PACKAGE = "h5p.json"
_BOOK = "H5P.InteractiveBook"


@dataclass(frozen=True, slots=True)
class Package:
    """What a package says about itself, and its content."""

    title: str
    lang: str
    main_library: str
    remarks: str
    params: Node


def root_of_h5p(tree: FileTree) -> str | None:
    """The folder in which an H5P package lies: the tree itself, or the one folder in it."""
    folder = folder_with(tree, PACKAGE)
    if folder is None or "/" in folder:
        return None
    inside = f"{folder}/{CONTENT}" if folder else CONTENT
    alone = all(path.startswith(f"{folder}/") for path in tree.paths) if folder else True
    return folder if alone and inside in tree.paths else None


def read_h5p(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Return one lesson, or one a chapter for a book. Raises Invalid when its content cannot be read."""
    try:
        return read_opened(open_package(tree, limits), tree, limits)
    except ContentUnreadable as err:
        raise Invalid(f"{tree.name} cannot be read: {err}; export it again") from err


def read_content(
    library: str, content: str, *, title: str, path: str, tree: FileTree, limits: ReadLimits
) -> SourceCourse:
    """Return what a content says that another system keeps in a field of its own.

    Raises ContentUnreadable, or Invalid when it holds no text.
    """
    return read_opened(Package(title, "", library, "", _object(content, path)), tree, limits)


def read_opened(package: Package, tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Return the lessons of a package. Raises ContentUnreadable, or Invalid when it holds no text."""
    lessons, walks = _lessons(package, tree, limits)
    warnings = [*tree.warnings, *(warning for walk in walks for warning in walk.warnings)]
    if not lessons:
        first = f"; first problem: {warnings[0]}" if warnings else ""
        raise Invalid(f"{tree.name} holds an {package.main_library} without any text{first}")
    found: dict[str, int] = {}
    for walk in walks:
        for name, count in walk.found.items():
            found[name] = found.get(name, 0) + count
    card = ProductCard(title=package.title or None, lang=package.lang or None)
    return SourceCourse(
        settle_links(lessons), tuple(dict.fromkeys(warnings)), card, format="h5p", found=found, lang=package.lang
    )


def open_package(tree: FileTree, limits: ReadLimits) -> Package:
    """What a package holds. Raises ContentUnreadable."""
    head, params = _json(tree, PACKAGE, limits), _json(tree, CONTENT, limits)
    # The language of the content; `language` is more often that of the editor's own words.
    named = text_of(head.get("defaultLanguage")) or text_of(head.get("language"))
    lang = named.lower().replace("_", "-").split("-")[0]
    return Package(
        title=" ".join(text_of(head.get("title")).split()),
        lang=lang if len(lang) == 2 else "",
        main_library=_called(head),
        remarks=text_of(head.get("authorComments")),
        params=params,
    )


def _called(head: Node) -> str:
    """The main library, with the version the package brings along."""
    name = text_of(head.get("mainLibrary"))
    brought = (item for item in items(head.get("preloadedDependencies")) if item.get("machineName") == name)
    version = next((f" {item.get('majorVersion')}.{item.get('minorVersion')}" for item in brought), "")
    return f"{name}{version}"


def _lessons(package: Package, tree: FileTree, limits: ReadLimits) -> tuple[list[SourceLesson], list[Walk]]:
    name = slug(package.title) if package.title else "content"
    contents = list(_parts(package, name))
    semantics = Semantics(tree)
    lessons: list[SourceLesson] = []
    walks: list[Walk] = []
    for at, (id, title, content) in enumerate(contents):
        walk = Walk(LessonBuilder(), PartOf(CONTENT), KINDS, OTHERWISE, semantics.is_text)
        # Remarks for editors belong to the package: they go with its first page.
        walks.append(_tell(walk, content, package if at == 0 else replace(package, remarks=""), tree, limits))
        blocks = walk.builder.finish(0)
        if blocks or walk.recordings:
            block_title = package.title if len(contents) > 1 else ""
            lesson = SourceLesson(id, CONTENT, title, block_title, blocks, recordings=tuple(walk.recordings))
            lessons.append(replace(lesson, lang=package.lang or None))
    return [lesson for lesson in lessons if lesson.blocks], walks


def _parts(package: Package, name: str) -> Iterator[tuple[str, str, Node]]:
    """The pages a learner opens: id, title and content of each."""
    title = package.title or package.main_library
    chapters = items(package.params.get("chapters")) if package.main_library.split()[:1] == [_BOOK] else []
    if not chapters:
        yield name, title, {"library": package.main_library, "params": package.params}
        return
    cover = under(package.params, "bookCover")
    yield name, title, {"library": _BOOK, "params": {"bookCover": cover}}
    for at, chapter in enumerate(chapters, 1):
        id = text_of(chapter.get("subContentId")) or f"{name}-{at}"
        yield id, chapter_title(chapter) or f"{title} {at}", chapter


def _tell(walk: Walk, content: Node, package: Package, tree: FileTree, limits: ReadLimits) -> Walk:
    try:
        walk.content(content)
        if package.remarks.strip():
            with walk.builder.part(walk.told, length=0):
                add_key(walk.builder, [package.remarks], span=Span(0))
    except (TooDeep, RecursionError) as err:
        raise ContentUnreadable(walk.told.path, "nests its elements too deeply") from err
    for recording, lang, path in walk.tracks:
        _add_track(walk, recording, lang, path, tree, limits)
    return walk


def _add_track(walk: Walk, recording: Recording, lang: str, path: str, tree: FileTree, limits: ReadLimits) -> None:
    document = Document(path)
    try:
        cues = open_transcript(tree.read(path, limit=limits.max_file_bytes), document)
    except ContentUnreadable as err:
        walk.warnings.append(ReadWarning(err.path, err.reason, err.line))
        return
    walk.warnings += document.warnings
    add_transcript(walk.builder, cues, recording=recording.id, lang=lang, path=path)


def _json(tree: FileTree, path: str, limits: ReadLimits) -> Node:
    return _object(decode(tree.read(path, limit=limits.max_file_bytes), path=path), path)


def _object(text: str, path: str) -> Node:
    try:
        # Escapes may write what a text must not hold.
        found: Any = json.loads(text, object_pairs_hook=_clean, strict=False)
    except json.JSONDecodeError as err:
        raise ContentUnreadable(path, f"is no valid JSON: {err.msg}", line=err.lineno) from err
    except (ValueError, RecursionError) as err:
        raise ContentUnreadable(path, "is no JSON that can be read: a number or its nesting is beyond measure") from err
    if not isinstance(found, dict):
        raise ContentUnreadable(path, "is not what an H5P package keeps there")
    return found


def _clean(pairs: list[tuple[str, Any]]) -> Node:
    return {name: _cleaned(value) for name, value in pairs}


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    return [_cleaned(item) for item in value] if isinstance(value, list) else value
