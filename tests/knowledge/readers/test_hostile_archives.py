"""Archives that lie, leave their place or never end: refused with a reason, or read no further than is safe."""

import io
import tarfile
import zipfile
from pathlib import Path
from unicodedata import normalize

import pytest

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import SourceCourse
from knowledge.readers import read_course
from knowledge.readers.allowance import Allowance, ArchiveLimits
from knowledge.readers.archives import open_archive, open_archive_bytes
from knowledge.readers.tars import TarTree
from knowledge.readers.trees import FolderTree
from knowledge.readers.zips import ZipTree
from tests.knowledge.readers.hostile import (
    LESSON,
    gzip_of,
    make_tar,
    make_zip,
    overlapping_zip,
    packed_as,
    put,
    raw_zip,
    tar_of,
    with_size,
    zip_saying_it_holds,
)

ONE = LESSON.encode()
OUTSIDE = ["../a.md", "/a.md", "a/../../b.md", "C:\\x.md", "c:x.md", "\\\\host\\share\\a.md", "a\\..\\..\\b.md"]
PACKED = [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"]


def read(folder: Path, name: str, content: bytes) -> SourceCourse:
    return read_course(put(folder, name, content))


def ids(course: SourceCourse) -> list[str]:
    return [lesson.external_id for lesson in course.lessons]


def reasons(course: SourceCourse) -> list[str]:
    return [warning.reason for warning in course.warnings]


def refuse(folder: Path, name: str, content: bytes, because: str) -> None:
    with pytest.raises(Invalid, match=because):
        read(folder, name, content)


@pytest.mark.parametrize("suffix", PACKED)
def test_a_tar_is_read_however_it_is_compressed(tmp_path: Path, suffix: str) -> None:
    long = "часть/" + "x" * 150 + "/урок.md"
    course = read(tmp_path, f"course{suffix}", packed_as(make_tar({"a.md": ONE, long: ONE}), suffix))
    assert ids(course) == ["a", long.removesuffix(".md")]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_read_in_every_form_of_tar(tmp_path: Path, form: int) -> None:
    name = "p" * 90 + "/" + "n" * 80
    assert ids(read(tmp_path, "c.tar", make_tar({f"{name}.md": ONE}, form=form))) == [name]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_path_that_leaves_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    refuse(tmp_path, "c.zip", raw_zip([(b"a.md", ONE), (name.encode(), ONE)]), "would leave it")
    refuse(tmp_path, "c.tar.gz", gzip_of(make_tar({"a.md": ONE, name: ONE})), "would leave it")


def test_a_course_cannot_name_a_file_outside_of_its_folder(tmp_path: Path) -> None:
    put(tmp_path, "secret.md", b"# Secret")
    put(tmp_path / "course", "a.md", ONE)
    with pytest.raises(ContentUnreadable, match="missing"):
        FolderTree(tmp_path / "course").read("../secret.md", limit=1000)


@pytest.mark.parametrize("name", [b"a\nb.md", b"a\x00.md", b"a\x1b[2Jb.md"])
def test_control_characters_in_names_are_refused(tmp_path: Path, name: bytes) -> None:
    refuse(tmp_path, "c.zip", raw_zip([(name, ONE)]), "control characters")


def test_endless_names_and_folders_are_refused(tmp_path: Path) -> None:
    refuse(tmp_path, "c.zip", raw_zip([(b"a/" * 60 + b"b.md", ONE)]), "nests folders")
    refuse(tmp_path, "c.tar", make_tar({"x" * 2_000 + ".md": ONE}), "endless name")


def test_names_of_russian_windows_and_of_old_packers_are_read(tmp_path: Path) -> None:
    russian = raw_zip([("Глава 1\\Урок Ё.md".encode("cp866"), ONE), (b"Folder\\", b"")])
    assert ids(read(tmp_path, "windows.zip", russian)) == ["Глава 1/Урок Ё"]
    assert ids(read(tmp_path, "mac.zip", raw_zip([("Глава/Урок.md".encode(), ONE)]))) == ["Глава/Урок"]
    assert ids(read(tmp_path, "west.zip", raw_zip([("Übung.md".encode("cp437"), ONE)]))) == ["Übung"]


def test_an_accented_name_is_found_as_the_course_spells_it(tmp_path: Path) -> None:
    put(tmp_path / "course", normalize("NFD", "Йод.md"), ONE)
    packed = make_zip({normalize("NFD", "Йод.md"): ONE})
    for tree in (FolderTree(tmp_path / "course"), open_archive(put(tmp_path, "c.zip", packed))):
        assert tree.read(normalize("NFC", "Йод.md"), limit=1000) == ONE


def test_names_that_only_some_systems_take_for_devices_are_names(tmp_path: Path) -> None:
    assert ids(read(tmp_path, "c.zip", make_zip({"aux.md": ONE, "CON.md": ONE}))) == ["aux", "CON"]


def test_of_two_files_of_one_name_the_last_is_read_and_it_is_said(tmp_path: Path) -> None:
    course = read(tmp_path, "c.zip", raw_zip([(b"a.md", b"# First"), (b"a.md", b"# Last"), (b"A.md", b"# Big")]))
    assert [lesson.title for lesson in course.lessons] == ["Big", "Last"]
    assert [reason.split(",")[0] for reason in reasons(course)] == [
        "stands in the archive twice",
        "differs from a.md in capital letters only; both are read",
    ]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    refuse(tmp_path, "c.tar", tar_of(kind), "links or devices")
    refuse(tmp_path, "c.tar", tar_of(kind, target="../../etc/passwd"), "links or devices")


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        link = zipfile.ZipInfo("a.md")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    refuse(tmp_path, "c.zip", kept.getvalue(), "links")


def test_sparse_files_and_unknown_members_are_refused(tmp_path: Path) -> None:
    refuse(tmp_path, "c.tar", tar_of(tarfile.GNUTYPE_SPARSE), "sparse")
    refuse(tmp_path, "c.tar", tar_of(b"V"), "unknown kind")
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("a.md")
        member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.realsize": "9" * 15}
        archive.addfile(member)
    refuse(tmp_path, "c.tar", kept.getvalue(), "sparse")


def test_a_description_larger_than_any_file_needs_is_refused(tmp_path: Path) -> None:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("a.md")
        member.pax_headers = {"comment": "x" * 100_000}
        archive.addfile(member)
    refuse(tmp_path, "c.tar", kept.getvalue(), "describes its files")


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    flat = bytes(51_000_000)
    refuse(tmp_path, "c.zip", make_zip({"a.md": flat}), "no course does")
    refuse(tmp_path, "c.tar.gz", gzip_of(make_tar({"a.md": flat})), "no course does")


def test_a_zip_that_lists_endless_files_is_refused_before_a_list_is_made(tmp_path: Path) -> None:
    refuse(tmp_path, "c.zip", zip_saying_it_holds(50_001), "more than 50000 files")
    refuse(tmp_path, "d.zip", zip_saying_it_holds(2_200_000), "lists its files in")
    refuse(tmp_path, "e.zip", raw_zip([(b"a.md", ONE)], count=7), "other files than it says")


def test_files_packed_into_one_place_are_refused(tmp_path: Path) -> None:
    refuse(tmp_path, "c.zip", overlapping_zip(1_000), "several files into one place")


@pytest.mark.parametrize("size", [5, len(ONE) + 1, 5_000])
def test_a_file_that_lies_about_its_size_is_left_out(tmp_path: Path, size: int) -> None:
    course = read(tmp_path, "c.zip", with_size(make_zip({"a.md": ONE, "b.md": ONE}), b"a.md", size))
    assert (ids(course), reasons(course)) == (["b"], ["is damaged in the archive"])


def test_a_size_that_no_file_has_is_refused(tmp_path: Path) -> None:
    lying = with_size(make_zip({"a.md": ONE}), b"a.md", 4_000_000_000)
    refuse(tmp_path, "c.zip", lying, "no course does")


def test_packing_that_has_no_bound_is_not_unpacked(tmp_path: Path) -> None:
    packed = make_zip({"a.md": ONE}, method=zipfile.ZIP_LZMA)
    refuse(tmp_path, "c.zip", packed, "packed by a method that is not read")


@pytest.mark.parametrize("cut", [1, 30, 300])
def test_what_was_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    many = {f"{number}.md": ONE * 3 for number in range(20)}
    refuse(tmp_path, "c.zip", make_zip(many)[:-cut], "cut short")
    refuse(tmp_path, "c.tar.gz", gzip_of(make_tar(many))[:-cut], "cut short")
    refuse(tmp_path, "c.tar", make_tar(many)[:2_000], "cut short")


def test_an_encrypted_archive_says_what_to_do(tmp_path: Path) -> None:
    refuse(tmp_path, "c.zip", raw_zip([(b"a.md", ONE)], flags=1), "export it without a password")


def test_parts_and_garbage_behind_a_gzip(tmp_path: Path) -> None:
    whole = make_tar({"a.md": ONE})
    assert ids(read(tmp_path, "two.tgz", gzip_of(whole[:700]) + gzip_of(whole[700:]) + bytes(512))) == ["a"]
    course = read(tmp_path, "more.tgz", gzip_of(whole) + b"garbage")
    assert (ids(course), reasons(course)) == (["a"], ["something else stands behind the archive, left out"])
    refuse(tmp_path, "endless.tgz", gzip_of(b"") * 100_001, "parts")


WRONG = {
    "a.pdf": (make_zip({"a.md": ONE}), "is a zip archive"),
    "b.pdf": (b"hello", "is something else"),
    "course.imscc": (b"%PDF-1.7\n", "is a PDF"),
    "login.zip": (b"<!DOCTYPE html><html>Sign in</html>", "is an HTML page"),
    "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "an old Office document"),
    "zip.docx": (make_zip({"a.md": ONE}), "it is no docx file"),
    "a.md": (make_zip({"a.md": ONE}), "is a zip archive"),
    "course.rar": (b"Rar!\x1a\x07\x01\x00", "is a RAR archive"),
    "nothing.zip": (b"", "is an empty file"),
    "nothing.pptx": (b"", "is an empty file"),
    "setup.zip": (b"MZ\x90\x00" + bytes(100), "is a Windows program"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_of_another_kind_than_its_name_says_is_called_what_it_is(tmp_path: Path, name: str) -> None:
    refuse(tmp_path, name, *WRONG[name])


def test_what_systems_leave_in_archives_is_no_lesson(tmp_path: Path) -> None:
    left = {"a.md": ONE, "__MACOSX/._a.md": b"\0", "__MACOSX/b.md": ONE, ".git/c.md": ONE, "d/.DS_Store": b"\0"}
    assert ids(read(tmp_path, "c.zip", make_zip(left))) == ["a"]
    assert ids(read(tmp_path, "c.tar", make_tar(left))) == ["a"]


def opened(content: bytes, limits: ArchiveLimits) -> ZipTree:
    return ZipTree(io.BytesIO(content), name="c.zip", allowance=Allowance(limits))


def test_archives_inside_share_what_may_be_unpacked() -> None:
    inner = make_zip({"b.md": ONE * 10})
    outer = make_zip({"a.md": ONE, "in.zip": inner})
    size = len(ONE) + len(inner)
    tree = opened(outer, ArchiveLimits(max_bytes=size + len(ONE) * 15))
    content = tree.read("in.zip", limit=10_000)
    assert open_archive_bytes(content, "in.zip", inside=tree).read("b.md", limit=10_000) == ONE * 10
    with pytest.raises(ContentUnreadable, match="no course does"):
        open_archive_bytes(content, "in.zip", inside=tree)


def test_archives_inside_share_how_many_files_there_may_be() -> None:
    tree = opened(make_zip({"a.md": ONE}), ArchiveLimits(max_files=3))
    open_archive_bytes(make_zip({"b.md": ONE, "c.md": ONE}), "in.zip", inside=tree)
    with pytest.raises(ContentUnreadable, match="more than 3 files"):
        open_archive_bytes(make_zip({"d.md": ONE}), "in.zip", inside=tree)


def test_archives_nest_no_deeper_than_the_limit() -> None:
    tree = opened(make_zip({"a.md": ONE}), ArchiveLimits(max_nested=2))
    content = make_zip({"a.md": ONE})
    for _ in range(2):
        tree = open_archive_bytes(content, "in.zip", inside=tree)
    with pytest.raises(ContentUnreadable, match="more than 2 archives deep"):
        open_archive_bytes(content, "in.zip", inside=tree)


@pytest.mark.parametrize("content", [make_zip({"a.md": ONE}), make_tar({"a.md": ONE})])
def test_a_closed_archive_holds_no_file_open(tmp_path: Path, content: bytes) -> None:
    stream = put(tmp_path, "course", content).open("rb")
    kind = ZipTree if content.startswith(b"PK") else TarTree
    tree = kind(stream, name="course", allowance=Allowance())
    assert tree.read("a.md", limit=1_000) == ONE
    tree.close()
    assert stream.closed


def test_no_room_to_unpack_into_is_not_the_archives_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _content: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("knowledge.readers.tars.tempfile.TemporaryFile", Full)
    refuse(tmp_path, "c.tgz", gzip_of(make_tar({"a.md": ONE})), "No space left on device.*make room")
