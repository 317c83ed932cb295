"""HTML pages to typed blocks: the part of the page that is the lesson, without menus and scripts."""

import re
from html.parser import HTMLParser

from knowledge.readers.builder import LessonBuilder, Span
from knowledge.readers.dom import Element, parse_page
from knowledge.readers.inline import visible_text
from knowledge.readers.markdown import Page
from knowledge.readers.marks import ATTRIBUTE, Marks
from knowledge.readers.tree import TreeReader

_DROPPED = (
    *("head", "nav", "script", "style", "footer", "template", "noscript", "iframe", "object", "svg", "canvas"),
    *("audio", "video", "button", "select", "textarea", "input"),
)
_RAW_TEXTS = frozenset({"script", "style", "textarea", "title"})
_TOKEN = re.compile(r"<!--|<(/?)([A-Za-z][^\s/>]*)")
_TAG_REST = re.compile(r"(?:[^\"'>]|\"[^\"]*\"|'[^']*')*+>")
_HEADING_LINK_TEXTS = frozenset({"¶", "#", "🔗", "§", ""})


def read_html(source: str) -> Page:
    """Return the blocks of a cleaned source; offsets count its characters. Raises TooDeep for absurd nesting."""
    builder = LessonBuilder()
    title = add_html(builder, source)
    return Page(builder.title or title, builder.finish(len(source)), withheld=builder.withheld)


def add_html(builder: LessonBuilder, source: str, *, at: int = 0) -> str:
    """Tell the builder what a cleaned page or fragment of HTML says; returns its `<title>`, "" without one.

    `at` is where a fragment begins in its part: blocks of a part are put in the order of their offsets. Raises TooDeep
    for absurd nesting.
    """
    marks = Marks(source)
    root = parse_page(f"<!DOCTYPE html>{_marked(source, marks, at)}")
    titled = root.find(".//title")
    title = visible_text([titled]) if titled is not None else ""
    lesson = _lesson_part(root)
    _drop_furniture(lesson)
    TreeReader(builder, marks).read(lesson)
    return title


def html_language(source: str) -> str:
    """Return the language an HTML page declares, "" when it declares none."""
    finder = _LanguageFinder()
    finder.feed(source[:5000])
    return finder.language


def _lesson_part(root: Element) -> Element:
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = [part for part in root.iterfind(path) if visible_text([part])]
        if len(found) == 1:
            return found[0]
    body = root.find("body")
    return root if body is None else body


def _drop_furniture(lesson: Element) -> None:
    for element in list(lesson.iter(*_DROPPED)):
        if element is not lesson and element.getparent() is not None:
            element.drop_tree()
    for heading in list(lesson.iter("h1", "h2", "h3", "h4", "h5", "h6")):
        for link in list(heading.iter("a")):
            if visible_text([link]) in _HEADING_LINK_TEXTS:
                if not heading.get("id") and link.get("id"):
                    heading.set("id", str(link.get("id")))
                link.drop_tree()


def _marked(source: str, marks: Marks, at: int) -> str:
    """Write into every start tag where it stands in the source: lxml itself knows only lines.

    One pass, whatever the page: the standard library's parser takes minutes over 100 kB of tags nobody closed.
    """
    pieces: list[str] = []
    written = position = 0
    while (token := _TOKEN.search(source, position)) is not None:
        position = _token_end(source, token)
        if token[2] and not token[1]:
            pieces += [source[written : token.end()], f' {ATTRIBUTE}="{marks.add(Span(at + token.start()))}"']
            written = token.end()
        if position < 0:
            break
    return "".join([*pieces, source[written:]])


def _token_end(source: str, token: re.Match[str]) -> int:
    """Return where a comment, a tag or a raw text such as a script ends; -1 when it never does."""
    if token[2] is None:
        end = source.find("-->", token.end())
        return end + 3 if end >= 0 else -1
    rest = _TAG_REST.match(source, token.end())
    end = rest.end() if rest else source.find(">", token.end()) + 1 or -1
    name = token[2].lower()
    if end < 0 or token[1] or name not in _RAW_TEXTS:
        return end
    closing = re.compile(f"</{name}", re.IGNORECASE).search(source, end)
    return closing.start() if closing else -1


class _LanguageFinder(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = dict(attrs).get("lang") or ""
