"""What each kind of Moodle activity has to say; of a kind nobody knows, its description."""

from collections.abc import Callable
from html import escape

from knowledge.blocks import BlockKind
from knowledge.readers.moodle_access import opens_at
from knowledge.readers.moodle_lesson import tell_lesson
from knowledge.readers.moodle_packages import tell_h5p_activity, tell_hvp, tell_imscp, tell_scorm
from knowledge.readers.moodle_quiz import tell_quiz
from knowledge.readers.moodle_telling import Telling
from knowledge.readers.moodle_text import Words, field, number
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, stricter


def tell(telling: Telling) -> None:
    """Tell the builder what an activity says. Raises ContentUnreadable or TooDeep."""
    kind = telling.activity.kind
    known = _KINDS.get(kind)
    if known is not None:
        known(telling)
        return
    _description(telling)
    telling.backup.warn(telling.activity.path, f"of {kind} activities only the description is read")


def _description(telling: Telling) -> None:
    telling.say("intro")
    telling.attach("intro")


def _page(telling: Telling) -> None:
    telling.say("intro")
    telling.say("content")
    telling.attach("intro")
    telling.attach("content")


def _book(telling: Telling) -> None:
    telling.say("intro")
    chapters = sorted(telling.activity.root.iter("chapter"), key=lambda chapter: number(chapter, "pagenum"))
    above = FOR_LEARNERS
    for chapter in chapters:
        is_inner = number(chapter, "subchapter") > 0
        own = UNPUBLISHED if number(chapter, "hidden") > 0 else FOR_LEARNERS
        # What stands below a hidden chapter is hidden with it.
        seen = stricter(own, above) if is_inner else own
        above = above if is_inner else own
        words = telling.backup.texts.words(chapter, "content")
        telling.section(2 if is_inner else 1, field(chapter, "title"), words, seen=seen)
        telling.attach("chapter", item=chapter.get("id"), seen=seen)


def _label(telling: Telling) -> None:
    telling.say("intro")


def _url(telling: Telling) -> None:
    telling.say("intro")
    address, title = field(telling.activity.root, "externalurl"), escape(telling.activity.title)
    telling.say_words(Words(f'<p><a href="{escape(address)}">{title}</a></p>'))


def _files(telling: Telling) -> None:
    telling.say("intro")
    if telling.attach("content") == 0:
        telling.backup.warn(telling.activity.path, "its files are not in the backup: make it with files included")


def _assign(telling: Telling) -> None:
    root = telling.activity.root
    shows_at_once = field(root, "alwaysshowdescription") != "0"
    seen = FOR_LEARNERS if shows_at_once else opens_at(number(root, "allowsubmissionsfromdate"))
    telling.say("intro", seen=seen, kind=BlockKind.EXERCISE)
    telling.say("activity", form="activityformat", seen=seen, kind=BlockKind.EXERCISE)
    telling.attach("intro", seen=seen)
    telling.attach("introattachment", seen=seen)
    telling.attach("activityattachment", seen=seen)


def _choice(telling: Telling) -> None:
    telling.say("intro")
    options = [field(option, "text") for option in telling.activity.root.iter("option")]
    listed = "".join(f"<li>{telling.backup.texts.settled(option)}</li>" for option in options if option.strip())
    telling.say_words(Words(f"<ul>{listed}</ul>" if listed else ""))


def _workshop(telling: Telling) -> None:
    telling.say("intro", kind=BlockKind.EXERCISE)
    for name in ("instructauthors", "instructreviewers"):
        telling.say(name, kind=BlockKind.EXERCISE)
    telling.say("conclusion", seen=FOR_STAFF)
    telling.attach("intro")


def _glossary(telling: Telling) -> None:
    """A backup holds entries only together with who wrote them: only a teacher's words are the course's own."""
    telling.say("intro")
    left_out = 0
    for entry in telling.activity.root.iterfind("entries/entry"):
        if field(entry, "teacherentry") != "1":
            left_out += 1
            continue
        seen = FOR_LEARNERS if field(entry, "approved") == "1" else UNPUBLISHED
        words = telling.backup.texts.words(entry, "definition")
        telling.section(2, field(entry, "concept"), words, seen=seen)
    if left_out:
        telling.backup.warn(telling.activity.path, f"{left_out} entries written by learners are personal, not read")


def _wiki(telling: Telling) -> None:
    _description(telling)
    telling.backup.warn(telling.activity.path, "pages of a wiki are its learners' own, only the description is read")


_KINDS: dict[str, Callable[[Telling], None]] = {
    **dict.fromkeys(("forum", "feedback", "data", "chat", "survey", "lti", "bigbluebuttonbn", "qbank"), _description),
    "page": _page,
    "book": _book,
    "label": _label,
    "url": _url,
    "resource": _files,
    "folder": _files,
    "assign": _assign,
    "assignment": _assign,
    "choice": _choice,
    "workshop": _workshop,
    "glossary": _glossary,
    "wiki": _wiki,
    "quiz": tell_quiz,
    "h5pactivity": tell_h5p_activity,
    "hvp": tell_hvp,
    "scorm": tell_scorm,
    "imscp": tell_imscp,
    "lesson": tell_lesson,
}
