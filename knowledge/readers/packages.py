"""Which kind of IMS package a tree holds, and in which folder of it."""

from enum import StrEnum
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable, Invalid
from knowledge.readers.limits import ReadLimits
from knowledge.readers.manifest import MANIFEST, Manifest, read_manifest
from knowledge.readers.trees import FileTree, below, folder_with


class PackageKind(StrEnum):
    """What a manifest declares itself to be; OTHER is whatever is neither of the two, or cannot be read."""

    CARTRIDGE = "cartridge"
    SCORM = "scorm"
    OTHER = "package"


_LIMITS = ReadLimits()


def root_of_cartridge(tree: FileTree) -> str | None:
    """The folder in which a Common Cartridge lies."""
    return _root_of(tree, PackageKind.CARTRIDGE)


def root_of_scorm(tree: FileTree) -> str | None:
    """The folder in which a SCORM package lies."""
    return _root_of(tree, PackageKind.SCORM)


def root_of_package(tree: FileTree) -> str | None:
    """The folder in which any other package with a manifest lies, one that cannot be read among them."""
    return _root_of(tree, PackageKind.OTHER)


def open_manifest(tree: FileTree, limits: ReadLimits) -> Manifest:
    """The manifest at the top of a tree. Raises Invalid, saying what to do, when it cannot be read or lists nothing."""
    try:
        manifest = read_manifest(tree, limit=limits.max_file_bytes)
    except ContentUnreadable as err:
        raise Invalid(f"{tree.name} cannot be read as a course package: {err}; {_ADVICE}") from err
    if not manifest.resources:
        raise Invalid(f"{tree.name} lists nothing in its {MANIFEST}; {_ADVICE}")
    if len(manifest.resources) > limits.max_files:
        raise Invalid(f"{tree.name} lists more than {limits.max_files} things: ingest it in parts")
    return manifest


_ADVICE = "make the export again in the system it comes from, or take its pages in as a folder without the manifest"


def _root_of(tree: FileTree, kind: PackageKind) -> str | None:
    folder = folder_with(tree, MANIFEST)
    if folder is None or not _holds_most(tree, folder):
        return None
    return folder if _kind(below(tree, folder)) is kind else None


def _holds_most(tree: FileTree, folder: str) -> bool:
    """Whether a package is what the tree is about, not something that lies in a corner of a course."""
    inside = sum(1 for path in tree.paths if not folder or path.startswith(f"{folder}/"))
    junk = sum(1 for path in tree.paths if PurePosixPath(path).name.startswith("."))
    return 2 * inside >= len(tree.paths) - junk


def _kind(package: FileTree) -> PackageKind:
    try:
        marks = read_manifest(package, limit=_LIMITS.max_file_bytes).marks
    except ContentUnreadable:
        return PackageKind.OTHER
    if "common cartridge" in marks or "imscc" in marks or "imswl_" in marks or "imsdt_" in marks:
        return PackageKind.CARTRIDGE
    if "scorm" in marks or "adlcp" in marks or "adlnet" in marks:
        return PackageKind.SCORM
    return PackageKind.OTHER
