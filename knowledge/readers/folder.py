"""Which files of a folder are lessons, and in which order they are taught."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ReadWarning
from knowledge.readers.archives import ARCHIVE_SUFFIXES
from knowledge.readers.decoding import decode
from knowledge.readers.leaves import LEAVES
from knowledge.readers.limits import ReadLimits
from knowledge.readers.product_card import PRODUCT_FILE
from knowledge.readers.recorded import Recorded
from knowledge.readers.toctree import TOCTREE, TocEntry, read_toctree
from knowledge.readers.trees import FileTree, natural_key

_NOT_READ = frozenset(
    {".pdf", ".doc", ".docx", ".odt", ".rtf", ".ppt", ".pptx", ".odp", ".ipynb", ".rst", ".tex", ".epub", ".xls"}
    | {".xlsx", ".txt", ".adoc"}
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One lesson file in its place; `title` and `block_title` are "" unless the table of contents gives them."""

    path: str
    title: str = ""
    block_title: str = ""


@dataclass(slots=True)
class FolderContents:
    """The lesson files in course order, whether there is a product card, and what could not be used."""

    lessons: list[Listed] = field(default_factory=list)
    has_product_card: bool = False
    has_toctree: bool = False
    recorded: Recorded = field(default_factory=Recorded)
    warnings: list[ReadWarning] = field(default_factory=list)


def list_folder(tree: FileTree, *, limits: ReadLimits) -> FolderContents:
    """Return what a folder holds. Raises Invalid when it has more lesson files than the limits allow."""
    contents = FolderContents(warnings=list(tree.warnings))
    paths: list[str] = []
    for path in tree.paths:
        name, suffix = PurePosixPath(path).name, PurePosixPath(path).suffix.lower()
        if "/." in f"/{path}":
            continue
        if path == PRODUCT_FILE:
            contents.has_product_card = True
        elif contents.recorded.take(path):
            continue
        elif suffix in LEAVES:
            paths.append(path)
        elif suffix in ARCHIVE_SUFFIXES:
            contents.warnings.append(ReadWarning(path, "is an archive inside the course: take it in on its own"))
        elif suffix in _NOT_READ and name != "requirements.txt":
            contents.warnings.append(ReadWarning(path, f"{suffix} files are not supported, left out"))
        if len(paths) > limits.max_files:
            raise Invalid(f"{tree.name} holds more than {limits.max_files} lesson files: ingest it in parts")
    paths.sort(key=natural_key)
    entries = _read_toc(tree, contents, limits=limits) if TOCTREE in tree.paths else ()
    contents.has_toctree = bool(entries)
    contents.lessons = _by_toctree(entries, paths, contents) if entries else [Listed(path) for path in paths]
    return contents


def _read_toc(tree: FileTree, contents: FolderContents, *, limits: ReadLimits) -> tuple[TocEntry, ...]:
    try:
        content = tree.read(TOCTREE, limit=limits.max_file_bytes)
        return read_toctree(decode(content, path=TOCTREE), path=TOCTREE)
    except ContentUnreadable as err:
        contents.warnings.append(ReadWarning(TOCTREE, f"{err.reason}; lessons are in file-name order", err.line))
        return ()


def _by_toctree(entries: tuple[TocEntry, ...], paths: list[str], contents: FolderContents) -> list[Listed]:
    by_local: dict[str, str] = {}
    for path in paths:
        by_local.setdefault(PurePosixPath(path).with_suffix("").as_posix(), path)
    listed: list[Listed] = []
    for entry in entries:
        found = entry.local if entry.local in paths else by_local.get(entry.local)
        if found is None:
            contents.warnings.append(ReadWarning(TOCTREE, f"{entry.local} is listed and missing", entry.line))
        else:
            listed.append(Listed(found, entry.title, entry.block_title))
    used = {item.path for item in listed}
    contents.warnings += [
        ReadWarning(path, f"is not listed in {TOCTREE}, left out") for path in paths if path not in used
    ]
    return listed
