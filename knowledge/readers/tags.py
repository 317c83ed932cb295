"""Which tags are markup, which are components of a course platform, and which are just words in angle brackets.

A course on tokenizers writes `<s>`, `<mask>` and `<your token>` in its prose: those must stay readable.
"""

import re
from collections.abc import Sequence
from enum import Enum

from markdown_it.common.html_re import close_tag, open_tag

BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "col",
        "colgroup",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    }
)
PHRASES = frozenset(
    {
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "br",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "mark",
        "picture",
        "q",
        "rp",
        "rt",
        "ruby",
        "samp",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    }
)
# Their tags go; what stands between them, if anything, is kept.
EMBEDDED = frozenset(
    {
        "audio",
        "base",
        "button",
        "canvas",
        "circle",
        "defs",
        "embed",
        "ellipse",
        "g",
        "iframe",
        "input",
        "label",
        "line",
        "link",
        "math",
        "meta",
        "object",
        "option",
        "param",
        "path",
        "polygon",
        "polyline",
        "rect",
        "select",
        "svg",
        "text",
        "textarea",
        "title",
        "track",
        "use",
        "video",
    }
)
COMPONENTS = frozenset({"Tip", "Youtube", "hfoption", "hfoptions"})
VOID = frozenset({"br", "hr", "img", "wbr", "source", "input", "path", "col"})

_TAG = re.compile(f"{open_tag}|{close_tag}|<", re.DOTALL)
_TAG_OR_COMMENT = re.compile(rf"<!--.*?-->|{_TAG.pattern}", re.DOTALL)
_UNREADABLE = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_NAME = re.compile(r"<\s*(/?)\s*([A-Za-z][\w-]*)")


class Fate(Enum):
    """What becomes of a tag."""

    KEEP = "keep"
    DROP = "drop"
    LITERAL = "literal"


def tag_name(tag: str) -> tuple[str, bool]:
    """Return a tag's name as written and whether it closes; "" for what has no name."""
    match = _NAME.match(tag)
    return (match[2], bool(match[1])) if match else ("", False)


def _fate(tag: str, *, paired: bool) -> Fate:
    if tag.startswith("<!--"):
        return Fate.DROP
    name, _ = tag_name(tag)
    lower = name.lower()
    if name in COMPONENTS:
        return Fate.DROP
    if lower in BLOCKS:
        return Fate.KEEP
    meant = paired or lower in VOID or "=" in tag or tag.endswith("/>")
    if lower in PHRASES and meant:
        return Fate.KEEP
    return Fate.DROP if lower in EMBEDDED and meant else Fate.LITERAL


def inline_fates(tags: Sequence[str]) -> list[Fate]:
    """Decide on the tags of one paragraph; a bare `<b>` nobody closes is taken as text."""
    paired = [False] * len(tags)
    open_at: dict[str, list[int]] = {}
    for index, tag in enumerate(tags):
        name, closes = tag_name(tag)
        if not closes:
            open_at.setdefault(name.lower(), []).append(index)
        elif open_at.get(name.lower()):
            paired[open_at[name.lower()].pop()] = paired[index] = True
    return [_fate(tag, paired=pair) for tag, pair in zip(tags, paired, strict=True)]


def keep_known_tags(fragment: str) -> str:
    """Return an HTML fragment in which everything that is not markup has become text, without scripts and comments."""

    def decide(match: re.Match[str]) -> str:
        match _fate(match[0], paired=True):
            case Fate.KEEP:
                return match[0]
            case Fate.DROP:
                return ""
            case Fate.LITERAL:
                return match[0].replace("<", "&lt;").replace(">", "&gt;")

    readable = _UNREADABLE.sub("", fragment) if "</" in fragment else fragment
    # Below the last "-->" no comment can end: looking for its end at every "<!--" would take minutes.
    last = readable.rfind("-->") + 3 if "-->" in readable else 0
    return _TAG_OR_COMMENT.sub(decide, readable[:last]) + _TAG.sub(decide, readable[last:])
