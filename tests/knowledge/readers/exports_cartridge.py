"""Small Common Cartridges, made in code: what Canvas writes, and what other systems write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from zipfile import ZipFile

CC13 = "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1"
CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"
TOPIC = "imsdt_xmlv1p1"
LINK = "imswl_xmlv1p1"
QUIZ = "imsqti_xmlv1p2/imscc_xmlv1p1/assessment"
BANK = "imsqti_xmlv1p2/imscc_xmlv1p1/question-bank"
CANVAS_OWN = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
LATER = "2127-03-01T07:00:00"


@dataclass(frozen=True)
class Res:
    """One resource of a manifest; `extra` is put inside it, `more` among its attributes."""

    id: str
    files: Sequence[str] = ()
    type: str = "webcontent"
    href: str | None = None
    needs: Sequence[str] = ()
    extra: str = ""
    more: str = ""

    def xml(self) -> str:
        href = self.files[0] if self.href is None and self.files else self.href
        listed = "".join(f'<file href="{escape(file)}"/>' for file in self.files)
        needed = "".join(f'<dependency identifierref="{one}"/>' for one in self.needs)
        opened = f' href="{escape(href)}"' if href else ""
        told = f'identifier="{self.id}" type="{self.type}"{opened} {self.more}'
        return f"<resource {told}>{self.extra}{listed}{needed}</resource>"


def item(id: str, title: str = "", ref: str = "", *inside: str, more: str = "") -> str:
    """One item of a table of contents."""
    shown = f' identifierref="{ref}"' if ref else ""
    titled = f"<title>{escape(title)}</title>" if title else ""
    return f'<item identifier="{id}"{shown} {more}>{titled}{"".join(inside)}</item>'


def manifest(
    resources: Sequence[Res],
    items: Sequence[str] = (),
    *,
    title: str = "Курс",
    namespace: str = CC13,
    schema: str = "IMS Common Cartridge",
    base: str = "",
) -> str:
    """An `imsmanifest.xml` of a cartridge."""
    lom = f"<lom><general><title><string>{escape(title)}</string></title></general></lom>"
    wanted = f' xml:base="{base}"' if base else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest identifier="m" xmlns="{namespace}"{wanted}>'
        f"<metadata><schema>{schema}</schema><schemaversion>1.3.0</schemaversion>{lom}</metadata>"
        f'<organizations><organization identifier="o" structure="rooted-hierarchy">{"".join(items)}</organization>'
        f"</organizations><resources>{''.join(one.xml() for one in resources)}</resources></manifest>"
    )


def packed(folder: Path, name: str, files: Mapping[str, str | bytes]) -> Path:
    """A zip with these files."""
    path = folder / name
    with ZipFile(path, "w") as archive:
        for inner, content in files.items():
            archive.writestr(inner, content)
    return path


def page(title: str, body: str, **meta: str) -> str:
    """A page as Canvas writes it, with what it says of itself in the head."""
    told = "".join(f'<meta name="{name}" content="{value}"/>' for name, value in meta.items())
    return f"<html><head><title>{title}</title>{told}</head><body>{body}</body></html>"


def topic(title: str, html: str, *, attachments: Sequence[str] = ()) -> str:
    """A discussion."""
    attached = "".join(f'<attachment href="{escape(one)}"/>' for one in attachments)
    held = f"<attachments>{attached}</attachments>" if attached else ""
    return (
        '<topic xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imsdt_v1p1">'
        f'<title>{title}</title><text texttype="text/html">{escape(html)}</text>{held}</topic>'
    )


def canvas(name: str, inside: str, id: str = "x") -> str:
    """A file of Canvas' own settings."""
    return f'<{name} identifier="{id}" xmlns="{CANVAS}">{inside}</{name}>'


def module(id: str, title: str, items: str, *, state: str = "active", more: str = "", position: int = 1) -> str:
    """A module of Canvas."""
    return (
        f'<module identifier="{id}"><title>{title}</title><workflow_state>{state}</workflow_state>'
        f"<position>{position}</position>{more}<items>{items}</items></module>"
    )


def line(
    id: str, title: str, ref: str = "", *, state: str = "active", kind: str = "WikiPage", position: int = 1
) -> str:
    """One line of a module."""
    return (
        f'<item identifier="{id}"><content_type>{kind}</content_type><workflow_state>{state}</workflow_state>'
        f"<title>{title}</title><identifierref>{ref}</identifierref><position>{position}</position></item>"
    )


def qti(*parts: str, title: str = "Тест") -> str:
    """A quiz of QTI 1.2."""
    return (
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">'
        f'<assessment ident="a" title="{title}"><section ident="root">{"".join(parts)}</section></assessment>'
        "</questestinterop>"
    )


def bank(*parts: str, title: str = "Банк") -> str:
    """A question bank of QTI 1.2."""
    told = f"<qtimetadatafield><fieldlabel>bank_title</fieldlabel><fieldentry>{title}</fieldentry></qtimetadatafield>"
    held = f"<qtimetadata>{told}</qtimetadata>{''.join(parts)}"
    return f'<questestinterop><objectbank ident="b">{held}</objectbank></questestinterop>'


def text(html: str, kind: str = "text/html") -> str:
    """A piece of QTI's material."""
    return f'<material><mattext texttype="{kind}">{escape(html)}</mattext></material>'


def choice(prompt: str, answers: Mapping[str, str], right: Sequence[str], *, id: str = "q1", feedback: str = "") -> str:
    """A question with answers to choose; the right ones give points together."""
    labels = "".join(f'<response_label ident="{one}">{text(html)}</response_label>' for one, html in answers.items())
    told = "".join(
        f'<varequal respident="r">{one}</varequal>'
        if one in right
        else f'<not><varequal respident="r">{one}</varequal></not>'
        for one in answers
    )
    said = f'<itemfeedback ident="general_fb"><flow_mat>{text(feedback)}</flow_mat></itemfeedback>' if feedback else ""
    return (
        f'<item ident="{id}" title="Имя вопроса"><presentation>{text(prompt)}'
        f'<response_lid ident="r" rcardinality="Multiple"><render_choice>{labels}</render_choice></response_lid>'
        f"</presentation><resprocessing><respcondition><conditionvar><and>{told}</and></conditionvar>"
        f'<setvar action="Set">100</setvar></respcondition></resprocessing>{said}</item>'
    )


def typed(prompt: str, accepted: Sequence[str], *, kind: str = "short_answer_question", id: str = "q2") -> str:
    """A question answered in writing."""
    told = "".join(f'<varequal respident="r">{escape(one)}</varequal>' for one in accepted)
    return (
        f'<item ident="{id}"><itemmetadata><qtimetadata><qtimetadatafield><fieldlabel>question_type</fieldlabel>'
        f"<fieldentry>{kind}</fieldentry></qtimetadatafield></qtimetadata></itemmetadata><presentation>{text(prompt)}"
        '<response_str ident="r"><render_fib><response_label ident="a1"/></render_fib></response_str></presentation>'
        f"<resprocessing><respcondition><conditionvar>{told}</conditionvar>"
        '<setvar action="Set" varname="SCORE">100</setvar></respcondition></resprocessing></item>'
    )


def make_cartridge(
    folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str
) -> Path:
    """A Canvas export that holds each of these words wherever it has a place for such a thing, and nowhere else."""
    quiz = qti(
        choice(f"Что верно? {visible}", {"1": "Первое", "2": "Второе"}, ["2"], feedback=key),
        typed(f"Which word? {visible}", [key]),
    )
    modules = [
        module(
            "m1",
            f"Неделя {visible}",
            line("l1", "Введение", "seen") + line("l2", unpublished, "draft", state="unpublished"),
        ),
        module("m2", unpublished, line("l3", "Страница", "inside"), state="unpublished", position=2),
        module("m3", later, line("l4", "Потом", "opens"), more=f"<unlock_at>{LATER}</unlock_at>", position=3),
    ]
    role = "<lom><educational><intendedEndUserRole><value>Instructor</value></intendedEndUserRole></educational></lom>"
    hidden_file = '<file identifier="hid"><hidden>true</hidden></file>'
    locked_folder = '<folder path="закрыто"><locked>true</locked></folder>'
    files: dict[str, str | bytes] = {
        "course_settings/canvas_export.txt": "",
        "course_settings/course_settings.xml": canvas("course", f"<title>Курс {visible}</title><locale>ru</locale>"),
        "course_settings/module_meta.xml": canvas("modules", "".join(modules)),
        "course_settings/files_meta.xml": canvas(
            "fileMeta", f"<folders>{locked_folder}</folders><files>{hidden_file}</files>"
        ),
        "course_settings/rubrics.xml": canvas(
            "rubrics",
            f"<rubric><title>Рубрика</title><criteria><criterion><description>{staff}</description><ratings><rating>"
            f"<description>{staff}</description><points>5</points></rating></ratings></criterion></criteria></rubric>",
        ),
        "course_settings/media_tracks.xml": canvas(
            "media_tracks", '<media identifierref="film"><track identifierref="said" locale="ru"/></media>'
        ),
        "web_resources/film.mp4": b"0",
        "web_resources/film.mp4.ru.subtitles": f"1\n00:00:01,000 --> 00:00:04,000\n{visible} в кадре.\n",
        "wiki_content/seen.html": page(
            "Введение", f"<h2>Начало</h2><p>{visible} для всех</p>", workflow_state="active"
        ),
        "wiki_content/draft.html": page(unpublished, f"<p>{unpublished}</p>", workflow_state="unpublished"),
        "wiki_content/inside.html": page("Страница", f"<p>{unpublished}</p>", workflow_state="active"),
        "wiki_content/opens.html": page(later, f"<p>{later}</p>", workflow_state="active"),
        "web_resources/hidden.html": page("Файл", f"<p>{unpublished}</p>"),
        "web_resources/закрыто/locked.html": page("Файл", f"<p>{unpublished}</p>"),
        "plan.html": page(staff, f"<p>{staff}</p>"),
        "notes.html": page(staff, f"<p>{staff}</p>"),
        "topic.xml": topic("Обсуждение", f"<p>{visible}</p>"),
        "news.xml": topic(later, f"<p>{later}</p>"),
        "news_meta.xml": canvas(
            "topicMeta",
            f"<type>announcement</type><workflow_state>post_delayed</workflow_state><delayed_post_at>{LATER}</delayed_post_at>",
        ),
        "task/task.html": page(f"Assignment: {later}", f"<p>{later}</p>"),
        "task/assignment_settings.xml": canvas(
            "assignment",
            f"<title>{later}</title><workflow_state>published</workflow_state><unlock_at>{LATER}Z</unlock_at>"
            f'<assignment_overrides><override title="{private}"/></assignment_overrides>',
        ),
        "quiz/assessment_qti.xml": quiz,
        "quiz/assessment_meta.xml": canvas(
            "quiz", f"<title>Тест</title><description>{visible}</description><available>true</available>"
        ),
        "non_cc_assessments/quiz.xml.qti": quiz,
        "non_cc_assessments/bank.xml.qti": bank(typed(staff, [key], id="q9"), title=staff),
        "tool.xml": f"<cartridge_basiclti_link><title>T</title><secret>{private}</secret></cartridge_basiclti_link>",
    }
    resources = [
        Res("settings", [path for path in files if path.startswith("course_settings/")], CANVAS_OWN),
        *(Res(name, [f"wiki_content/{name}.html"]) for name in ("seen", "draft", "inside", "opens")),
        Res("film", ["web_resources/film.mp4"]),
        Res("said", ["web_resources/film.mp4.ru.subtitles"]),
        Res("hid", ["web_resources/hidden.html"]),
        Res("lock", ["web_resources/закрыто/locked.html"]),
        Res("plan", ["plan.html"], more='intendeduse="lessonplan"'),
        Res("notes", ["notes.html"], extra=f"<metadata>{role}</metadata>"),
        Res("topic", ["topic.xml"], TOPIC, href=""),
        Res("news", ["news.xml"], TOPIC, href="", needs=["news_meta"]),
        Res("news_meta", ["news_meta.xml"], CANVAS_OWN),
        Res("task", ["task/task.html", "task/assignment_settings.xml"], CANVAS_OWN),
        Res("quiz", ["quiz/assessment_qti.xml"], QUIZ, href="", needs=["quiz_meta"]),
        Res("quiz_meta", ["quiz/assessment_meta.xml", "non_cc_assessments/quiz.xml.qti"], CANVAS_OWN),
        Res("bank", ["non_cc_assessments/bank.xml.qti"], CANVAS_OWN),
        Res("tool", ["tool.xml"], "imsbasiclti_xmlv1p0", href=""),
    ]
    return packed(folder, "course.imscc", {"imsmanifest.xml": manifest(resources, title=f"Курс {visible}"), **files})
