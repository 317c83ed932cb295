"""Which file of an exercise repository belongs to which lesson, and what it is in it; told by names alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import PurePosixPath

from knowledge.readers.exercise_notes import TERMS, TIPS
from knowledge.readers.page import MARKDOWN, MDX
from knowledge.readers.trees import natural_key

PAGES = MARKDOWN | MDX
NOTES = frozenset({".yml", ".yaml"})
_CODE = frozenset(
    {".py", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".java", ".kt", ".c", ".h", ".cpp", ".cc", ".hpp", ".cs", ".go"}
    | {".rs", ".rb", ".php", ".swift", ".scala", ".clj", ".ex", ".exs", ".erl", ".hs", ".ml", ".lua", ".r", ".jl"}
    | {".sql", ".sh", ".ps1", ".pl", ".rkt", ".lisp", ".f90", ".dart", ".nim", ".elm", ".vue", ".css", ".scss", ".pug"}
)
LANGUAGES = frozenset({"ru", "en", "es", "de", "fr", "it", "pt", "pl", "uk", "be", "kk", "uz", "tr", "zh", "ja", "ko"})


class Role(IntEnum):
    """What a file is in its lesson, in the order in which a lesson is put together."""

    INTRODUCTION = 0
    PAGE = 1
    OTHER = 2
    NOTES = 3
    TASK = 4
    TERMS = 5
    HINTS = 6
    STAFF = 7
    KEY = 8


_ROLES: dict[str, Role] = {
    **dict.fromkeys(("introduction", "intro", "about", "введение"), Role.INTRODUCTION),
    **dict.fromkeys(("readme", "lesson", "theory", "description", "index", "concept", "content", "теория"), Role.PAGE),
    **dict.fromkeys(("exercise", "instructions", "instruction", "task", "assignment", "problem"), Role.TASK),
    **dict.fromkeys(("challenge", "statement", "задание", "упражнение", "задача"), Role.TASK),
    **dict.fromkeys(TIPS, Role.HINTS),
    **dict.fromkeys(TERMS, Role.TERMS),
    **dict.fromkeys(("solution", "solutions", "answer", "answers", "exemplar", "key", "editorial"), Role.KEY),
    **dict.fromkeys(("test", "tests", "spec", "решение", "ответ", "ответы", "ключ", "разбор"), Role.KEY),
    **dict.fromkeys(("teacher", "instructor", "staff", "design", "mentor", "notes", "rubric", "private"), Role.STAFF),
    **dict.fromkeys(("преподавателю", "заметки"), Role.STAFF),
}
_FOLDERS: dict[str, Role | None] = {
    ".docs": None,
    ".meta": Role.KEY,
    ".approaches": Role.KEY,
    **dict.fromkeys(("solution", "solutions", "answers", "tests", "test", "spec", "__tests__"), Role.KEY),
    **dict.fromkeys(("hints", "tips"), Role.HINTS),
}
_NOTES_NAMES = frozenset({"data", "exercise", "meta", "metadata", "lesson", "task", "info", "description", "config"})
_STEPS = re.compile(r"[\s._-]+")
# About the repository and not about what is taught.
_HOUSEKEEPING = frozenset(
    {"contributing", "changelog", "license", "licence", "code_of_conduct", "security", "authors", "support"}
)


@dataclass(frozen=True, slots=True)
class File:
    """A file in its place: `home` is the folder of its lesson, `stem` its name without role, language and suffix."""

    path: str
    home: str
    stem: str
    suffix: str
    role: Role
    lang: str = ""


@dataclass(slots=True)
class Material:
    """The files of one lesson; `name` is its place in the repository, the same in every language."""

    name: str
    files: list[File] = field(default_factory=list)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it comes in, "" alone where files do not say."""
        told = {file.lang for file in self.files if file.lang and file.role is not Role.KEY}
        return tuple(sorted(told)) or ("",)

    def told_in(self, lang: str) -> list[File]:
        """The files of one language and those of all, in the order of a lesson."""
        mine = [file for file in self.files if file.lang in ("", lang)]
        return sorted(mine, key=lambda file: (file.role, natural_key(file.path)))


def gather(paths: Iterable[str]) -> list[Material]:
    """The lessons of a repository in course order, each with its files; what is in none of them is left out."""
    by_home: dict[str, list[File]] = {}
    for path in paths:
        file = _file(path)
        if file is not None:
            by_home.setdefault(file.home, []).append(file)
    found = [material for home, files in by_home.items() for material in _lessons(home, files)]
    return sorted(found, key=lambda material: natural_key(material.name))


def is_housekeeping(path: str) -> bool:
    """Whether a page at the top of a repository is about the repository itself."""
    return "/" not in path and PurePosixPath(path).stem.lower().replace("-", "_") in _HOUSEKEEPING


def _file(path: str) -> File | None:
    pure = PurePosixPath(path)
    suffix = pure.suffix.lower()
    if suffix not in PAGES | NOTES | _CODE or is_housekeeping(path):
        return None
    folders = list(pure.parent.parts)
    at = next((index for index, name in enumerate(folders) if name.lower() in _FOLDERS), len(folders))
    held = _FOLDERS[folders[at].lower()] if at < len(folders) else None
    inside, folders = folders[at + 1 :], folders[:at]
    lang = folders.pop().lower() if folders and folders[-1].lower() in LANGUAGES and not inside else ""
    steps = _STEPS.split(pure.stem.lower())
    if not lang and len(steps) > 1 and steps[-1] in LANGUAGES:
        lang = steps.pop()
    role, stem = (held, "") if held is not None else _role(steps, suffix)
    if held is not None and suffix in NOTES:
        return None
    return File(path, "/".join(folders), stem, suffix, role, lang)


def _role(steps: list[str], suffix: str) -> tuple[Role, str]:
    """What a name says: a role alone ("hints"), or a lesson's own name with one behind or before it ("loops.hints")."""
    if suffix in _CODE:
        kept = [step for step in steps if _ROLES.get(step) is not Role.KEY]
        return Role.KEY, "-".join(kept)
    if suffix in NOTES and "-".join(steps) in _NOTES_NAMES:
        return Role.NOTES, ""
    if steps[0] in _ROLES and (len(steps) == 1 or steps[1] in ("append", "for", "key", "notes", *map(str, range(10)))):
        role = _ROLES[steps[0]]
        return (Role.NOTES if suffix in NOTES and role < Role.TERMS else role), ""
    if steps[-1] in _ROLES and _ROLES[steps[-1]] >= Role.TERMS and len(steps) > 1:
        return _ROLES[steps[-1]], "-".join(steps[:-1])
    return (Role.NOTES if suffix in NOTES else Role.OTHER), "-".join(steps)


def _lessons(home: str, files: list[File]) -> list[Material]:
    """A folder's lessons: one of what bears no name of its own, and one of each page that does."""
    pages = {file.stem for file in files if file.role is Role.OTHER and file.suffix in PAGES}
    named = [file for file in files if file.stem in pages]
    # At the top of a repository programs are its tools.
    rest = [file for file in files if file.stem not in pages and (home or file.suffix not in _CODE)]
    has_page = any(file.suffix in PAGES and file.role < Role.TERMS for file in rest)
    told = [file for file in rest if file.suffix in PAGES or file.role is not Role.KEY]
    if not has_page and len(pages) == 1:
        # The folder is that one page's: its notes and keys are too.
        return [Material(home or next(iter(pages)), files)]
    own = home or PurePosixPath(min((file.path for file in told if file.suffix in PAGES), default="")).stem
    own = own or next((PurePosixPath(file.path).stem for file in told), "")
    lessons = [_of_page(home, stem, [file for file in named if file.stem == stem]) for stem in sorted(pages)]
    if has_page and len(pages) == 1 and len(told) > 1:
        return [Material(own, files)]
    if told:
        lessons.append(Material(own, rest))
    return lessons


def _of_page(home: str, stem: str, files: list[File]) -> Material:
    page = next(file for file in files if file.role is Role.OTHER and file.suffix in PAGES)
    name = PurePosixPath(page.path).stem
    if page.lang and name.lower().endswith(page.lang):
        name = name[: -len(page.lang)].rstrip("._- ")
    return Material(f"{home}/{name}" if home else name, files)
