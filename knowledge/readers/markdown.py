"""Markdown to typed blocks: the text is rendered to a tree that remembers its lines, and the tree is walked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from markdown_it import MarkdownIt
from markdown_it.token import Token

from knowledge.blocks import Block, BlockKind
from knowledge.readers.builder import LessonBuilder, Piece, Question, Span
from knowledge.readers.dom import TooDeep, parse_page
from knowledge.readers.grammar import MAX_NESTING, course_markdown
from knowledge.readers.inline import inline_html, settle_images, visible_text
from knowledge.readers.marks import ATTRIBUTE, QUESTION_TAG, Code, Marks
from knowledge.readers.tags import keep_known_tags
from knowledge.readers.tree import TreeReader

NO_QUESTIONS: Mapping[str, Question] = MappingProxyType({})

_parser = cache(course_markdown)


@dataclass(frozen=True, slots=True)
class Page:
    """The blocks of one page; `title` is its first top heading, `unplaced` the questions that found no place.

    `withheld` are the offsets of what looks like a component with answers, could not be read as one and is hidden.
    """

    title: str
    blocks: tuple[Block, ...]
    unplaced: tuple[Question, ...] = ()
    withheld: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between Markdown files, MDX files and text that may not be Markdown."""

    indented_code: bool = True
    keep_every_word: bool = False


def read_markdown(
    source: str, *, dialect: Dialect = Dialect(), questions: Mapping[str, Question] = NO_QUESTIONS
) -> Page:
    """Return the blocks of a cleaned source; offsets count its characters.

    `questions` maps the tags that stand in the source for multiple-choice questions to those questions. Raises
    TooDeep for absurd nesting.
    """
    builder = LessonBuilder()
    unplaced = add_markdown(builder, source, dialect=dialect, questions=questions)
    return Page(builder.title, builder.finish(len(source)), unplaced, builder.withheld)


def add_markdown(
    builder: LessonBuilder,
    source: str,
    *,
    dialect: Dialect = Dialect(),
    questions: Mapping[str, Question] = NO_QUESTIONS,
) -> tuple[Question, ...]:
    """Tell the builder what a cleaned source says; returns the questions that found no place.

    Raises TooDeep for absurd nesting.
    """
    md = _parser(indented_code=dialect.indented_code, keep_every_word=dialect.keep_every_word)
    marks = Marks(source)
    env = {"placeholders": {tag: f'<{QUESTION_TAG} n="{_key(tag)}"></{QUESTION_TAG}>' for tag in questions}}
    tokens = _parse(md, source, env)
    if questions:
        _drop_from_code(tokens, questions)
    _note_places(tokens, source, marks)
    root = parse_page(_in_body(md.renderer.render(tokens, md.options, env)))
    waiting = {_key(tag): question for tag, question in questions.items()}
    TreeReader(builder, marks, waiting).read(root)
    for question in waiting.values():
        with builder.staff_only():
            builder.add(BlockKind.ANSWER_KEY, question.options)
            builder.add(BlockKind.ANSWER_KEY, question.key)
    return tuple(waiting.values())


def read_plain(source: str) -> Page:
    """Return paragraphs only, split at empty lines: for text no parser can follow."""
    builder = LessonBuilder()
    position = 0
    for paragraph in source.split("\n\n"):
        start, position = position, position + len(paragraph) + 2
        text = " ".join(paragraph.split())
        html = inline_html([text])
        builder.add(BlockKind.PARAGRAPH, Piece(text, f"<p>{html}</p>", Span(start, start + len(paragraph))))
    return Page("", builder.finish(len(source)))


def read_phrase(text: str) -> tuple[str, str]:
    """Return a component's text, which may hold HTML, in plain words and as HTML not yet sanitised."""
    root = parse_page(_in_body(keep_known_tags(text)))
    settle_images(root)
    body = root.find("body")
    parts = [body] if body is not None else []
    inner = inline_html(parts).removeprefix("<body>").removesuffix("</body>")
    return visible_text(parts), inner


def _in_body(markup: str) -> str:
    return f"<html><body>{markup}</body></html>"


def _key(tag: str) -> str:
    return tag.strip("</>")


def _parse(md: MarkdownIt, source: str, env: dict[str, dict[str, str]]) -> list[Token]:
    try:
        tokens = md.parse(source, env)
    except RecursionError as err:
        raise TooDeep from err
    if any(token.level >= MAX_NESTING - 1 for token in tokens):
        raise TooDeep
    return tokens


def _drop_from_code(tokens: list[Token], questions: Mapping[str, Question]) -> None:
    """Take question tags out of indented code: the questions are then kept from learners as having no place."""
    for token in tokens:
        _drop_from_code(token.children or [], questions)
        if token.type in ("fence", "code_block", "code_inline"):
            for tag in questions:
                token.content = token.content.replace(tag, "")


def _note_places(tokens: list[Token], source: str, marks: Marks) -> None:
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for token in tokens:
        if token.map is None or token.nesting < 0 or token.type == "inline":
            continue
        start = starts[token.map[0]]
        raw = source[start : starts[min(token.map[1], len(starts) - 1)]]
        span = Span(start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip()))
        token.attrSet(ATTRIBUTE, marks.add(span, _code(token)))
        if token.type in ("fence", "code_block"):
            token.type = "code_shell"


def _code(token: Token) -> Code | None:
    if token.type not in ("fence", "code_block"):
        return None
    language = token.info.split()[0] if token.info.split() else ""
    return Code(token.content.removesuffix("\n"), language.strip("{}.").split(",")[0])
