"""Questions that a package lists as resources of their own: QTI 1.2 quizzes and banks, QTI 2 items and tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from knowledge.blocks import Seen, SourceLesson
from knowledge.readers.builder import LessonBuilder
from knowledge.readers.cartridge_things import Named, quiz_lesson
from knowledge.readers.manifest import MANIFEST, Item, Manifest, Resource
from knowledge.readers.package_lessons import PackageLessons, suffix_of
from knowledge.readers.qti import is_bank, items_of, quiz_title
from knowledge.readers.qti2 import add_item2, is_item2, is_test2, item_references, title2
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, stricter


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A file of questions, and where it stands."""

    resource: Resource
    path: str
    root: Element
    title: str
    block_title: str
    rule: Seen


def is_question_resource(resource: Resource) -> bool:
    """Whether a resource is one of QTI."""
    return resource.type.startswith(("imsqti", "imsapip"))


def read_question_resources(
    gathered: PackageLessons, manifest: Manifest, placed: Sequence[tuple[Item, str, Seen]]
) -> None:
    """Gather quizzes and tests, then the questions no test takes; banks are for staff.

    They bear the title and stand in the part that the table of contents gives them, where it does.
    """
    places = {item.resource: (item.title, block_title, rule) for item, block_title, rule in reversed(placed)}
    sheets: dict[str, _Sheet] = {}
    for resource in manifest.resources.values():
        path = next((one for one in resource.own_files if suffix_of(one) in (".xml", ".qti")), "")
        root = gathered.xml(path) if path and is_question_resource(resource) else None
        if root is not None:
            sheets[path] = _Sheet(resource, path, root, *places.get(resource.identifier, ("", "", FOR_LEARNERS)))
    older = [one for one in sheets.values() if not is_item2(one.root) and not is_test2(one.root)]
    stock = {ident: item for one in older for ident, item in items_of(one.root).items()}
    for sheet in older:
        _place_older(gathered, sheet, stock)
    taken = {path for one in sheets.values() if is_test2(one.root) for path in _place_test(gathered, one)}
    loose = [one for one in sheets.values() if is_item2(one.root) and one.path not in taken]
    if loose:
        _place_items(gathered, loose, title=manifest.title or gathered.tree.name)


def _place_older(gathered: PackageLessons, sheet: _Sheet, stock: dict[str, Element]) -> None:
    is_stock = is_bank(sheet.root) or "bank" in sheet.resource.type
    named = Named(sheet.resource.identifier, sheet.path, sheet.title or quiz_title(sheet.root), sheet.block_title)
    read = gathered.attempt(sheet.path, lambda: quiz_lesson(sheet.root, named, description="", stock=stock))
    if read is not None:
        lesson, count = read
        rule = stricter(sheet.rule, FOR_STAFF if is_stock else FOR_LEARNERS)
        gathered.found["question banks" if is_stock else "quizzes"] += gathered.place(lesson, rule)
        gathered.found["questions"] += count.questions
        for problem in count.problems:
            gathered.warn(sheet.path, problem)


def _place_test(gathered: PackageLessons, test: _Sheet) -> set[str]:
    """Gather a test; returns the files of its questions."""
    folder = test.path.rpartition("/")[0]
    builder = LessonBuilder()
    taken: set[str] = set()
    for reference in item_references(test.root):
        path = gathered.paths.find(reference, base=f"{folder}/" if folder else "")
        root = gathered.xml(path) if path else None
        if path is None:
            gathered.warn(test.path, f"names {reference}, which is missing")
        elif root is not None and is_item2(root) and path not in taken:
            taken.add(path)
            _add(gathered, builder, root, path)
    lesson = SourceLesson(
        external_id=test.resource.identifier,
        source_path=test.path,
        title=test.title or title2(test.root) or test.path,
        block_title=test.block_title,
        blocks=builder.finish(0),
    )
    gathered.found["quizzes"] += gathered.place(lesson, test.rule)
    return taken


def _place_items(gathered: PackageLessons, sheets: Sequence[_Sheet], *, title: str) -> None:
    """Gather questions that stand alone as one lesson, but for those with a rule or a place of their own."""
    builder = LessonBuilder()
    for sheet in sheets:
        _add(gathered, builder, sheet.root, sheet.path)
    rule = stricter(*(sheet.rule for sheet in sheets))
    lesson = SourceLesson("questions", MANIFEST, title, "", builder.finish(0))
    gathered.found["quizzes"] += gathered.place(lesson, rule)


def _add(gathered: PackageLessons, builder: LessonBuilder, root: Element, path: str) -> None:
    if gathered.attempt(path, lambda: (add_item2(builder, root, path=path),)) is not None:
        gathered.found["questions"] += 1
