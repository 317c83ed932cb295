"""Tables as `cell | cell` lines and as HTML."""

from dataclasses import dataclass, field

from knowledge.readers.dom import Element, Part, content, name_of
from knowledge.readers.inline import inline_html, visible_text

_SECTIONS = frozenset({"thead", "tbody", "tfoot"})


@dataclass(slots=True)
class Table:
    """A table taken apart; `strays` are elements and texts an author put beside the cells, such as a caption."""

    rows: list[list[str]] = field(default_factory=list)
    html_rows: list[str] = field(default_factory=list)
    strays: list[Part] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The rows that say something, header first as written."""
        return "\n".join(" | ".join(row).strip() for row in self.rows if any(row))

    @property
    def html(self) -> str:
        """The rows as HTML, not yet sanitised."""
        return f"<table>{''.join(self.html_rows)}</table>"


def take_apart(element: Element) -> Table:
    """Return the rows of a table element; a table inside a cell is flattened into the cell."""
    table = Table()
    _read_rows(element, table)
    return table


def _read_rows(element: Element, table: Table) -> None:
    for part in content(element):
        tag = "" if isinstance(part, str) else name_of(part)
        if isinstance(part, str):
            if part.strip():
                table.strays.append(part)
        elif tag == "tr":
            _read_row(part, table)
        elif tag in _SECTIONS:
            _read_rows(part, table)
        elif tag and tag not in ("col", "colgroup"):
            table.strays.append(part)


def _read_row(row: Element, table: Table) -> None:
    texts: list[str] = []
    html: list[str] = []
    for part in content(row):
        if isinstance(part, str) and not part.strip():
            continue
        tag = "" if isinstance(part, str) else name_of(part)
        inner: list[Part] = [part] if isinstance(part, str) else content(part)
        text = visible_text(inner).replace("\n", " ")
        if not text and tag not in ("td", "th"):
            continue
        texts.append(text)
        tag = "th" if tag == "th" else "td"
        html.append(f"<{tag}>{inline_html(inner)}</{tag}>")
    table.rows.append(texts)
    table.html_rows.append(f"<tr>{''.join(html)}</tr>")
