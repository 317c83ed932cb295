"""From printed lines back to what was written: headings, paragraphs and lists, without what every page repeats."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from knowledge.readers.pdf_lines import DIVIDED, Bookmark, PdfLine, PdfPage, PdfText

# Lines of a page's edge that may be its running head or foot, and how many pages must share one.
_EDGE_LINES = 3
_FEWEST_PAGES = 3
_SHARE_OF_PAGES = 1 / 3
_HEADING_FACTOR = 1.12
_LONGEST_HEADING = 160
_LEVELS = 6
_DIGITS = re.compile(r"\d+")
_BULLET = re.compile(r"([•◦▪▫‣●○■□➢✓⁃∙·*–—-]|o(?= [^\W\d_]))\s+(?=\S)|(\(?\d{1,3}[.)]|\(?[a-zа-я]\))\s+(?=\S)")
_LETTER = re.compile(r"[^\W\d_]")
_ENDS = re.compile(r"[.!?:;…][»”\"')\]]*$")
_LEADERS = re.compile(r"(?:\. ?){4,}")
_WORD = re.compile(r"[\w-]+")
_DIVISION = re.compile(rf"([\w-]*\w){DIVIDED}(\w[\w-]*)")
_GENERIC_TITLE = re.compile(
    r"(?:slide|page|слайд|страница|стр\.?)\s*\d+$|microsoft (?:word|powerpoint) ?-.*", re.IGNORECASE
)
_FILE_TITLE = re.compile(r"\.(?:docx?|pptx?|odt|odp|tex|indd|pages|key|rtf|pdf|html?|md)$", re.IGNORECASE)
_EMPTY_TITLES = frozenset({"untitled", "без названия", "powerpoint presentation", "презентация powerpoint"})


class Form(Enum):
    """What a stretch of lines was."""

    HEADING = "heading"
    PROSE = "prose"
    ITEM = "item"


@dataclass(slots=True)
class Stretch:
    """Lines that belong together; `level` counts from 1 for a heading, from 0 for an item's depth."""

    form: Form
    page: int
    lines: list[PdfLine] = field(default_factory=list)
    level: int = 0

    def text(self, words: frozenset[str]) -> str:
        """The lines as one line; a word cut at a line's end is put together as `words` of the file know it."""
        told = ""
        for position, line in enumerate(self.lines):
            last = position == len(self.lines) - 1
            told += _LEADERS.sub("…", " ".join(line.text.split()))
            told += "" if last else (DIVIDED if line.cut else " ")
        return _DIVISION.sub(lambda halves: _joined(halves[1], halves[2], words), told).replace(DIVIDED, "-")


def document_title(text: PdfText) -> str:
    """What the file calls itself, "" where that is an accident of how it was made."""
    title = " ".join(text.title.split())
    accident = _GENERIC_TITLE.match(title) or _FILE_TITLE.search(title) or title.lower() in _EMPTY_TITLES
    return "" if accident or not _LETTER.search(title) else title


def known_words(text: PdfText) -> frozenset[str]:
    """The words of a file in lower case, those with hyphens too."""
    lines = (line for page in text.pages for line in page.lines)
    return frozenset(
        word.lower()
        for line in lines
        # The halves beside a division are no words.
        for word in _WORD.findall(_DIVISION.sub(" ", line.text + (DIVIDED if line.cut else "")))
    )


def stretches(text: PdfText) -> Iterator[Stretch]:
    """The file's headings, paragraphs and list items in order; a paragraph that goes on overleaf stays one."""
    pages = _without_furniture(text.pages)
    style = _style(pages, text.outline)
    before: Stretch | None = None
    for page in pages:
        for stretch in _of_page(page, style):
            if before is not None and _goes_on(before, stretch):
                before.lines += stretch.lines
                continue
            if before is not None:
                yield before
            before = stretch
    if before is not None:
        yield before


@dataclass(frozen=True, slots=True)
class _Style:
    """How a file prints: body size, distance of lines in sizes, which sizes are headings, what its outline names."""

    body: float
    leading: float
    levels: dict[float, int]
    bold_level: int
    outline: dict[tuple[int, str], int]


def _style(pages: Sequence[PdfPage], outline: Sequence[Bookmark]) -> _Style:
    lines = [line for page in pages for line in page.lines]
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    large = sorted(
        {line.size for line in lines if _may_head(line) and line.size >= body * _HEADING_FACTOR}, reverse=True
    )
    levels = {size: min(index + 1, _LEVELS - 1) for index, size in enumerate(large)}
    bold = sum(len(line.text) for line in lines if line.bold and line.size == body)
    bolds_head = bold < 0.3 * max(1, sizes[body])
    named = {(mark.page, _key(mark.title)): min(mark.level + 1, _LEVELS) for mark in outline if _key(mark.title)}
    deepest = min(max(levels.values(), default=0) + 1, _LEVELS)
    return _Style(body, _leading(pages, body), levels, deepest if bolds_head else 0, named)


def _leading(pages: Sequence[PdfPage], body: float) -> float:
    steps = Counter[float]()
    for page in pages:
        for above, line in zip(page.lines, page.lines[1:], strict=False):
            step = above.foot - line.base
            if line.size == above.size == body and 0 < step < 4 * body:
                steps[round(step / body, 1)] += 1
    return steps.most_common(1)[0][0] if steps else 1.3


def _of_page(page: PdfPage, style: _Style) -> Iterator[Stretch]:
    current: Stretch | None = None
    rights = _columns(page.lines)
    for line in page.lines:
        level = _heading_level(line, page.number, style)
        if current is not None and _continues(current, line, level, style, rights):
            current.lines.append(line)
            continue
        if current is not None:
            yield current
        current = _opened(line, page.number, level)
    if current is not None:
        yield current


def _opened(line: PdfLine, page: int, level: int) -> Stretch:
    if level:
        return Stretch(Form.HEADING, page, [line], level)
    bullet = _BULLET.match(line.text)
    if bullet is None:
        return Stretch(Form.PROSE, page, [line])
    marked = line if bullet[1] is None else replace(line, text=line.text[bullet.end() :])
    return Stretch(Form.ITEM, page, [marked])


def _continues(current: Stretch, line: PdfLine, level: int, style: _Style, rights: dict[int, float]) -> bool:
    """Whether a line goes on with what stands above it."""
    above = current.lines[-1]
    if current.form is Form.HEADING or level:
        close = 0 < above.foot - line.base < 2 * line.size
        same = current.form is Form.HEADING and level == current.level and above.size == line.size
        return same and close and above.bold == line.bold and not _is_named(line, current.page, style)
    if above.cut:
        return True
    step = above.foot - line.base
    if abs(step) < 0.3 * line.size:
        return True
    apart = step > 1.3 * style.leading * line.size or abs(above.size - line.size) > 0.15 * style.body
    if apart or _BULLET.match(line.text):
        return False
    ended = bool(_ENDS.search(above.text))
    if step < 0:
        return not ended
    right = rights.get(_column(above), above.right)
    short = above.right < right - 0.15 * (right - above.left)
    indented = line.left > above.left + 0.8 * line.size and len(current.lines) > 0
    if current.form is Form.ITEM:
        return not (ended and line.left < current.lines[0].left - 0.5 * line.size) and not (ended and short)
    return not (ended and (short or indented))


def _goes_on(before: Stretch, stretch: Stretch) -> bool:
    """Whether a page's first stretch is the rest of the last one of the page before."""
    if stretch.page == before.page or stretch.form is not Form.PROSE or before.form is Form.HEADING:
        return False
    last, first = before.lines[-1], stretch.lines[0]
    if last.cut:
        return True
    opens_small = first.text[:1].islower()
    return opens_small and not _ENDS.search(last.text) and last.size == first.size


def _heading_level(line: PdfLine, page: int, style: _Style) -> int:
    named = style.outline.get((page, _key(line.text)))
    if named is not None:
        return named
    if not _may_head(line):
        return 0
    if line.size in style.levels:
        return style.levels[line.size]
    heads = line.bold and line.size >= style.body and len(line.text) <= 100 and not _ENDS.search(line.text)
    return style.bold_level if heads else 0


def _is_named(line: PdfLine, page: int, style: _Style) -> bool:
    return (page, _key(line.text)) in style.outline


def _may_head(line: PdfLine) -> bool:
    words = line.text.strip()
    return len(words) <= _LONGEST_HEADING and bool(_LETTER.search(words)) and not words.endswith((".", ";", ","))


def _without_furniture(pages: Sequence[PdfPage]) -> list[PdfPage]:
    """The pages without what stands at the edge of many of them, numbers counted as one."""
    sizes = Counter[float]()
    met: defaultdict[str, set[int]] = defaultdict(set)
    for page in pages:
        for line in page.lines:
            sizes[line.size] += len(line.text)
        for line in _edges(page):
            met[_furniture_key(line)].add(page.number)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    fewest = max(_FEWEST_PAGES, _SHARE_OF_PAGES * len(pages))
    repeated = {key for key, numbers in met.items() if len(numbers) >= fewest}
    return [
        replace(page, lines=tuple(line for line in page.lines if line not in dropped))
        for page in pages
        for dropped in [{line for line in _edges(page) if line.size <= body * 1.1 and _furniture_key(line) in repeated}]
    ]


def _edges(page: PdfPage) -> Iterable[PdfLine]:
    """The lines nearest to the upper and the lower edge, wherever the file tells them."""
    ordered = sorted(page.lines, key=lambda line: -line.base)
    for line in {*ordered[:_EDGE_LINES], *ordered[-_EDGE_LINES:]}:
        if not 0.14 * page.height < line.base < 0.86 * page.height:
            yield line


def _furniture_key(line: PdfLine) -> str:
    return _DIGITS.sub("#", " ".join(line.text.split()).lower())


def _columns(lines: Iterable[PdfLine]) -> dict[int, float]:
    rights: dict[int, float] = {}
    for line in lines:
        column = _column(line)
        rights[column] = max(rights.get(column, 0.0), line.right)
    return rights


def _column(line: PdfLine) -> int:
    return round(line.left / 40)


def _key(title: str) -> str:
    return re.sub(r"\W+", "", title.lower())


def _joined(first: str, second: str, words: frozenset[str]) -> str:
    """A divided word as the file writes it elsewhere; else whole, unless its second half looks like a word itself."""
    whole, hyphened = first + second, f"{first}-{second}"
    if whole.lower() in words:
        return whole
    return hyphened if hyphened.lower() in words or not second[0].islower() else whole
