"""One question of a QTI 1.2 file taken apart: what is asked, what may be chosen, and which conditions give points.

Knows nothing of lessons. Nothing here decides who sees what; `qti` does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from xml.etree.ElementTree import Element, tostring

from knowledge.readers.manifest import attribute, child, children, text_of
from knowledge.readers.xml import local_name

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|&(?:\w+|#\d+);")
_PREFIX = re.compile(r"(</?)\w+:")
_NAMESPACE = re.compile(r"\sxmlns(?::\w+)?=\"[^\"]*\"")
_RESPONSES = frozenset({"response_lid", "response_str", "response_num", "response_grp", "response_xy"})
_LIMITS = {"vargte": "≥", "vargt": ">", "varlte": "≤", "varlt": "<"}
_CORRECT = re.compile(r"^(?:general_)?correct", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Response:
    """One place to answer: `labels` are what may be chosen, HTML by identifier; `lead` is what stands before it."""

    ident: str
    kind: str
    lead: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    is_ordered: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition under which something happens: values by response, how they compare, points and feedback."""

    values: tuple[tuple[str, str, str], ...]
    gives_points: bool
    sets_points: bool
    feedback: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question12:
    """A question as it stands in the file; `type` is what its exporter calls it, in lower case."""

    ident: str
    type: str
    prompt: str
    responses: tuple[Response, ...]
    conditions: tuple[Condition, ...]
    feedback: dict[str, str]
    calculation: tuple[str, ...] = ()
    staff_notes: tuple[str, ...] = ()


def read_question(item: Element) -> Question12:
    """Take an `<item>` apart."""
    presentation = child(item, "presentation")
    responses = [] if presentation is None else list(_responses(presentation))
    prompt = "" if presentation is None else _material(presentation, into_responses=False)
    rubrics = [(attribute(rubric, "view").lower(), material_html(rubric)) for rubric in children(item, "rubric")]
    shown = [html for view, html in rubrics if view in ("candidate", "all")]
    return Question12(
        ident=item.get("ident", ""),
        type=_type(item),
        prompt="".join([prompt, *shown]),
        responses=tuple(responses),
        conditions=tuple(_conditions(item)),
        feedback=_feedback(item),
        calculation=tuple(_calculation(item)),
        staff_notes=tuple(html for view, html in rubrics if view not in ("candidate", "all")),
    )


def material_html(element: Element) -> str:
    """Everything an element says, at any depth, as HTML not yet sanitised."""
    return _material(element, into_responses=True)


def metadata_of(element: Element) -> dict[str, str]:
    """The metadata fields right below an element, by their labels in lower case."""
    holders = [element, child(element, "itemmetadata")]
    fields = [one for holder in holders for one in children(child(holder, "qtimetadata"), "qtimetadatafield")]
    return {text_of(one, "fieldlabel").lower(): text_of(one, "fieldentry") for one in fields}


def _type(item: Element) -> str:
    told = metadata_of(item)
    named = child(item, "itemmetadata")
    older = [text_of(named, name) for name in ("qmd_itemtype", "bbmd_questiontype")]
    found = [told.get("question_type", ""), told.get("cc_profile", ""), told.get("qmd_itemtype", ""), *older]
    return next((text.lower() for text in found if text), "")


def _material(element: Element, *, into_responses: bool) -> str:
    pieces: list[str] = []
    for inner in element:
        name = local_name(inner)
        if name == "mattext":
            pieces.append(_text_html(inner))
        elif name == "matbreak":
            pieces.append("<br>")
        elif name == "matimage" and inner.get("label"):
            pieces.append(f'<img alt="{escape(inner.get("label", ""))}">')
        elif into_responses or name not in _RESPONSES:
            pieces.append(_material(inner, into_responses=into_responses))
    return "".join(pieces)


def _text_html(mattext: Element) -> str:
    """A piece of text as HTML; one without a type is HTML when it looks so, as exporters often leave the type out."""
    if len(mattext):
        markup = escape(mattext.text or "", quote=False)
        markup += "".join(tostring(inner, encoding="unicode", method="html") for inner in mattext)
        return _NAMESPACE.sub("", _PREFIX.sub(r"\1", markup))
    text = mattext.text or ""
    kind = attribute(mattext, "texttype").lower()
    if "html" in kind or (kind != "text/plain" and _TAG.search(text)):
        return text
    return f"<p>{escape(text.strip(), quote=False).replace(chr(10), '<br>')}</p>" if text.strip() else ""


def _responses(element: Element) -> Iterator[Response]:
    for inner in element:
        name = local_name(inner)
        if name not in _RESPONSES:
            yield from _responses(inner)
            continue
        labels = {
            label.get("ident", ""): material_html(label)
            for label in inner.iter()
            if local_name(label) == "response_label"
        }
        lead = "".join(
            _material(one, into_responses=True) for one in inner if local_name(one) in ("material", "flow_mat")
        )
        is_choice = any(
            local_name(one).startswith(("render_choice", "render_hotspot", "ims_render")) for one in inner.iter()
        )
        yield Response(
            ident=inner.get("ident", ""),
            kind=name,
            lead=lead,
            labels=labels if is_choice else {},
            is_ordered=attribute(inner, "rcardinality").lower() == "ordered",
        )


def _conditions(item: Element) -> Iterator[Condition]:
    found = [one for holder in children(item, "resprocessing") for one in children(holder, "respcondition")]
    for one in found:
        points = [_gives_points(setvar) for setvar in children(one, "setvar")]
        yield Condition(
            values=tuple(_values(child(one, "conditionvar"))),
            gives_points=any(points) or (not points and _says_correct(one)),
            sets_points=bool(points),
            feedback=tuple(shown.get("linkrefid", "") for shown in children(one, "displayfeedback")),
        )


def _gives_points(setvar: Element) -> bool:
    told = (setvar.text or "").strip().lower()
    if attribute(setvar, "action").lower() in ("subtract", "divide"):
        return False
    try:
        return float(told.rstrip("%").replace(",", ".")) > 0
    except ValueError:
        return told.endswith("max")


def _says_correct(condition: Element) -> bool:
    if _CORRECT.match(condition.get("title") or ""):
        return True
    return any(_CORRECT.match(shown.get("linkrefid") or "") for shown in children(condition, "displayfeedback"))


def _values(element: Element | None) -> Iterator[tuple[str, str, str]]:
    """What has to be answered, as response, comparison and value; what must not be answered is left out."""
    for inner in element if element is not None else ():
        name = local_name(inner)
        text = " ".join("".join(inner.itertext()).split())
        if name in ("varequal", "varsubset", "varsubstring"):
            yield inner.get("respident", ""), "=" if name == "varequal" else "∋", text
        elif name in _LIMITS:
            yield inner.get("respident", ""), _LIMITS[name], text
        elif name != "not":
            yield from _values(inner)


def _feedback(item: Element) -> dict[str, str]:
    return {one.get("ident", ""): material_html(one) for one in children(item, "itemfeedback")}


def _calculation(item: Element) -> Iterator[str]:
    for calculated in (one for one in item.iter() if local_name(one) == "calculated"):
        yield from (
            formula for formula in (" ".join(one.itertext()) for one in _named(calculated, "formula")) if formula
        )
        if text_of(calculated, "answer_tolerance"):
            yield f"± {text_of(calculated, 'answer_tolerance')}"
        for given in _named(calculated, "var_set"):
            values = ", ".join(f"{var.get('name', '')} = {''.join(var.itertext())}" for var in children(given, "var"))
            yield f"{values}: {text_of(given, 'answer')}"


def _named(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element.iter() if local_name(one) == name)
