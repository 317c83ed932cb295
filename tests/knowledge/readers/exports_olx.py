"""Small Open edX exports, made as the platform writes them."""

import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

ROOT = '<course url_name="run" org="Школа" course="AB"/>'


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


def course_of(*parts: str, files: Mapping[str, str] | None = None, **attributes: str) -> dict[str, str]:
    """A course of one chapter and one subsection with one unit that holds the parts; attributes are of the course."""
    told = "".join(f' {name}="{value}"' for name, value in {"display_name": "Курс", "language": "ru"}.items())
    told += "".join(f' {name}="{value}"' for name, value in attributes.items())
    return {
        "course.xml": ROOT,
        "course/run.xml": f'<course{told}><chapter url_name="ch"/></course>',
        "chapter/ch.xml": '<chapter display_name="Глава"><sequential url_name="seq"/></chapter>',
        "sequential/seq.xml": '<sequential display_name="Подраздел"><vertical url_name="unit"/></sequential>',
        "vertical/unit.xml": f'<vertical display_name="Страница">{"".join(parts)}</vertical>',
        **(files or {}),
    }


def problem_of(inner: str, *, name: str = "p") -> dict[str, str]:
    return {f"problem/{name}.xml": f'<problem display_name="Задача">{inner}</problem>'}


def pack(folder: Path, archive: Path, *, top: str = "course") -> Path:
    """The folder as the tar.gz the platform hands out."""
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder, arcname=top)
    return archive


def make_olx(
    folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str, draft: bool = True
) -> Path:
    """A course that holds each word wherever the format has a place for such a thing; the path of its tar.gz."""
    unit = (
        '<html url_name="shown"/><problem url_name="p"/><html url_name="staff" visible_to_staff_only="true"/>'
        f'<html url_name="grouped"/><poll url_name="poll" question="{visible} опрос" feedback="{key}" answers="[]"/>'
        f'<openassessment url_name="ora"><title>Эссе</title><prompts><prompt><description>{visible} эссе</description>'
        f"</prompt></prompts><rubric><criterion><name>{staff}</name></criterion></rubric>"
        f"<assessments><assessment name='student-training'><example><answer><part>{key}</part></answer></example>"
        "</assessment></assessments></openassessment>"
        '<video url_name="v" display_name="Запись"><transcript language="ru" src="v-ru.srt"/></video>'
    )
    files = course_of(unit)
    files |= {
        "html/shown.xml": '<html filename="shown" display_name="Текст"/>',
        "html/shown.html": f"<h2>Тема</h2><p>{visible} на странице.</p>",
        "html/staff.xml": '<html filename="staff" visible_to_staff_only="true"/>',
        "html/staff.html": f"<p>{staff} для преподавателей.</p>",
        "html/grouped.xml": '<html filename="grouped" group_access="{&quot;50&quot;: [2]}"/>',
        "html/grouped.html": f"<p>{staff} для когорты.</p>",
        "static/v-ru.srt": f"1\n00:00:05,000 --> 00:00:07,000\n{visible} в записи.\n",
        "chapter/later.xml": f'<chapter display_name="{later}" start="&quot;2099-01-01T00:00:00Z&quot;">'
        f'<sequential display_name="{later}"><vertical url_name="late" display_name="{later}">'
        f"<html><p>{later} позже.</p></html></vertical></sequential></chapter>",
        "chapter/hidden.xml": f'<chapter display_name="{staff}" visible_to_staff_only="true"><sequential>'
        f'<vertical url_name="closed" display_name="{staff}"><html><p>{staff}</p></html></vertical>'
        "</sequential></chapter>",
        "tabs/shown.html": f"<p>{visible} на вкладке.</p>",
        "tabs/hidden.html": f"<p>{unpublished} на вкладке.</p>",
        "tabs/team.html": f"<p>{staff} на вкладке.</p>",
        "tabs/orphan.html": f"<p>{unpublished} без вкладки.</p>",
        "info/updates.items.json": json.dumps(
            [
                {"id": 1, "date": "1 мая", "content": f"<p>{visible} новость.</p>", "status": "visible"},
                {"id": 2, "date": "2 мая", "content": f"<p>{unpublished} новость.</p>", "status": "deleted"},
            ]
        ),
        "policies/run/policy.json": json.dumps(
            {
                "course/run": {
                    "lti_passports": [f"tool:{private}:{private}"],
                    "tabs": [
                        {"type": "static_tab", "url_slug": "shown", "name": "Вкладка"},
                        {"type": "static_tab", "url_slug": "hidden", "name": unpublished, "is_hidden": True},
                        {"type": "static_tab", "url_slug": "team", "name": staff, "course_staff_only": True},
                    ],
                }
            }
        ),
        "policies/run/grading_policy.json": json.dumps({"GRADER": [{"type": private}]}),
    }
    files["course/run.xml"] = files["course/run.xml"].replace(
        "</course>", '<chapter url_name="later"/><chapter url_name="hidden"/></course>'
    )
    files |= problem_of(
        f"<multiplechoiceresponse><label>{visible} вопрос</label><choicegroup><choice correct='true'>да"
        f"<choicehint>{key}</choicehint></choice><choice correct='false'>нет</choice></choicegroup>"
        f"<solution><p>{key}</p></solution></multiplechoiceresponse><stringresponse answer='{key}'><textline/>"
        f"<additional_answer answer='{key}'/></stringresponse><script type='loncapa/python'>x = '{key}'</script>"
        f"<demandhint><hint>{key}</hint></demandhint>"
    )
    if draft:
        files |= {
            "drafts/vertical/fresh.xml": f'<vertical display_name="{unpublished}" parent_url="x@seq">'
            f"<html><p>{unpublished} черновик.</p></html></vertical>",
            "drafts/html/shown.xml": '<html filename="shown" display_name="Текст"/>',
            "drafts/html/shown.html": f"<p>{unpublished} правка.</p>",
        }
    return pack(write_files(folder / "olx-files", files), folder / "olx-course.tar.gz")
