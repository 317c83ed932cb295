"""The Markdown we read: CommonMark with tables, strikethrough and formulas kept as written."""

import re
from collections.abc import MutableMapping, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin

from knowledge.readers.anchors import split_explicit_id
from knowledge.readers.marks import ATTRIBUTE, PLACE_TAG
from knowledge.readers.tags import Fate, inline_fates, keep_known_tags
from knowledge.readers.words import mentions_answer

# markdown-it silently drops what nests deeper; real pages stay below 12.
MAX_NESTING = 60
_ADMONITION = re.compile(r"\[!([\w-]+)\][+-]?([^\n]*)\n?")
_TEX_CLOSERS = {"\\\\(": "\\\\)", "\\\\[": "\\\\]"}

Env = MutableMapping[str, Any]


def course_markdown(*, indented_code: bool = True, keep_every_word: bool = False) -> MarkdownIt:
    """Return the parser of lessons.

    MDX has no indented code, since components indent what they hold. `keep_every_word` is for text that may not be
    Markdown at all: nothing is then taken for a link definition, which would vanish from the page.
    """
    md = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable(["table", "strikethrough"])
    md.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_labels=False, double_inline=True)
    md.inline.ruler.before("escape", "tex_parentheses", _tex_parentheses)
    md.core.ruler.before("inline", "course_marks", _read_course_marks)
    md.core.ruler.push("literal_tags", _settle_inline_tags)
    md.disable(["code"] if not indented_code else [])
    md.disable(["reference"] if keep_every_word else [])
    for name, dollars in (("math_inline", "$"), ("math_inline_double", "$$"), ("math_block", "$$")):
        md.add_render_rule(name, _formula_renderer(dollars, block=name == "math_block"))
    md.add_render_rule("html_block", _render_html_block)
    md.add_render_rule("code_shell", _render_code_shell)
    return md


def _tex_parentheses(state: StateInline, silent: bool) -> bool:
    r"""Keep `\\( … \\)` as written: Markdown would take its backslashes and underscores for its own."""
    closer = _TEX_CLOSERS.get(state.src[state.pos : state.pos + 3])
    end = state.src.find(closer, state.pos + 3) if closer else -1
    if closer is None or end < 0:
        return False
    if not silent:
        token = state.push("text", "", 0)
        token.content = state.src[state.pos + 1 : end] + closer[1:]
    state.pos = end + 3
    return True


def _read_course_marks(state: StateCore) -> None:
    """Take heading ids and admonition markers out of the text before it is parsed."""
    for index, token in enumerate(state.tokens):
        if token.type != "inline" or index == 0:
            continue
        before = state.tokens[index - 1]
        if before.type == "heading_open":
            token.content, anchor = split_explicit_id(token.content)
            if anchor:
                before.attrSet("id", anchor)
        elif index > 1 and before.type == "paragraph_open" and state.tokens[index - 2].type == "blockquote_open":
            _read_admonition(token, state.tokens[index - 2])


def _read_admonition(paragraph: Token, quotation: Token) -> None:
    match = _ADMONITION.match(paragraph.content)
    if match is None:
        return
    paragraph.content = match[2].strip() + "\n" * bool(match[2].strip()) + paragraph.content[match.end() :]
    if mentions_answer(f"{match[1]} {match[2]}"):
        quotation.attrSet("class", "solution")


def _settle_inline_tags(state: StateCore) -> None:
    for token in state.tokens:
        tags = [child for child in token.children or [] if child.type == "html_inline"]
        for tag, fate in zip(tags, inline_fates([tag.content for tag in tags]), strict=True):
            tag.content = _replaced(tag.content, fate, state.env)


def _replaced(tag: str, fate: Fate, env: Env) -> str:
    if tag in env.get("placeholders", {}):
        return str(env["placeholders"][tag])
    match fate:
        case Fate.KEEP:
            return tag
        case Fate.DROP:
            return ""
        case Fate.LITERAL:
            return escape(tag, quote=False)


def _formula_renderer(dollars: str, *, block: bool) -> Any:
    def render(_: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env) -> str:
        token = tokens[index]
        text = escape(f"{dollars}{token.content}{dollars}", quote=False)
        return f'<p {ATTRIBUTE}="{token.attrGet(ATTRIBUTE)}">{text}</p>\n' if block else text

    return render


def _render_html_block(_: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env) -> str:
    token = tokens[index]
    fragment = token.content
    placeholders: dict[str, str] = env.get("placeholders", {})
    pieces = re.split("(" + "|".join(map(re.escape, placeholders)) + ")", fragment) if placeholders else [fragment]
    body = "".join(placeholders[piece] if piece in placeholders else keep_known_tags(piece) for piece in pieces)
    return f'<{PLACE_TAG} {ATTRIBUTE}="{token.attrGet(ATTRIBUTE)}"></{PLACE_TAG}>{body}'


def _render_code_shell(_: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: Env) -> str:
    token = tokens[index]
    # The listing itself is kept beside the tree; this copy serves only where a page is flattened, as in a table cell.
    return f'<pre {ATTRIBUTE}="{token.attrGet(ATTRIBUTE)}">{escape(token.content, quote=False)}</pre>'
