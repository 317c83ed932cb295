"""Repositories of exercises: Markdown lessons with their tips, definitions, tests and solutions in files beside them.

What tells an answer is for staff: solutions, tests, every program. Tips are exercise blocks for staff, to be handed out
one at a time. A lesson that comes in several languages is given in each of them, under one id.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ProductCard, ReadWarning, Seen, SourceCourse, SourceLesson
from knowledge.readers.exercise_files import NOTES, PAGES, File, Material, Role, gather
from knowledge.readers.exercise_lesson import LessonText, Repository
from knowledge.readers.exercise_notes import MAX_NOTES_BYTES, Notes, is_notes
from knowledge.readers.leaves import LEAVES
from knowledge.readers.limits import ReadLimits
from knowledge.readers.links import settle_links
from knowledge.readers.loose_files import place_lesson
from knowledge.readers.markdown import read_phrase
from knowledge.readers.product_card import PRODUCT_FILE, read_product_card
from knowledge.readers.toctree import TOCTREE
from knowledge.readers.trees import FileTree, below
from knowledge.readers.withholding import FOR_LEARNERS, UNPUBLISHED, stricter

_LOOKED_AT = 60
_PATH_STEPS = " › "
_NUMBER = re.compile(r"^[\d.]+[\s._-]+")
_EXERCISE_FOLDERS = frozenset(
    {"exercises", "exercise", "tasks", "practice", "labs", "katas", "challenges", "problems", "упражнения", "задания"}
)


def root_of(tree: FileTree) -> str | None:
    """The folder of a tree in which a repository of exercises lies, None when it holds none; reads few files."""
    folder = _top(tree)
    inside = below(tree, folder)
    if TOCTREE in inside.paths:
        return None
    return folder if _is_repository(inside) else None


def read_exercises(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Read every lesson of the repository. Raises Invalid when there is not one, or more than the limits allow."""
    reading = _Reading(Repository(tree, limits, list(tree.warnings)))
    materials = gather(tree.paths)
    if len(materials) > limits.max_files:
        raise Invalid(f"{tree.name} holds more than {limits.max_files} lessons: ingest it in parts")
    for path in tree.paths:
        suffix = PurePosixPath(path).suffix.lower()
        if suffix in LEAVES.keys() - PAGES:
            reason = f"is a {suffix} file in a repository of exercises, whose lessons are Markdown: left out"
            reading.repository.warnings.append(ReadWarning(path, reason))
    sections = {material.name for material in materials if _is_section(material, materials)}
    for material in materials:
        if material.name in sections:
            continue
        for lang in material.languages:
            reading.add(material, lang)
    return reading.course()


def _top(tree: FileTree) -> str:
    """The only folder at the top, and the only one in it: archives of repositories have one of their own."""
    folder = ""
    while True:
        tops = {path.removeprefix(folder).split("/")[0] for path in tree.paths if path.startswith(folder)}
        if len(tops) != 1 or f"{folder}{next(iter(tops))}" in tree.paths:
            return folder.rstrip("/")
        name = next(iter(tops))
        if name.lower() in _EXERCISE_FOLDERS or name.lower() in ("modules", "lessons"):
            return folder.rstrip("/")
        folder += f"{name}/"


def _is_repository(tree: FileTree) -> bool:
    if any("/.docs/" in path and path.endswith(".md") for path in tree.paths):
        return True
    looked = 0
    for material in gather(tree.paths):
        roles = {file.role for file in material.files if file.suffix in PAGES}
        helped = bool(roles & {Role.HINTS, Role.KEY}) or any(file.role is Role.HINTS for file in material.files)
        folders = {folder.lower() for folder in PurePosixPath(material.name).parts}
        if helped and (Role.TASK in roles or (Role.PAGE in roles and folders & _EXERCISE_FOLDERS)):
            return True
        notes = [file for file in material.files if file.suffix in NOTES]
        has_page = bool(roles & {Role.PAGE, Role.TASK, Role.OTHER, Role.INTRODUCTION})
        for file in notes:
            if looked >= _LOOKED_AT:
                return False
            named = file.role in (Role.TERMS, Role.HINTS) and has_page
            looked += 1
            if named or (
                (has_page or PurePosixPath(file.path).name.startswith("description.")) and _speaks(tree, file.path)
            ):
                return True
    return False


def _speaks(tree: FileTree, path: str) -> bool:
    try:
        return is_notes(tree.read(path, limit=MAX_NOTES_BYTES).decode("utf-8", errors="replace"))
    except ContentUnreadable:
        return False


def _is_section(material: Material, materials: list[Material]) -> bool:
    """Whether a folder, or the whole repository, holds only what is said of the lessons below it."""
    below_it = any(other.name.startswith(f"{material.name}/") for other in materials)
    at_top = all("/" not in file.path for file in material.files)
    return (below_it or at_top) and all(file.role is Role.NOTES for file in material.files)


@dataclass(slots=True)
class _Reading:
    """The lessons of one repository, as they are put together."""

    repository: Repository
    lessons: list[SourceLesson] = field(default_factory=list)
    _taken: dict[str, dict[str, str]] = field(default_factory=dict)
    _sections: dict[tuple[str, str], Notes] = field(default_factory=dict)
    _track: dict[str, Mapping[str, object]] | None = None

    def add(self, material: Material, lang: str) -> None:
        """Put one lesson together in one language; what is wrong with one of its files is a warning."""
        files = material.told_in(lang)
        pages = [file for file in files if file.suffix in PAGES and file.role is not Role.KEY]
        notes = _once([self.repository.notes(file) for file in files if file.suffix in NOTES], pages)
        if not pages and not any(note.says for note in notes):
            return
        above = [self._section(folder, lang) for folder in _above(material.name)]
        track = self._of_track(PurePosixPath(material.name).name)
        seen = stricter(*(note.seen for note in (*notes, *above)), _track_seen(track))
        told = LessonText(self.repository, seen, lang)
        for role in Role:
            for file in files:
                if file.role is role:
                    told.add_file(file)
            told.add_notes(role, notes)
        titles = [*(note.title for note in notes), str(track.get("name") or ""), told.title, _named(material.name)]
        lesson = SourceLesson(
            external_id=told.id or material.name,
            source_path=(pages[0].path if pages else notes[0].path),
            title=next(title for title in titles if title),
            block_title=_PATH_STEPS.join(section.title for section in above if section.title),
            blocks=told.builder.finish(0),
            lang=lang or told.lang or None,
        )
        self.repository.found["lesson"] += 1
        self.repository.warnings += place_lesson(lesson, self.lessons, self._taken.setdefault(lang, {}))

    def course(self) -> SourceCourse:
        """Everything that was read. Raises Invalid when that is no lesson."""
        if not self.lessons:
            first = f"; first problem: {self.repository.warnings[0]}" if self.repository.warnings else ""
            raise Invalid(
                f"{self.repository.tree.name} is a repository of exercises without a lesson that can be read{first}"
            )
        order = ("lesson", *sorted(self.repository.found.keys() - {"lesson"}))
        return SourceCourse(
            settle_links(self.lessons),
            tuple(self.repository.warnings),
            self._card(),
            frozenset(self.repository.unreadable),
            format="exercises",
            found={name: self.repository.found[name] for name in order},
        )

    def _section(self, folder: str, lang: str) -> Notes:
        """What is said of a folder of lessons, in a language; read once."""
        key = (folder, lang)
        if key not in self._sections:
            names = [f"{name}{lang and f'.{lang}'}" for name in ("description", "module", "section", "chapter", "meta")]
            names += ["module", "section", "chapter", "description", "meta", "_meta", "index", "course"]
            paths = [f"{folder}/{name}{suffix}".lstrip("/") for name in names for suffix in (".yml", ".yaml")]
            path = next((path for path in paths if path in self.repository.tree.paths), None)
            self._sections[key] = (
                Notes() if path is None else self.repository.notes(File(path, folder, "", ".yml", Role.NOTES))
            )
        return self._sections[key]

    def _of_track(self, slug: str) -> Mapping[str, object]:
        """What a track's `config.json` says of one of its exercises."""
        if self._track is None:
            self._track = dict(_track(self.repository.tree))
        return self._track.get(slug, {})

    def _card(self) -> ProductCard:
        if PRODUCT_FILE in self.repository.tree.paths:
            try:
                card, warnings = read_product_card(self.repository.text(PRODUCT_FILE), path=PRODUCT_FILE)
                self.repository.warnings += warnings
                return card
            except ContentUnreadable as err:
                self.repository.warn(err)
        langs = Counter(lesson.lang or "" for lesson in self.lessons)
        about = self._section("", langs.most_common(1)[0][0])
        described = " ".join(read_phrase(about.prose[0])[0].split()) if about.prose else None
        return ProductCard(title=about.title or None, description=described)


def _once(notes: list[Notes], pages: list[File]) -> list[Notes]:
    """Notes without what pages or earlier notes say: repositories keep lessons in an old shape beside the new one."""
    whole = {Role.PAGE, Role.TASK} <= {page.role for page in pages}
    told: set[object] = set()
    kept: list[Notes] = []
    for note in notes:
        repeats = whole and bool(note.prose and note.tasks)
        kept.append(
            replace(
                note,
                prose=() if repeats else note.prose,
                tasks=() if repeats else note.tasks,
                tips=tuple(tip for tip in note.tips if tip not in told),
                terms=tuple(term for term in note.terms if term not in told),
            )
        )
        told.update(note.tips, note.terms)
    return kept


def _above(name: str) -> list[str]:
    """The folders above a lesson, the outermost first, without the repository's own."""
    parts = PurePosixPath(name).parts[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _named(name: str) -> str:
    """A folder's name as a title."""
    words = _NUMBER.sub("", PurePosixPath(name).name).replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else name


def _track(tree: FileTree) -> Iterator[tuple[str, Mapping[str, object]]]:
    if "config.json" not in tree.paths:
        return
    try:
        told = json.loads(tree.read("config.json", limit=MAX_NOTES_BYTES))
    except (ContentUnreadable, ValueError, RecursionError):
        return
    exercises = told.get("exercises") if isinstance(told, dict) else None
    groups = exercises.values() if isinstance(exercises, dict) else [exercises]
    for group in groups:
        for one in group if isinstance(group, list) else []:
            if isinstance(one, dict) and isinstance(one.get("slug"), str):
                yield one["slug"], one


def _track_seen(track: Mapping[str, object]) -> Seen:
    return UNPUBLISHED if track.get("status") == "wip" else FOR_LEARNERS
