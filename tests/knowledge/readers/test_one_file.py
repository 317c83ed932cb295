"""A reader that fails on one file: the others land, the report names it, and the log holds no word of it."""

import json
import logging
from pathlib import Path

import pytest

from foundation.errors import ContentUnreadable, Invalid
from knowledge.readers import read_course
from knowledge.readers.builder import LessonBuilder
from knowledge.readers.one_file import one_file
from tests.knowledge.readers.every_format import Markers, made

WORDS = Markers("vqvqvqvqv", "sxsxsxsxs", "wcwcwcwcw", "kdkdkdkdk", "prprprprp", "lzlzlzlzl")


def test_what_a_reader_fails_with_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        pytest.raises(ContentUnreadable, match=r"^a/b\.html: its reader failed on it \(KeyError\), left out$"),
        one_file("a/b.html"),
    ):
        raise KeyError("the answer is 42")
    assert "reader.failed suffix=.html error=KeyError at=test_one_file.py:" in caplog.text
    assert "42" not in caplog.text


def test_what_is_meant_for_somebody_passes_as_it_is() -> None:
    with pytest.raises(Invalid, match="nothing here"), one_file("a.html"):
        raise Invalid("nothing here")
    with pytest.raises(ContentUnreadable, match="too deeply"), one_file("a.html"):
        raise RecursionError


@pytest.mark.parametrize("name", ["olx", "moodle", "cartridge", "notion", "exercises"])
def test_one_page_that_breaks_its_reader_is_named_and_the_others_land(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_course(made(name, tmp_path / "whole", WORDS))
    add, called = LessonBuilder.add, 0

    def breaking(self: LessonBuilder, *told: object) -> None:
        nonlocal called
        called += 1
        if called == 2:
            raise json.JSONDecodeError(WORDS.key, "", 0)
        add(self, *told)  # type: ignore[arg-type]

    monkeypatch.setattr(LessonBuilder, "add", breaking)
    broken = read_course(made(name, tmp_path / "broken", WORDS))
    assert len(whole.lessons) - 1 <= len(broken.lessons)
    assert [str(warning) for warning in broken.warnings if "its reader failed on it (JSONDecodeError)" in str(warning)]
    assert WORDS.key not in "".join(map(str, broken.warnings))
