"""Problems of Open edX: the question and what to choose from for learners, everything that tells the answer for staff.

Only markup known to be shown is shown: text inside an element nobody knows goes with the answers. Hints are given one
at a time to who asks for one, so they are exercise blocks that only staff see.
"""

import re
from dataclasses import dataclass, field
from html import escape
from xml.etree.ElementTree import Element

from knowledge.readers.olx_fragments import Fragments
from knowledge.readers.xml import local_name

_SHOWN = frozenset(
    {"p", "div", "span", "a", "b", "i", "u", "em", "strong", "small", "sub", "sup", "br", "hr", "img", "ul", "ol", "li"}
    | {"dl", "dt", "dd", "table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "pre", "code", "blockquote"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "section", "article", "cite", "q", "kbd", "samp"}
    | {"var", "del", "ins", "mark", "abbr", "details", "summary"}
)
_VOID = frozenset({"br", "hr", "img"})
_KEPT_ATTRIBUTES = ("href", "alt", "title", "colspan", "rowspan", "start", "class", "id")
_TRANSPARENT = frozenset({"problem", "text", "center", "font", "fieldset", "legend", "form", "block", "body", "html"})
_GROUPS = frozenset({"choicegroup", "checkboxgroup", "radiogroup"} | {"checkboxtextgroup", "radiotextgroup"})
_HINTS = frozenset({"demandhint"})
_SOLUTIONS = frozenset({"solution", "solutionset", "targetedfeedbackset", "answer_display", "grader_payload"})
_CODE = frozenset({"script", "answer", "grader", "tests", "initial_display", "codeparam"})
# Of inputs and responses: each tells the answer, or part of it.
_KEY_ATTRIBUTES = ("answer", "expect", "correct_answer", "correct", "rectangle", "regions")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_MATH = re.compile(r"\[/?mathjax(inline)?\]")


@dataclass(slots=True)
class _Aside:
    """What learners do not see of what was just told: lines of a key, pages of solutions, programs, hints."""

    key: list[str] = field(default_factory=list)
    solutions: list[str] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    @property
    def tells(self) -> bool:
        return bool(self.key or self.solutions or self.programs)


def add_problem(told: Fragments, problem: Element) -> list[str]:
    """Tell a problem; returns its hints as HTML, which are for later and for nobody's page."""
    aside = _Aside()
    shown = [_words(problem.text)]
    for child in problem:
        shown += [_view(child, aside), _words(child.tail)]
        if aside.tells:
            _tell(told, shown, aside)
            shown, aside = [], _Aside(hints=aside.hints)
    _tell(told, shown, aside)
    return aside.hints


def inner_html(element: Element) -> str:
    """What stands inside an element, as HTML."""
    told = "".join(_as_html(child) + escape(child.tail or "", quote=False) for child in element)
    return escape(element.text or "", quote=False) + told


def _tell(told: Fragments, shown: list[str], aside: _Aside) -> None:
    told.html("".join(shown))
    told.key(aside.key)
    for solution in aside.solutions:
        told.solution(solution)
    for program in aside.programs:
        told.program(program)


def _view(element: Element, aside: _Aside) -> str:
    """What a learner sees of an element, as HTML; what tells the answer is put aside."""
    tag = local_name(element).lower()
    if not tag or tag == "style":
        return ""
    if tag in _HINTS:
        hints = [hint for hint in element.iter() if local_name(hint) == "hint"]
        aside.hints += [inner_html(hint) for hint in hints]
        return ""
    if tag in _SOLUTIONS:
        aside.solutions.append(inner_html(element))
        return ""
    if tag in _CODE:
        aside.programs.append("".join(element.itertext()).strip("\n"))
        return ""
    if tag in _SHOWN:
        return _shown(tag, element, aside)
    if tag in ("label", "description"):
        return f"<p>{_inside(element, aside)}</p>"
    if tag in _GROUPS:
        return _choices(element, aside)
    if tag == "optioninput":
        return _options(element, aside)
    if tag == "annotationinput":
        return _annotation(element, aside)
    return _other(tag, element, aside)


def _shown(tag: str, element: Element, aside: _Aside) -> str:
    kept = "".join(
        f' {name}="{escape(value)}"' for name in _KEPT_ATTRIBUTES if (value := element.get(name)) is not None
    )
    return f"<{tag}{kept}>" if tag in _VOID else f"<{tag}{kept}>{_inside(element, aside)}</{tag}>"


def _inside(element: Element, aside: _Aside) -> str:
    return _words(element.text) + "".join(_view(child, aside) + _words(child.tail) for child in element)


def _other(tag: str, element: Element, aside: _Aside) -> str:
    """A response, an input, or what nobody knows: its answers aside, and of a response what stands around inputs."""
    values = (element.get(name, "").strip() for name in _KEY_ATTRIBUTES)
    aside.key += [escape(value, quote=False) for value in values if value]
    if tag == "responseparam" and element.get("type") == "tolerance":
        aside.key.append(f"± {element.get('default', '')}")
    if tag.endswith("response") or tag in _TRANSPARENT:
        # A new line keeps words apart that stand in elements of their own.
        return f"\n{_inside(element, aside)}\n"
    if tag == "drag_and_drop_input":
        labels = [label for item in element if (label := item.get("label", "").strip())]
        return "".join(f"<p>{escape(label, quote=False)}</p>" for label in labels)
    hidden = " ".join(" ".join(element.itertext()).split())
    if hidden:
        aside.key.append(escape(hidden, quote=False))
    return ""


def _choices(group: Element, aside: _Aside) -> str:
    shown: list[str] = [f"<p>{_inside(label, aside)}</p>" for label in group if local_name(label) == "label"]
    items: list[str] = []
    for choice in group:
        name = local_name(choice)
        if name == "choice":
            own = _Aside()
            text = _choice_text(choice, own)
            items.append(f"<li>{text}</li>")
            aside.key.append(_mark(choice.get("correct", "")) + text + _after_dash(own.key))
            aside.solutions += own.solutions
        elif name and name != "label":
            _view(choice, aside)
    return "".join([*shown, f"<ul>{''.join(items)}</ul>" if items else ""])


def _options(group: Element, aside: _Aside) -> str:
    items: list[str] = []
    for option in group:
        if local_name(option) == "option":
            own = _Aside()
            text = _choice_text(option, own)
            items.append(f"<li>{text}</li>")
            aside.key.append(_mark(option.get("correct", "")) + text + _after_dash(own.key))
    for found in _QUOTED.finditer(group.get("options", "")):
        text = escape(found[1] or found[2] or "", quote=False)
        items.append(f"<li>{text}</li>")
    if group.get("correct"):
        aside.key.append(_mark("true") + escape(group.get("correct", ""), quote=False))
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _annotation(group: Element, aside: _Aside) -> str:
    shown: list[str] = []
    for child in group:
        if local_name(child) != "options":
            shown.append(f"<p>{_inside(child, aside)}</p>")
            continue
        items = [option for option in child if local_name(option) == "option"]
        shown.append("<ul>" + "".join(f"<li>{_inside(option, aside)}</li>" for option in items) + "</ul>")
        aside.key += [_mark(item.get("choice", "")) + _inside(item, _Aside()) for item in items]
    return "".join(shown)


def _choice_text(choice: Element, aside: _Aside) -> str:
    return " ".join(_inside(choice, aside).split())


def _mark(correct: str) -> str:
    value = correct.strip().lower()
    return "[x] " if value in ("true", "correct") else "[~] " if value.startswith("partial") else "[ ] "


def _after_dash(lines: list[str]) -> str:
    return f" — {'; '.join(lines)}" if lines else ""


def _words(text: str | None) -> str:
    return escape(_MATH.sub(_bracket, text), quote=False) if text else ""


def _bracket(mark: re.Match[str]) -> str:
    """The platform's own brackets around formulas, as the ones everybody knows."""
    closes = mark[0].startswith("[/")
    if mark[1]:
        return r"\)" if closes else r"\("
    return r"\]" if closes else r"\["


def _as_html(element: Element) -> str:
    tag = local_name(element)
    if not tag:
        return ""
    kept = "".join(f' {name}="{escape(value)}"' for name, value in element.items() if name.isidentifier())
    if tag.lower() in _VOID:
        return f"<{tag}{kept}>"
    return f"<{tag}{kept}>{inner_html(element)}</{tag}>"
