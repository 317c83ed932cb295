"""The other things that stand on a page of an Open edX course: polls, essays, sorting by dragging, links to tools."""

import json
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any
from xml.etree.ElementTree import Element

from knowledge.readers.olx_access import plain_value
from knowledge.readers.olx_fragments import Fragments
from knowledge.readers.olx_outline import Part
from knowledge.readers.olx_problems import inner_html
from knowledge.readers.xml import local_name

_Add = Callable[[Fragments, Part], None]


def _add_poll(told: Fragments, part: Part) -> None:
    options = [_label(value) for _, value in _pairs(part.attributes.get("answers", ""))]
    told.choice(part.attributes.get("question", ""), options)
    told.key([part.attributes.get("feedback", "")])


def _add_survey(told: Fragments, part: Part) -> None:
    options = [_label(value) for _, value in _pairs(part.attributes.get("answers", ""))]
    for _, question in _pairs(part.attributes.get("questions", "")):
        told.choice(_label(question), options)
    told.key([part.attributes.get("feedback", "")])


def _add_old_poll(told: Fragments, part: Part) -> None:
    answers = [child for child in part.element if local_name(child) == "answer"]
    asked = [child for child in part.element if local_name(child) not in ("answer", "")]
    prompt = (part.element.text or "") + "".join(inner_html(child) for child in asked)
    told.choice(prompt, [inner_html(answer) for answer in answers])


def _add_essay(told: Fragments, part: Part) -> None:
    """What is asked, for learners; how it is judged and the answers judges are trained with, for staff."""
    for prompt in part.element.iterfind(".//prompts/prompt"):
        told.html(_prompt(prompt))
    for prompt in part.element.iterfind("rubric/prompt"):
        told.html(_prompt(prompt))
    for prompt in part.element.iterfind("prompt"):
        told.html(_prompt(prompt))
    kept = [*part.element.iterfind("rubric"), *part.element.iterfind(".//assessments/assessment")]
    lines = [line for judged in kept for line in _words_in(judged, without="prompt" if judged.tag == "rubric" else "")]
    told.key(lines)


def _add_dragging(told: Fragments, part: Part) -> None:
    kept = _json(part.attributes.get("data", ""))
    data: Mapping[str, Any] = kept if isinstance(kept, dict) else {}
    zones = {str(zone.get("uid") or zone.get("title")): zone for zone in _records(data.get("zones"))}
    items = _records(data.get("items"))
    prompt = part.attributes.get("question_text") or str(data.get("questionText") or data.get("question_text") or "")
    names = [str(item.get("displayName") or item.get("imageDescription") or "") for item in items]
    # Where their names are not on the picture, they tell what belongs there.
    places = [str(zone.get("title") or "") for zone in zones.values()] if data.get("displayLabels") else []
    told.choice(prompt, [*names, *places])
    key = [f"{name} → {', '.join(_zone_titles(item, zones))}" for name, item in zip(names, items, strict=True)]
    said = [str(text) for item in items for text in _texts(item.get("feedback"))]
    told.key([*key, *said, *map(str, _texts(data.get("feedback")))])


def _add_annotated(told: Fragments, part: Part) -> None:
    """A text with remarks on it: the text, then what each remark says."""
    told.html(inner_html(part.element))
    for remark in part.element.iter("annotation"):
        words = [" ".join(text.split()) for text in (remark.get("title", ""), remark.get("body", ""))]
        told.paragraph(": ".join(word for word in words if word))


def _add_named(told: Fragments, part: Part) -> None:
    """A tool that is opened elsewhere: what the page says of it."""
    for name in ("description", "instructions", "question", "content"):
        told.html(plain_value(part.attributes.get(name, "")))


def _add_nothing(told: Fragments, part: Part) -> None:
    """What learners write, or what has no words of its own."""


COMPONENTS: dict[str, _Add] = {
    "annotatable": _add_annotated,
    "discussion": _add_nothing,
    "done": _add_nothing,
    "drag-and-drop-v2": _add_dragging,
    "edx_sga": _add_named,
    "google-calendar": _add_named,
    "google-document": _add_named,
    "imageannotation": _add_annotated,
    "lti": _add_named,
    "lti_consumer": _add_named,
    "openassessment": _add_essay,
    "poll": _add_poll,
    "poll_question": _add_old_poll,
    "staffgradedxblock": _add_named,
    "survey": _add_survey,
    "textannotation": _add_annotated,
    "word_cloud": _add_named,
}
# Their titles are shown above them, as those of problems and videos are.
EXERCISES = frozenset(
    {"drag-and-drop-v2", "edx_sga", "openassessment", "poll", "poll_question", "staffgradedxblock", "survey"}
)


def _prompt(prompt: Element) -> str:
    """A prompt's HTML: as elements, or as text that holds tags, in a `description` or alone."""
    inner = prompt.find("description")
    told = prompt if inner is None else inner
    return inner_html(told) if len(told) else told.text or ""


def _words_in(element: Element, *, without: str) -> Iterator[str]:
    for child in element.iter():
        if child is not element and local_name(child) == without:
            continue
        own = " ".join((child.text or "").split())
        chosen = [child.get(name, "") for name in ("criterion", "option")] if local_name(child) == "select" else []
        line = " ".join([*chosen, own]).strip()
        if line:
            yield escape(line, quote=False)


def _zone_titles(item: Mapping[str, Any], zones: Mapping[str, Mapping[str, Any]]) -> list[str]:
    named = item.get("zones") if isinstance(item.get("zones"), list) else [item.get("zone")]
    return [str(zones.get(str(name), {}).get("title") or name) for name in named or [] if name and name != "none"]


def _pairs(value: str) -> list[tuple[str, Any]]:
    told = _json(value)
    return [(str(one[0]), one[1]) for one in told if isinstance(one, list) and len(one) == 2] if _is_list(told) else []


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _label(value: object) -> str:
    return str(value.get("label") or value.get("img_alt") or "") if isinstance(value, dict) else str(value)


def _records(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: object) -> list[object]:
    return [text for text in value.values() if text] if isinstance(value, dict) else []


def _json(value: str) -> Any:
    try:
        return json.loads(value) if value.strip() else None
    except (ValueError, RecursionError):
        return None
