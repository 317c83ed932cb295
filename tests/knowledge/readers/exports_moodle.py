"""Makes small Moodle backups, as versions 2 to 4.5 write them."""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path

LATER = datetime(2099, 9, 1, 8, 0, tzinfo=UTC)
NULL = "$@NULL@$"


def xml(name: str, fields: Mapping[str, object] | str, **attributes: object) -> str:
    """An element with these fields; a field named with `!` in front holds XML, not text."""
    marks = "".join(f' {key}="{escape(str(value))}"' for key, value in attributes.items())
    if isinstance(fields, str):
        return f"<{name}{marks}>{fields}</{name}>"
    inner = "".join(
        str(value) if key.startswith("!") else f"<{key}>{escape(str(value), quote=False)}</{key}>"
        for key, value in fields.items()
    )
    return f"<{name}{marks}>{inner}</{name}>"


@dataclass
class Module:
    """An activity of the course: its own fields, and the switches its course sets for it."""

    kind: str
    name: str
    fields: Mapping[str, object] = field(default_factory=dict)
    switches: Mapping[str, object] = field(default_factory=dict)
    section: int = 1
    id: int = 0


@dataclass
class MoodleCourse:
    """A backup while it is put together."""

    lang: str = "en"
    course: Mapping[str, object] = field(default_factory=dict)
    sections: list[dict[str, object]] = field(default_factory=lambda: [{"name": "Start"}, {}])
    modules: list[Module] = field(default_factory=list)
    categories: str = ""
    users: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    _files: list[tuple[str, bytes]] = field(default_factory=list)

    def add(
        self, kind: str, name: str, *, section: int = 1, switches: Mapping[str, object] | None = None, **of: object
    ) -> int:
        """Add an activity with these fields; says its number in the course."""
        id = 10 + len(self.modules)
        self.modules.append(Module(kind, name, of, switches or {}, section, id))
        return id

    def store(self, module: int, area: str, name: str, content: bytes, *, item: int = 0, sortorder: int = 0) -> None:
        """Add a file to an area of an activity."""
        kind = next(one.kind for one in self.modules if one.id == module)
        row = {
            "contenthash": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            "contextid": 100 + module,
            "component": f"mod_{kind}",
            "filearea": area,
            "itemid": item,
            "filepath": "/",
            "filename": name,
            "userid": 7,
            "author": "Hidden Author",
            "sortorder": sortorder,
        }
        self._files.append((xml("file", row, id=len(self._files) + 1), content))

    def files(self) -> dict[str, bytes]:
        """All files of the backup by path."""
        told = {
            "moodle_backup.xml": self._contents(),
            "course/course.xml": xml(
                "course",
                {"shortname": "c", "fullname": "Course", "lang": self.lang, "visible": 1, "summary": ""}
                | dict(self.course),
                id=2,
                contextid=15,
            ),
            "files.xml": xml("files", "".join(row for row, _ in self._files)),
            "questions.xml": xml("question_categories", self.categories),
        }
        for at, section in enumerate(self.sections):
            sequence = ",".join(str(module.id) for module in self.modules if module.section == at)
            fields = {"number": at, "name": NULL, "summary": "", "summaryformat": 1, "sequence": sequence, "visible": 1}
            told[f"sections/section_{50 + at}/section.xml"] = xml("section", fields | section, id=50 + at)
        for module in self.modules:
            folder = f"activities/{module.kind}_{module.id}"
            own = xml(module.kind, {"name": module.name, **module.fields}, id=module.id)
            attributes = {
                "id": module.id,
                "moduleid": module.id,
                "modulename": module.kind,
                "contextid": 100 + module.id,
            }
            told[f"{folder}/{module.kind}.xml"] = xml("activity", own, **attributes)
            switches = {"modulename": module.kind, "visible": 1, "visibleoncoursepage": 1, "availability": NULL}
            told[f"{folder}/module.xml"] = xml("module", switches | dict(module.switches), id=module.id)
        told |= self.extra
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        packed = {path: (head + text).encode() for path, text in told.items()}
        for _, content in self._files:
            hashed = hashlib.sha1(content, usedforsecurity=False).hexdigest()
            packed[f"files/{hashed[:2]}/{hashed}"] = content
        return packed

    def _contents(self) -> str:
        activities = "".join(
            xml(
                "activity",
                {
                    "moduleid": module.id,
                    "sectionid": 50 + module.section,
                    "modulename": module.kind,
                    "title": module.name,
                    "directory": f"activities/{module.kind}_{module.id}",
                },
            )
            for module in self.modules
        )
        sections = "".join(
            xml("section", {"sectionid": 50 + at, "title": at, "directory": f"sections/section_{50 + at}"})
            for at in range(len(self.sections))
        )
        users = xml("setting", {"level": "root", "name": "users", "value": int(self.users)})
        detail = xml("detail", {"type": "course"}, backup_id="x")
        inside = {
            "original_course_fullname": "Course",
            "!details": xml("details", detail),
            "!contents": xml("contents", xml("activities", activities) + xml("sections", sections)),
            "!settings": xml("settings", users),
        }
        return xml("moodle_backup", xml("information", inside))


def bank(*questions: str, category: int = 3) -> str:
    """A category of the bank as version 4 keeps it: each question an entry of its own."""
    entries = "".join(
        xml(
            "question_bank_entry",
            xml(
                "question_version",
                xml(
                    "question_versions", f"<version>1</version><status>ready</status><questions>{question}</questions>"
                ),
            ),
            id=at,
        )
        for at, question in enumerate(questions, 1)
    )
    return xml("question_category", xml("question_bank_entries", entries), id=category)


def old_bank(*questions: str, category: int = 3) -> str:
    """A category of the bank as it was kept before version 4."""
    return xml("question_category", xml("questions", "".join(questions)), id=category)


def question(kind: str, text: str, inner: str = "", *, id: int, parent: int = 0, **fields: object) -> str:
    """One question; `inner` is what its type keeps."""
    told = {"parent": parent, "name": f"name of {id}", "questiontext": text, "questiontextformat": 1, "qtype": kind}
    held = {"createdby": 2, "!inner": xml(f"plugin_qtype_{kind}_question", inner)}
    return xml("question", told | fields | held, id=id)


def answers(*told: tuple[str, float, str]) -> str:
    """Answers with their fractions and what is said to who chose them."""
    rows = (
        xml("answer", {"answertext": text, "answerformat": 1, "fraction": part, "feedback": said}, id=at)
        for at, (text, part, said) in enumerate(told, 1)
    )
    return xml("answers", "".join(rows))


def slots(*entries: int) -> str:
    """The slots of a quiz, as version 4 keeps them, that ask these entries of the bank."""
    rows = (
        xml(
            "question_instance",
            f"<slot>{at}</slot>" + xml("question_reference", {"questionbankentryid": entry, "version": NULL}, id=at),
            id=at,
        )
        for at, entry in enumerate(entries, 1)
    )
    return xml("question_instances", "".join(rows))


def opens_at(moment: datetime) -> str:
    """The condition that opens something at a moment."""
    return json.dumps({"op": "&", "c": [{"type": "date", "d": ">=", "t": int(moment.timestamp())}], "showc": [True]})


def for_a_group() -> str:
    """The condition that opens something to one group."""
    return json.dumps({"op": "&", "c": [{"type": "group", "id": 4}], "showc": [True]})


def pack_tar(folder: Path, files: Mapping[str, bytes], name: str = "backup.mbz") -> Path:
    """Write a backup as Moodle does since 2.6."""
    path = folder / name
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for inside, content in files.items():
            member = tarfile.TarInfo(inside)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    path.write_bytes(gzip.compress(stream.getvalue(), compresslevel=1))
    return path


def pack_zip(folder: Path, files: Mapping[str, bytes], name: str = "backup.mbz") -> Path:
    """Write an archive as a zip, as Moodle did before, and as most others do."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, content in files.items():
            archive.writestr(inside, content)
    return path


def make_moodle(
    folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str, lang: str = "en"
) -> Path:
    """A backup with each of these words in the places of its sort."""
    course = MoodleCourse(
        lang=lang,
        course={"summary": f"<p>About {visible}</p>"},
        sections=[
            {"name": "Top", "summary": f"<p>Summary {visible}</p>"},
            {"name": "Open"},
            {"name": f"Hidden {unpublished}", "visible": 0, "summary": f"<p>{unpublished}</p>"},
            {"name": f"Later {later}", "availabilityjson": opens_at(LATER), "summary": f"<p>{later}</p>"},
            {"name": f"Group {staff}", "availabilityjson": for_a_group(), "summary": f"<p>{staff}</p>"},
        ],
        users=True,
    )
    _add_open(course, visible, staff, unpublished, key, private, later)
    course.add("page", f"In hidden {unpublished}", section=2, content=f"<h2>{unpublished}</h2><p>{unpublished}</p>")
    course.add("page", f"In later {later}", section=3, content=f"<h2>{later}</h2><p>{later}</p>")
    course.add("page", f"In group {staff}", section=4, content=f"<p>{staff}</p>")
    course.extra = {
        path: xml("people", {"email": private, "username": private, "text": private})
        for path in (
            *(
                "users.xml",
                "grade_history.xml",
                "gradebook.xml",
                "completion.xml",
                "groups.xml",
                "roles.xml",
                "badges.xml",
            ),
            *("course/comments.xml", "course/logs.xml", "course/calendar.xml", "course/enrolments.xml"),
            *("activities/page_10/comments.xml", "activities/page_10/grades.xml", "activities/page_10/logs.xml"),
            *("activities/page_10/completion.xml", "activities/page_10/calendar.xml", "activities/page_10/inforef.xml"),
        )
    }
    files = course.files()
    files["files/aa/aa" + "0" * 38] = f"what a learner handed in: {private}".encode()
    return pack_tar(folder, files)


def _add_open(
    course: MoodleCourse, visible: str, staff: str, unpublished: str, key: str, private: str, later: str
) -> None:
    people = xml("attempts", xml("attempt", {"userid": private, "useranswer": private}))
    page = course.add(
        "page", f"A page {visible}", intro=f"<p>{visible}</p>", content=f"<h2>{visible}</h2><p>{visible}</p>"
    )
    course.store(page, "content", "handout.html", f"<html><body><p>Handout {visible}</p></body></html>".encode())
    course.add("page", f"Off {unpublished}", switches={"visible": 0}, content=f"<p>{unpublished}</p>")
    course.add("page", f"Stealth {unpublished}", switches={"visibleoncoursepage": 0}, content=f"<p>{unpublished}</p>")
    course.add("page", f"Dated {later}", switches={"availability": opens_at(LATER)}, content=f"<p>{later}</p>")
    course.add("page", f"Grouped {staff}", switches={"availability": for_a_group()}, content=f"<p>{staff}</p>")
    chapters = [
        ("One", 0, 0, visible),
        (f"Two {unpublished}", 0, 1, unpublished),
        (f"Inner {unpublished}", 1, 0, unpublished),
    ]
    course.add("book", "A book", **{"!chapters": _chapters(chapters)})
    course.add("label", "A label", intro=f"<p>Label {visible}</p>")
    course.add("label", "Off", switches={"visible": 0}, intro=f"<p>{unpublished}</p>")
    course.add("quiz", "A quiz", intro=f"<p>{visible}</p>", **{"!slots": slots(1), "!attempts": people})
    course.add("quiz", f"Timed {later}", timeopen=int(LATER.timestamp()), **{"!slots": slots(3)})
    course.add("forum", "A forum", intro=f"<p>{visible}</p>", **{"!posts": xml("discussions", {"message": private})})
    course.add(
        "assign", "A task", intro=f"<p>{visible}</p>", **{"!handed": xml("submissions", {"onlinetext": private})}
    )
    entry = {"userid": private, "concept": f"Own {private}", "definition": private, "teacherentry": 0, "approved": 1}
    course.add("glossary", "Words", intro=visible, **{"!entries": xml("entries", xml("entry", entry))})
    course.add("lesson", "A lesson", **{"!pages": _lesson_pages(visible, key, people)})
    course.categories = bank(
        question(
            "multichoice",
            f"<p>Asked {visible}</p>",
            answers((visible, 1, key), ("other", 0, key)),
            id=1,
            generalfeedback=key,
        ),
        question("shortanswer", f"<p>Unused {staff}</p>", answers((key, 1, key)), id=2),
        question("numerical", f"<p>{later}</p>", answers((key, 1, key)), id=3),
    )


def _chapters(told: list[tuple[str, int, int, str]]) -> str:
    rows = (
        xml(
            "chapter",
            {
                "pagenum": at,
                "subchapter": sub,
                "title": title,
                "content": f"<p>{text}</p>",
                "contentformat": 1,
                "hidden": hidden,
            },
            id=at,
        )
        for at, (title, sub, hidden, text) in enumerate(told, 1)
    )
    return xml("chapters", "".join(rows))


def _lesson_pages(visible: str, key: str, people: str) -> str:
    told = {
        "answer_text": "yes",
        "answerformat": 1,
        "response": f"<p>{key}</p>",
        "responseformat": 1,
        "score": 1,
        "jumpto": -1,
    }
    asked = {
        "prevpageid": 1,
        "nextpageid": 0,
        "qtype": 2,
        "title": "Asked",
        "contents": f"<p>{visible}</p>",
        "contentsformat": 1,
    }
    read = {
        "prevpageid": 0,
        "nextpageid": 2,
        "qtype": 20,
        "title": "Read",
        "contents": f"<p>{visible}</p>",
        "contentsformat": 1,
    }
    answer = xml("answers", xml("answer", {**told, "!attempts": people}))
    return xml("pages", xml("page", {**asked, "!answers": answer}, id=2) + xml("page", read, id=1))
