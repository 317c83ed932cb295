"""Transcripts: sentences with the second they begin at, and the lesson they belong to."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import Block, BlockKind, Recording, Spot, SpotKind, Visibility
from knowledge.readers import read_course
from knowledge.readers.page import ReadPage
from knowledge.readers.transcripts import read_transcript
from tests.knowledge.readers.exports_documents import srt, vtt

CUES = [
    (1.0, 3.5, "Сегодня мы говорим"),
    (3.5, 6.0, "про размер выборки. Сколько людей"),
    (6.0, 9.0, "нужно тесту?"),
    (63.2, 66.0, "Теперь о запасе."),
]


def told(page: ReadPage) -> list[tuple[str, int]]:
    assert page.lesson is not None
    return [(block.text, block.spot.number) for block in page.lesson.blocks if block.spot is not None]


def said(text: str, name: str = "talk.vtt") -> list[tuple[str, int]]:
    return told(read_transcript(text.encode(), path=name))


@pytest.mark.parametrize(("text", "name"), [(vtt(CUES), "talk.ru.vtt"), (srt(CUES), "talk.srt"), (srt(CUES), "x.vtt")])
def test_cues_become_sentences_with_the_second_they_begin_at(text: str, name: str) -> None:
    assert said(text, name) == [
        ("Сегодня мы говорим про размер выборки.", 1),
        ("Сколько людей нужно тесту?", 3),
        ("Теперь о запасе.", 63),
    ]


def test_a_transcript_alone_is_a_lesson_named_after_its_recording() -> None:
    lesson = read_transcript(vtt(CUES).encode(), path="talks/size.ru.vtt").lesson
    assert lesson is not None
    assert (lesson.external_id, lesson.title, lesson.recordings) == ("talks/size", "size", (Recording("size"),))
    assert {(block.kind, block.lang) for block in lesson.blocks} == {(BlockKind.TRANSCRIPT, "ru")}
    assert lesson.blocks[0].spot == Spot(SpotKind.TIME, 1, "size")


def test_only_what_is_said_is_read() -> None:
    more = "NOTE проверить имена\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\n"
    text = vtt([(1, 2, "<v Анна><i>Первая</i> мысль &amp; вторая.</v>")], head="WEBVTT - сделано", more=more)
    assert said(text.replace("00:02.000", "00:02.000 line:90% align:left")) == [("Первая мысль & вторая.", 1)]
    assert said("1\n00:00:01,000 --> 00:00:02,000 X1:10 Y1:20\n{\\an8}<font color=red>Мысль.</font>\n") == [
        ("Мысль.", 1)
    ]


def test_another_voice_begins_a_new_sentence() -> None:
    text = vtt([(1, 2, "<v Анна>и вот тут"), (2, 3, "<v Борис>а зачем")])
    assert said(text) == [("и вот тут", 1), ("а зачем", 2)]


def test_captions_that_scroll_are_told_once() -> None:
    lines = ["раз два три", "четыре пять", "шесть семь восемь", "девять десять", "и одиннадцать"]
    rolled = [(float(i), i + 1.0, f"{lines[i - 1]}\n{line}" if i else line) for i, line in enumerate(lines)]
    assert " ".join(text for text, _ in said(vtt(rolled))) == " ".join(lines)
    grown = ["раз", "раз два", "раз два три", "раз два три четыре", "пять", "пять шесть"]
    assert " ".join(text for text, _ in said(vtt([(float(i), i + 1.0, row) for i, row in enumerate(grown)]))) == (
        "раз два три четыре пять шесть"
    )


def test_a_word_that_is_said_twice_stays_twice() -> None:
    cues = [(0, 1, "Да."), (1, 2, "Да."), (2, 3, "Нет, подождите."), (3, 4, "Считаем дальше."), (4, 5, "Всё.")]
    assert [text for text, _ in said(vtt(cues))] == ["Да.", "Да.", "Нет, подождите.", "Считаем дальше.", "Всё."]


def test_speech_without_punctuation_is_cut_by_time() -> None:
    cues = [(float(second), second + 4.0, f"слова номер {second}") for second in range(0, 120, 4)]
    found = said(vtt(cues))
    starts = [second for _, second in found]
    assert " ".join(text for text, _ in found) == " ".join(text for _, _, text in cues)
    assert len(found) > 3
    assert all(later - earlier <= 30 for earlier, later in pairwise(starts))


def test_a_pause_ends_what_was_said() -> None:
    assert said(vtt([(0, 2, "первая часть"), (30, 32, "вторая часть")])) == [("первая часть", 0), ("вторая часть", 30)]


def test_what_is_no_cue_is_a_warning_with_its_line_and_the_others_land() -> None:
    text = vtt([(1, 2, "Хорошо.")]) + "\nсама по себе\n\n00:03.000 --> 00:99.000\nплохо\n\n"
    text += "5\n00:00:07 --> 00:00:09\nТоже.\n"
    page = read_transcript(text.encode(), path="a.vtt")
    assert told(page) == [("Хорошо.", 1), ("Тоже.", 7)]
    assert [warning.line for warning in page.warnings] == [6, 8]


def test_numbers_stuck_to_the_cue_before_are_not_said() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nРаз.\n2\n00:00:02,000 --> 00:00:03,000\nДва.\n"
    assert said(text, "a.srt") == [("Раз.", 1), ("Два.", 2)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_encodings_of_players_are_understood(encoding: str) -> None:
    page = read_transcript(srt(CUES).encode(encoding), path="a.srt")
    assert told(page)[0] == ("Сегодня мы говорим про размер выборки.", 1)
    assert bool(page.warnings) is (encoding == "cp1251")


@pytest.mark.parametrize("content", ["Größe".encode("latin-1"), b"", b"WEBVTT\n", b"just words\n", b"\xff\xfe\x00"])
def test_what_is_no_transcript_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(ContentUnreadable, match=r"cue|UTF"):
        read_transcript(content, path="a.srt")


def course(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def spoken(blocks: tuple[Block, ...]) -> list[tuple[str, str]]:
    return [(block.text, block.lang) for block in blocks if block.kind is BlockKind.TRANSCRIPT]


def test_a_transcript_beside_a_lesson_joins_it_in_the_courses_language(tmp_path: Path) -> None:
    files = {
        "06-size.md": "# Размер выборки\n\nСколько людей нужно.\n",
        "06-size.ru.vtt": vtt([(63, 66, "Прибавьте запас.")]),
        "06-size.en.srt": srt([(63, 66, "Add a reserve.")]),
        "06-size.webm": "",
        "07-end.md": "# Конец\n\nВсё.\n",
    }
    size, end = read_course(course(tmp_path, files)).lessons
    assert spoken(size.blocks) == [("Прибавьте запас.", "ru")]
    assert size.blocks[-1].heading_path == ("Запись",)
    assert size.blocks[-1].spot == Spot(SpotKind.TIME, 63, "06-size")
    assert size.recordings == (Recording("06-size", path="06-size.webm"),)
    assert (end.title, end.recordings) == ("Конец", ())


def test_a_lesson_names_its_recording_in_its_front_matter(tmp_path: Path) -> None:
    files = {
        "one/a.md": "---\nvideo: ../media/a.mp4\n---\n# One\n\nWords of it.\n",
        "media/a.en.vtt": vtt([(1, 2, "Said in a.")]),
        "two/b.md": "---\nvideo: https://video.example/b.mp4\n---\n# Two\n\nWords of it.\n",
        "two/b.vtt": vtt([(1, 2, "Said in b.")]),
    }
    first, second = read_course(course(tmp_path, files)).lessons
    assert first.recordings == (Recording("a", path="media/a.mp4"),)
    assert spoken(first.blocks) == [("Said in a.", "en")]
    assert second.recordings == (Recording("b", url="https://video.example/b.mp4"),)


def test_the_recording_of_a_draft_stays_with_it(tmp_path: Path) -> None:
    files = {
        "01.md": "# One\n\nWords.\n",
        "02.md": "---\ndraft: true\nvideo: media/x.mp4\n---\n# Later\n",
        "02.vtt": vtt([(1, 2, "Said too early.")]),
        "media/x.vtt": vtt([(1, 2, "Also too early.")]),
    }
    read = read_course(course(tmp_path, files))
    assert [lesson.title for lesson in read.lessons] == ["One"]
    assert [warning.path for warning in read.warnings] == ["02.md", "02.vtt", "media/x.vtt"]


def test_a_hidden_lessons_recording_is_hidden(tmp_path: Path) -> None:
    files = {"01.md": "# Answers\n\n42.\n", "01.vtt": vtt([(1, 2, "It is 42.")]), "02.md": "# Open\n\nWords.\n"}
    hidden, _ = read_course(course(tmp_path, files)).lessons
    assert {block.visibility for block in hidden.blocks} == {Visibility.STAFF}


def test_a_transcript_nobody_claims_is_a_lesson_in_its_place(tmp_path: Path) -> None:
    files = {
        "01.md": "# One\n\nWords.\n",
        "02-talk.vtt": vtt([(1, 2, "Said alone.")]),
        "02-talk.mp3": "",
        "03.md": "# Three\n\nWords.\n",
        "04.mp4": "",
    }
    read = read_course(course(tmp_path, files))
    assert [lesson.title for lesson in read.lessons] == ["One", "02-talk", "Three"]
    assert read.lessons[1].recordings == (Recording("02-talk", path="02-talk.mp3"),)
    assert [str(warning) for warning in read.warnings] == [
        "04.mp4: is a recording without a transcript (.vtt or .srt of the same name), left out"
    ]


def test_a_broken_transcript_leaves_its_lesson_whole(tmp_path: Path) -> None:
    read = read_course(course(tmp_path, {"01.md": "# One\n\nWords.\n", "01.vtt": "nothing timed\n"}))
    assert [block.text for block in read.lessons[0].blocks] == ["One", "Words."]
    assert [warning.path for warning in read.warnings] == ["01.vtt"]


def test_only_recordings_are_no_course(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="without a transcript"):
        read_course(course(tmp_path, {"a.mp4": ""}))
