"""SCORM 1.2 and 2004, and any other package with a manifest: what each item of the table of contents shows.

What a package does when it runs, its sequencing and its time limits, is not asked: only its words are.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable, Invalid
from foundation.text import clean_text
from knowledge.blocks import BlockKind, ProductCard, Seen, SourceCourse, SourceLesson
from knowledge.readers.builder import LessonBuilder
from knowledge.readers.limits import ReadLimits
from knowledge.readers.manifest import MANIFEST, Item, Manifest, Resource
from knowledge.readers.package_encoding import recode
from knowledge.readers.package_lessons import PAGES, PackageLessons, is_readable, suffix_of
from knowledge.readers.package_quizzes import is_question_resource, read_question_resources
from knowledge.readers.packages import open_manifest
from knowledge.readers.scorm_pages import meant_by_query, reach, tool_of
from knowledge.readers.scorm_questions import add_script_quiz, holds_questions, read_script_quiz
from knowledge.readers.trees import FileTree, natural_key
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, stricter

_SEPARATOR = " › "
# "This course needs JavaScript" and the like: fewer words than any page, beside scripts that draw the real ones.
_SHELL_WORDS = 25
_SHELL_SCRIPTS_BYTES = 50_000
_NAMED_LEFTOVERS = 10
_SCRIPT = ".js"
_SCRIPT_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Launch:
    """One item of the table of contents that opens something."""

    item: Item
    resource: Resource
    block_title: str
    rule: Seen

    @property
    def query(self) -> str:
        """What the address it opens says beside the page."""
        return "&".join(one for one in (self.resource.query, self.item.query) if one)


def read_scorm(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Return the lessons of a SCORM package. Raises Invalid when nothing of it can be read, saying what to do."""
    return _read(tree, limits, kind="scorm")


def read_package(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Return the lessons of a package of a kind that is not known. Raises Invalid as `read_scorm` does."""
    return _read(tree, limits, kind="package")


def _read(tree: FileTree, limits: ReadLimits, *, kind: str) -> SourceCourse:
    manifest = open_manifest(tree, limits)
    gathered = PackageLessons(tree, limits)
    launches = list(_launches(manifest, gathered))
    _Package(gathered, manifest, launches).read()
    if kind == "package" and gathered.found.keys() - {"quizzes", "questions", "question banks"}:
        gathered.warn(MANIFEST, "declares no kind of package that is known: what it lists is read in its order")
    if not gathered.lessons:
        raise Invalid(_nothing(gathered))
    card = ProductCard(title=manifest.title or None, description=manifest.description or None)
    return gathered.course(manifest, kind=kind, card=card)


def _nothing(gathered: PackageLessons) -> str:
    first = f": {gathered.warnings[0]}" if gathered.warnings else ""
    return (
        f"{gathered.tree.name} holds no text that can be read{first}. Publish the course from its authoring tool as "
        "HTML pages, Word or PDF and take that in"
    )


def _launches(manifest: Manifest, gathered: PackageLessons) -> Iterator[Launch]:
    if manifest.items:
        items = _leaves(manifest.items, (), FOR_LEARNERS)
    else:
        items = iter([(Item(one.identifier, resource=one.identifier), "", FOR_LEARNERS) for one in _main(manifest)])
    for item, block_title, rule in items:
        resource = manifest.resources.get(item.resource)
        if resource is None:
            gathered.warn(MANIFEST, f'"{item.title}" shows {item.resource}, which the package does not hold')
        else:
            yield Launch(
                item, resource, block_title, stricter(rule, FOR_STAFF if resource.is_for_staff else FOR_LEARNERS)
            )


def _main(manifest: Manifest) -> list[Resource]:
    """The resources of a package without a table of contents, but for those others need."""
    needed = {one for resource in manifest.resources.values() for one in resource.dependencies}
    return [resource for resource in manifest.resources.values() if resource.identifier not in needed]


def _leaves(items: Sequence[Item], above: tuple[str, ...], rule: Seen) -> Iterator[tuple[Item, str, Seen]]:
    for item in items:
        own = stricter(
            rule, FOR_LEARNERS if item.is_visible else UNPUBLISHED, FOR_STAFF if item.is_for_staff else FOR_LEARNERS
        )
        if item.resource:
            yield item, _SEPARATOR.join(title for title in above if title), own
        yield from _leaves(item.children, (*above, item.title), own)


class _Package:
    """Reads one package, item by item."""

    def __init__(self, gathered: PackageLessons, manifest: Manifest, launches: Sequence[Launch]) -> None:
        self._gathered = gathered
        self._manifest = manifest
        self._launches = launches
        self._sources: dict[str, str] = {}
        self._done: set[str] = set()
        self._opened = Counter(launch.resource.href for launch in launches)
        # Which resource a file belongs to: the first that lists it, else the only one that opens with it.
        self._owners: dict[str, str] = {}
        for launch in launches:
            for path in launch.resource.files:
                self._owners.setdefault(path, launch.resource.identifier)
        resources = manifest.resources.values()
        self._staff_paths = {path for one in resources if one.is_for_staff for path in one.own_files}
        for launch in launches:
            if self._opened[launch.resource.href] == 1:
                self._owners[launch.resource.href] = launch.resource.identifier

    def read(self) -> None:
        """Gather what every item shows; what nothing opens belongs to the only item there is, or is told."""
        launches = [one for one in self._launches if not is_question_resource(one.resource)]
        for launch in launches:
            if launch.resource.is_sco:
                self._gathered.found["scos"] += 1
            self._gathered.attempt(launch.resource.href or MANIFEST, partial(self._read, launch))
        read_question_resources(
            self._gathered, self._manifest, [(one.item, one.block_title, one.rule) for one in self._launches]
        )
        paths = sorted(self._gathered.tree.paths, key=natural_key)
        left = [path for path in paths if suffix_of(path) in PAGES and path not in self._done]
        if left:
            self._read_left(left, launches)

    def _read(self, launch: Launch) -> None:
        before = len(self._gathered.lessons)
        pages, scripts = self._shown(launch)
        lessons = [lesson for path in pages if (lesson := self._page(launch, path)) is not None]
        quizzes = [lesson for path in scripts if (lesson := self._quiz(launch, path)) is not None]
        # "Knowledge check" above questions that a script writes there.
        told = [lesson for lesson in lessons if not _is_bare(lesson)] if quizzes else lessons
        told = [lesson for lesson in told if lesson.blocks] or told[:1]
        if not quizzes and self._is_shell(launch, told):
            return
        for lesson in _named(launch, _beside_their_pages(told, quizzes)):
            self._gathered.place(lesson, launch.rule)
        href = launch.resource.href
        if len(self._gathered.lessons) == before and href not in self._done:
            self._gathered.warn(href or MANIFEST, f'nothing readable was found in "{launch.item.title}"')
        self._done.add(href)

    def _read_left(self, left: Sequence[str], launches: Sequence[Launch]) -> None:
        names = ", ".join(left[:_NAMED_LEFTOVERS]) + (" …" if len(left) > _NAMED_LEFTOVERS else "")
        if len(launches) != 1 or not self._gathered.lessons:
            self._gathered.warn(MANIFEST, f"{len(left)} pages are opened by nothing it lists, left out: {names}")
            return
        (launch,) = launches
        self._gathered.warn(MANIFEST, f"{len(left)} pages are named nowhere, taken behind the others: {names}")
        for path in left:
            lesson = self._page(launch, path)
            if lesson is not None:
                rule = stricter(launch.rule, FOR_STAFF if path in self._staff_paths else FOR_LEARNERS)
                self._gathered.place(replace(lesson, block_title=launch.item.title), rule)

    def _shown(self, launch: Launch) -> tuple[list[str], list[str]]:
        """The pages and scripts of one item that no other item has a better claim to."""
        resource, known = launch.resource, self._gathered.paths
        for path in resource.own_files:
            if is_readable(path) and path not in known:
                self._gathered.warn(path, "is named in the course and missing")
        own = [path for path in resource.own_files if path in known]
        reached = reach([path for path in own if path == resource.href], known, self._source)
        every = dict.fromkeys([*reached.pages, *own, *reached.scripts])
        free = [path for path in every if self._is_free(path, launch) and path not in self._done]
        pages = [path for path in free if is_readable(path)]
        scripts = [path for path in free if suffix_of(path) == _SCRIPT]
        is_shared = self._opened[resource.href] > 1 and resource.href not in self._owners
        if is_shared and (len(pages) > 1 or any(holds_questions(self._source(path)) for path in scripts)):
            # A page many items open is a frame: what differs from item to item is what each shows.
            pages = [path for path in pages if path != resource.href]
            self._done.add(resource.href)
        return meant_by_query(pages, launch.query), scripts

    def _is_free(self, path: str, launch: Launch) -> bool:
        if path in self._staff_paths and not launch.resource.is_for_staff:
            return False
        return self._owners.get(path, launch.resource.identifier) == launch.resource.identifier

    def _page(self, launch: Launch, path: str) -> SourceLesson | None:
        self._done.add(path)
        self._gathered.found["pages" if suffix_of(path) in PAGES else suffix_of(path).lstrip(".")] += 1
        return self._gathered.file_lesson(path, external_id=f"{launch.item.identifier}/{path}")

    def _quiz(self, launch: Launch, path: str) -> SourceLesson | None:
        source = self._source(path)
        if not holds_questions(source):
            return None
        quiz = read_script_quiz(source)
        # A page's own code defines what a question is; that is no question.
        if not quiz.questions:
            return None
        self._done.add(path)
        if quiz.unread:
            self._gathered.warn(path, f"{quiz.unread} of its questions could not be understood, left out")
        builder = LessonBuilder()
        add_script_quiz(builder, quiz, path=path, length=len(source))
        self._gathered.found["questions"] += len(quiz.questions)
        title = PurePosixPath(path).parent.name
        return SourceLesson(f"{launch.item.identifier}/{path}", path, title, "", builder.finish(0))

    def _is_shell(self, launch: Launch, lessons: Sequence[SourceLesson]) -> bool:
        """Whether an item's pages only say that something else draws them; says so."""
        if sum(_words(lesson) for lesson in lessons) >= _SHELL_WORDS:
            return False
        href = launch.resource.href
        source = self._source(href) if suffix_of(href) in PAGES and href in self._gathered.paths else ""
        tool = tool_of(iter(self._gathered.tree.paths), source)
        scripts = sum(
            self._gathered.tree.size(path) for path in self._gathered.tree.paths if suffix_of(path) == _SCRIPT
        )
        if not tool and (scripts < _SHELL_SCRIPTS_BYTES or "<script" not in source.lower()):
            return False
        told = f"{tool} keeps its content" if tool else "its content is kept"
        reason = (
            f'nothing readable was found in "{launch.item.title}": {told} in scripts; publish it as HTML, Word or PDF'
        )
        self._gathered.warn(href or MANIFEST, reason)
        return True

    def _source(self, path: str) -> str:
        """What a page or a script says, for finding what it names; "" for one that cannot be read."""
        if path not in self._sources:
            try:
                content = recode(self._gathered.tree.read(path, limit=_SCRIPT_BYTES)).content
            except ContentUnreadable:
                content = b""
            self._sources[path] = clean_text(content.decode("utf-8", errors="replace"))
        return self._sources[path]


def _named(launch: Launch, lessons: Sequence[SourceLesson]) -> Iterator[SourceLesson]:
    """One lesson bears the item's title; of several each bears its own, below the item's."""
    item = launch.item
    for number, lesson in enumerate(lessons):
        external_id = item.identifier if number == 0 and item.identifier else lesson.external_id
        if len(lessons) == 1:
            yield replace(
                lesson, external_id=external_id, title=item.title or lesson.title, block_title=launch.block_title
            )
        else:
            section = _SEPARATOR.join(title for title in (launch.block_title, item.title) if title)
            yield replace(lesson, external_id=external_id, block_title=section)


def _beside_their_pages(pages: Sequence[SourceLesson], quizzes: Sequence[SourceLesson]) -> list[SourceLesson]:
    """Quizzes behind the last page of their own folder, at the end where there is none."""
    ordered = list(pages)
    for quiz in quizzes:
        folder = PurePosixPath(quiz.source_path).parent
        places = [at for at, one in enumerate(ordered) if PurePosixPath(one.source_path).parent == folder]
        ordered.insert(places[-1] + 1 if places else len(ordered), quiz)
    return ordered


def _is_bare(lesson: SourceLesson) -> bool:
    return all(block.kind is BlockKind.HEADING for block in lesson.blocks)


def _words(lesson: SourceLesson) -> int:
    return sum(len(block.text.split()) for block in lesson.blocks)
