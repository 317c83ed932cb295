"""Small SCORM packages, made in code: versions 1.2 and 2004, and the shapes authoring tools give them."""

from collections.abc import Sequence
from pathlib import Path

from tests.knowledge.readers.exports_cartridge import Res, item, packed

SCORM12 = (
    'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"',
    "1.2",
)
SCORM2004 = (
    'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"',
    "2004 4th Edition",
)
SCO = 'adlcp:scormType="sco"'


def scorm_manifest(
    resources: Sequence[Res],
    items: Sequence[str],
    *,
    version: tuple[str, str] = SCORM12,
    title: str = "Курс",
    base: str = "",
) -> str:
    """An `imsmanifest.xml` of a SCORM package; the first of its organizations is not the one that counts."""
    spaces, number = version
    wanted = f' xml:base="{base}"' if base else ""
    return (
        f'<?xml version="1.0"?><manifest identifier="m" {spaces}><metadata><schema>ADL SCORM</schema>'
        f"<schemaversion>{number}</schemaversion></metadata>"
        '<organizations default="o"><organization identifier="other"><title>Другое</title></organization>'
        f'<organization identifier="o"><title>{title}</title>{"".join(items)}</organization></organizations>'
        f"<resources{wanted}>{''.join(one.xml() for one in resources)}</resources></manifest>"
    )


def sco(id: str, *files: str, href: str | None = None) -> Res:
    """A launchable resource."""
    return Res(id, files, href=href, more=SCO)


def html(title: str, body: str, *, head: str = "") -> str:
    """A page."""
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def script_question(text: str, answers: str, right: str, *, kind: str = "QUESTION_TYPE_CHOICE") -> str:
    """A call as quizzes of SCORM's samples make them; `answers` and `right` are JavaScript."""
    return f'test.AddQuestion( new Question ("id", "{text}", {kind}, {answers}, {right}, "obj") );\n'


def make_scorm(folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str) -> Path:
    """A package that holds each of these words where SCORM has a place for such a thing, and nowhere else.

    It has none for drafts beside hidden items, none for dates and none for people: `later` and `private` are not in it.
    """
    role = "<lom><educational><intendedEndUserRole><value>teacher</value></intendedEndUserRole></educational></lom>"
    questions = script_question(f"Что верно? {visible}", 'new Array("Первое", "Второе")', '"Второе"')
    questions += script_question(f"How many? {visible}", "null", f'"{key}"', kind="QUESTION_TYPE_NUMERIC")
    resources = [
        sco("r1", "one.html"),
        sco("r2", "two.html"),
        Res("r3", ["three.html"], more=SCO, extra=f"<metadata>{role}</metadata>"),
        sco("r4", "quiz/questions.js", href="shared/quiz.html"),
    ]
    items = [
        item("part", f"Часть {visible}", "", item("i1", "Начало", "r1"), item("i4", "Тест", "r4")),
        item("i2", unpublished, "r2", more='isvisible="false"'),
        item("i3", staff, "r3"),
    ]
    files = {
        "imsmanifest.xml": scorm_manifest(resources, items, title=f"Курс {visible}"),
        "one.html": html("Один", f"<h1>Начало</h1><p>{visible} для всех</p>"),
        "two.html": html(unpublished, f"<p>{unpublished}</p>"),
        "three.html": html(staff, f"<p>{staff}</p>"),
        "quiz/questions.js": questions,
        "shared/quiz.html": html("Quiz", "<h1>Проверка</h1>"),
    }
    return packed(folder, "scorm.zip", files)
