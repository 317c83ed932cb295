"""Questions of QTI 2.0 to 2.2, and of 3.0 where it only writes the same names otherwise.

What is asked and what may be chosen is for learners; correct responses, mappings, feedback and scorers' rubrics are the
key. Options of anything but a plain choice are told in an order of their own, so that none tells what belongs together.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from xml.etree.ElementTree import Element

from knowledge.blocks import BlockKind
from knowledge.readers.asking import Answer, add_question
from knowledge.readers.builder import LessonBuilder, PartOf, Span
from knowledge.readers.html import add_html
from knowledge.readers.xml import local_name

_OPTIONS = frozenset(
    {"simplechoice", "inlinechoice", "simpleassociablechoice", "gaptext", "gapimg", "hottext", "associablehotspot"}
)
_HIDDEN = frozenset({"feedbackinline", "feedbackblock", "modalfeedback", "templateinline", "templateblock"})
_TYPED = frozenset({"textentryinteraction", "extendedtextinteraction"})
_UNSEEN = frozenset(
    {"uploadinteraction", "drawinginteraction", "hotspotinteraction", "selectpointinteraction", "custominteraction"}
    | {
        "graphicorderinteraction",
        "graphicassociateinteraction",
        "graphicgapmatchinteraction",
        "positionobjectinteraction",
    }
)
_KEPT = ("href", "alt", "src", "title")


@dataclass(slots=True)
class _Told:
    """What an item's body turned out to say, gathered while walking it."""

    correct: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    answers: list[Answer] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    unseen: bool = False
    has_key: bool = False


def is_item2(root: Element) -> bool:
    """Whether a file is one question."""
    return _name(root) == "assessmentitem"


def is_test2(root: Element) -> bool:
    """Whether a file puts questions in an order."""
    return _name(root) in ("assessmenttest", "assessmentsection")


def item_references(root: Element) -> Iterator[str]:
    """The files a test takes its questions from, in its order."""
    return (
        _attribute(one, "href") for one in root.iter() if _name(one) in ("assessmentitemref", "assessmentsectionref")
    )


def title2(root: Element) -> str:
    """What a test or an item calls itself."""
    return _attribute(root, "title")


def add_item2(builder: LessonBuilder, root: Element, *, path: str) -> bool:
    """Tell the builder one question; returns whether it has a key."""
    told = _Told()
    for declared in (one for one in root if _name(one) == "responsedeclaration"):
        told.correct[_attribute(declared, "identifier")] += list(_correct(declared))
    body = next((one for one in root if _name(one) in ("itembody",)), None)
    choices = [] if body is None else [one for one in body.iter() if _name(one).endswith("interaction")]
    alone = choices[0] if len(choices) == 1 and _name(choices[0]) == "choiceinteraction" else None
    prompt = "" if body is None else _inner(body, told, alone)
    told.key += [_plain_inner(one) for one in root if _name(one) == "modalfeedback"]
    with builder.part(PartOf(path=path, kind=BlockKind.EXERCISE), length=len(prompt)):
        add_html(builder, prompt)
        add_question(builder, "", told.answers, solution=told.key, span=Span(len(prompt), len(prompt)))
    return told.has_key or any(answer.correct for answer in told.answers)


def _correct(declared: Element) -> Iterator[str]:
    right = [one for one in declared if _name(one) == "correctresponse"]
    values = [_text(one) for holder in right for one in holder if _name(one) == "value"]
    yield from values
    for entry in (one for one in declared.iter() if _name(one) == "mapentry"):
        key = _attribute(entry, "mapkey")
        if _is_positive(_attribute(entry, "mappedvalue")) and key not in values:
            yield key


def _is_positive(number: str) -> bool:
    try:
        return float(number) > 0
    except ValueError:
        return False


def _inner(element: Element, told: _Told, alone: Element | None) -> str:
    pieces = [escape(element.text or "", quote=False)]
    for inner in element:
        pieces.append(_html(inner, told, alone))
        pieces.append(escape(inner.tail or "", quote=False))
    return "".join(pieces)


def _html(element: Element, told: _Told, alone: Element | None) -> str:
    name = _name(element)
    if name in _HIDDEN or (name == "rubricblock" and "candidate" not in _attribute(element, "view")):
        told.key.append(_plain_inner(element))
        return ""
    if name.endswith("interaction"):
        return _interaction(element, told, alone)
    if name in ("prompt", "rubricblock", ""):
        return f"<p>{_inner(element, told, alone)}</p>" if name else ""
    if name == "printedvariable":
        return "…"
    kept = "".join(f' {one}="{escape(value)}"' for one in _KEPT if (value := element.get(one)))
    return f"<{name}{kept}>{_inner(element, told, alone)}</{name}>"


def _interaction(element: Element, told: _Told, alone: Element | None) -> str:
    name = _name(element)
    right = told.correct.get(_attribute(element, "responseidentifier"), [])
    told.has_key |= bool(right)
    if name in _TYPED:
        told.key += right
        return " ____ " if name == "textentryinteraction" else "<p>____</p>"
    if name in _UNSEEN:
        told.unseen = True
        told.key += right
        return _inner_prompt(element, told, alone)
    options = {_attribute(one, "identifier"): one for one in element.iter() if _name(one) in _OPTIONS}
    texts = {ident: _without_feedback(one) for ident, one in options.items()}
    told.key += [_plain_inner(one) for one in element.iter() if _name(one) in _HIDDEN and element is not alone]
    if element is alone:
        told.answers = [Answer(texts[ident], ident in right, _feedback(one)) for ident, one in options.items()]
        return _inner_prompt(element, told, alone)
    told.key.append("; ".join(" → ".join(texts.get(one, one) for one in value.split()) or value for value in right))
    if name == "hottextinteraction":
        return _inner(element, told, alone)
    gaps = " ____ " if name == "inlinechoiceinteraction" else _inner_gaps(element, told, alone)
    listed = "".join(f"<li>{text}</li>" for text in sorted(set(texts.values()), key=str.casefold))
    return (
        f"{gaps}<ul>{listed}</ul>"
        if name != "inlinechoiceinteraction"
        else f" ____ ({', '.join(sorted(set(texts.values())))}) "
    )


def _inner_prompt(element: Element, told: _Told, alone: Element | None) -> str:
    return "".join(_html(one, told, alone) for one in element if _name(one) == "prompt")


def _inner_gaps(element: Element, told: _Told, alone: Element | None) -> str:
    """The prompt, and the text with gaps where there is one."""
    shown = [one for one in element if _name(one) not in _OPTIONS | {"simplematchset"}]
    return "".join(" ____ " if _name(one) == "gap" else _html(one, told, alone) for one in shown)


def _without_feedback(option: Element) -> str:
    pieces = [escape(option.text or "", quote=False)]
    for inner in option:
        if _name(inner) not in _HIDDEN:
            pieces.append(_html(inner, _Told(), None))
        pieces.append(escape(inner.tail or "", quote=False))
    return "".join(pieces).strip()


def _feedback(option: Element) -> str:
    return " ".join(_plain_inner(one) for one in option if _name(one) in _HIDDEN)


def _plain_inner(element: Element) -> str:
    return escape(_text(element), quote=False)


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _name(element: Element) -> str:
    """An element's name in lower case, without the prefix and hyphens of version 3."""
    return local_name(element).removeprefix("qti-").replace("-", "").lower()


def _attribute(element: Element, name: str) -> str:
    for key, value in element.attrib.items():
        if key.rpartition("}")[2].replace("-", "").lower() == name:
            return value.strip()
    return ""
