"""H5P packages: what learners read and are asked, and the keys that stay with staff."""

import json
import zipfile
from pathlib import Path

import pytest

from foundation.errors import Invalid
from knowledge.blocks import BlockKind, SourceCourse, Spot, SpotKind, Visibility
from knowledge.readers import read_course
from tests.knowledge.readers.exports_h5p import Node, book, choice, content, make_h5p, package, text, write_h5p
from tests.knowledge.readers.read_back import blocks_of, kept, shown

_VTT = b"""WEBVTT

00:00:04.000 --> 00:00:07.000
Acids taste sour.

00:00:08.000 --> 00:00:12.000
Bases taste bitter.
"""


def _read(folder: Path, main: Node, **of: object) -> SourceCourse:
    return read_course(write_h5p(folder, package(main, **of)))  # type: ignore[arg-type]


def test_every_word_of_a_sort_goes_where_its_sort_belongs(tmp_path: Path) -> None:
    path = make_h5p(
        tmp_path, visible="SEEN", staff="STAFFONLY", unpublished="-", key="KEYWORD", private="PRIVATE", later="-"
    )
    course = read_course(path)

    assert shown(course).count("SEEN") >= 8
    assert "KEYWORD" not in shown(course)
    assert "STAFFONLY" not in shown(course)
    assert kept(course).count("KEYWORD") >= 8
    assert "STAFFONLY" in kept(course)
    assert "PRIVATE" not in repr(course)
    assert all(
        block.visibility is Visibility.STAFF for block in blocks_of(course) if block.kind is BlockKind.ANSWER_KEY
    )


def test_each_chapter_of_a_book_is_a_lesson_with_an_id_of_its_own(tmp_path: Path) -> None:
    course = _read(
        tmp_path, book(("Кислоты", [text("Кислоты кислые.")]), ("Основания", [text("Основания горькие.")])), lang="ru"
    )

    assert [(lesson.external_id, lesson.title) for lesson in course.lessons[1:]] == [
        ("chapter-1", "Кислоты"),
        ("chapter-2", "Основания"),
    ]
    assert course.lang == "ru"
    assert course.found["H5P.Column"] == 2


def test_the_buttons_of_a_content_are_no_content(tmp_path: Path) -> None:
    course = _read(tmp_path, book(("One", [choice("Which is sour?", "acid", "base", "think")])))

    told = repr(course.lessons)
    assert not any(word in told for word in ("CHECKBUTTON", "SOLUTIONBUTTON", "FINISHHEADER", "FINISHBODY"))


def test_slides_are_places_a_learner_can_go_to(tmp_path: Path) -> None:
    slides = [
        {"elements": [{"action": text("The first slide")}], "keywords": [{"main": "Opening"}]},
        {"elements": [{"action": choice("Sour?", "acid", "base", "no"), "solution": "<p>Acid it is</p>"}]},
    ]
    course = _read(tmp_path, content("H5P.CoursePresentation", {"presentation": {"slides": slides}}))

    spots = {
        block.text.split("\n")[0]: block.spot for block in blocks_of(course) if block.visibility is Visibility.LEARNER
    }
    assert spots["The first slide"] == Spot(SpotKind.SLIDE, 1)
    assert spots["Sour?"] == Spot(SpotKind.SLIDE, 2)
    assert "Acid it is" in kept(course)


def test_what_a_video_asks_stands_at_its_second_and_its_track_is_a_transcript(tmp_path: Path) -> None:
    video = {
        "files": [{"path": "videos/acids.mp4", "mime": "video/mp4"}],
        "startScreenOptions": {"title": "Acids"},
        "textTracks": {"videoTrack": [{"srcLang": "en", "track": {"path": "tracks/acids.vtt"}}]},
    }
    inside = [{"duration": {"from": 61.7, "to": 70}, "action": choice("Which is sour?", "acid", "base", "no")}]
    main = content("H5P.InteractiveVideo", {"interactiveVideo": {"video": video, "assets": {"interactions": inside}}})
    course = _read(tmp_path, main, files={"content/tracks/acids.vtt": _VTT})

    (lesson,) = course.lessons
    (recording,) = lesson.recordings
    assert (recording.title, recording.path) == ("Acids", "content/videos/acids.mp4")
    asked = [block for block in lesson.blocks if block.text.startswith("Which is sour?")]
    assert [block.spot for block in asked] == [Spot(SpotKind.TIME, 61, recording.id)]
    spoken = [block for block in lesson.blocks if block.kind is BlockKind.TRANSCRIPT]
    assert [(block.text, block.spot) for block in spoken] == [
        ("Acids taste sour.", Spot(SpotKind.TIME, 4, recording.id)),
        ("Bases taste bitter.", Spot(SpotKind.TIME, 8, recording.id)),
    ]


def test_words_for_gaps_are_listed_without_the_order_that_tells_the_answer(tmp_path: Path) -> None:
    params = {
        "taskDescription": "<p>Fill in</p>",
        "textField": "Sour is *zinc:first* and bitter is *base*.",
        "distractors": "*salt*",
    }
    course = _read(tmp_path, content("H5P.DragText", params))

    assert "Sour is _____ and bitter is _____.\n- base\n- salt\n- zinc" in shown(course)
    assert "zinc:first" in kept(course)


def test_of_choices_whose_first_is_right_learners_see_another_order(tmp_path: Path) -> None:
    params = {"choices": [{"question": "<p>Sour?</p>", "answers": ["<p>vinegar</p>", "<p>ash</p>", "<p>soap</p>"]}]}
    course = _read(tmp_path, content("H5P.SingleChoiceSet", params))

    assert "Sour?\n- ash\n- soap\n- vinegar" in shown(course)
    assert "[x] vinegar" in kept(course)


def test_marked_words_keep_their_places_without_their_marks(tmp_path: Path) -> None:
    course = _read(
        tmp_path, content("H5P.MarkTheWords", {"taskDescription": "Find acids", "textField": "Both *vinegar* and ash"})
    )

    assert "Both vinegar and ash" in shown(course)
    assert "- vinegar" in kept(course)


@pytest.mark.parametrize(
    "inner", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)></svg>"]
)
def test_nothing_that_runs_is_left_of_a_text(tmp_path: Path, inner: str) -> None:
    course = _read(tmp_path, book(("One", [text(f"Calm words {inner}")])))

    assert "Calm words" in shown(course)
    assert not any(word in block.html for block in blocks_of(course) for word in ("script", "onerror", "onload", "svg"))


def test_a_picture_that_could_carry_scripts_is_named_in_a_warning(tmp_path: Path) -> None:
    image = content("H5P.Image", {"file": {"path": "images/a.svg", "mime": "image/svg+xml"}, "alt": "A flask of acid"})
    course = _read(
        tmp_path, book(("One", [image])), files={"content/images/a.svg": b"<svg><script>alert(1)</script></svg>"}
    )

    assert [warning.path for warning in course.warnings] == ["content/images/a.svg"]
    assert "A flask of acid" in shown(course)
    assert "alert(1)" not in repr(course)


def test_of_an_unknown_content_a_text_that_may_hold_answers_is_for_staff(tmp_path: Path) -> None:
    params = {
        "prompt": "<p>Learn this</p>",
        "gapText": "<p>It is *sour*</p>",
        "feedbackText": "well done",
        "checkLabel": "Check",
    }
    course = _read(tmp_path, book(("One", [content("H5P.Novelty", params)])))

    assert "Learn this" in shown(course)
    assert "sour" not in shown(course)
    assert "well done" in kept(course)
    assert "Check" not in repr(course.lessons)
    assert any("H5P.Novelty" in warning.reason for warning in course.warnings)


def test_a_package_itself_tells_which_fields_of_an_unknown_content_are_texts(tmp_path: Path) -> None:
    fields = [
        {"name": "greeting", "type": "text"},
        {"name": "solutionNote", "type": "text"},
        {"name": "again", "type": "text", "common": True},
    ]
    params = {"greeting": "Hello acids", "solutionNote": "zinc", "again": "Retry"}
    files = {"H5P.Novelty-1.5/semantics.json": json.dumps(fields).encode()}
    course = _read(tmp_path, book(("One", [content("H5P.Novelty", params)])), files=files)

    assert "Hello acids" in shown(course)
    assert "zinc" in kept(course)
    assert "Retry" not in repr(course.lessons)


@pytest.mark.parametrize("damaged", ["{", '{"chapters": ' + "[" * 100_000, "[]", '{"a": ' + "9" * 5000 + "}"])
def test_a_damaged_content_is_refused_with_its_file_and_a_reason(tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "content.h5p"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("h5p.json", '{"title": "x", "mainLibrary": "H5P.Column"}')
        archive.writestr("content/content.json", damaged)

    with pytest.raises(Invalid, match="content"):
        read_course(path)


def test_contents_nested_beyond_measure_do_not_break_the_reader(tmp_path: Path) -> None:
    inner = text("deep")
    for _ in range(200):
        inner = content("H5P.Column", {"content": [{"content": inner}]})
    course = _read(tmp_path, book(("One", [text("on top"), inner])))

    assert "on top" in shown(course)
    assert any("deep" in warning.reason for warning in course.warnings)
