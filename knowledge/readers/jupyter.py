"""A notebook as a lesson: its cells in order, counted as the notebook shows them; what is an answer is for staff."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from foundation.errors import ContentUnreadable
from foundation.text import clean_text
from knowledge.blocks import Spot, SpotKind
from knowledge.readers.builder import PartOf
from knowledge.readers.decoding import decode
from knowledge.readers.document import Document
from knowledge.readers.dom import TooDeep
from knowledge.readers.markdown import add_markdown
from knowledge.readers.notebook_answers import AnswerWatch, Told, cell_tags
from knowledge.readers.page import ReadPage

# What a cell printed is told while it reads as text; tables of numbers and logs are not.
_LONGEST_OUTPUT, _MOST_LINES = 1_000, 15


def read_notebook(content: bytes, *, path: str, title: str = "", block_title: str = "") -> ReadPage:
    """Read one notebook of any version. Raises ContentUnreadable."""
    notebook = _parsed(decode(content, path=path), path=path)
    document = Document(path)
    language = _language(notebook.get("metadata") or {})
    watch = AnswerWatch()
    for number, cell in enumerate(notebook.get("cells") or [], start=1):
        spot = Spot(SpotKind.CELL, number)
        kind, metadata = str(cell.get("cell_type", "")), _mapping(cell.get("metadata"))
        told = watch.tell(kind, clean_text(_text(cell.get("source"))), metadata)
        for piece in told:
            try:
                _tell(document, kind, piece, spot, language)
            except TooDeep:
                document.warn(f"cell {number} nests its elements too deeply, left out")
        if kind == "code" and told and all(piece.is_open for piece in told):
            for output in _outputs(cell, metadata):
                with document.part(PartOf(spot=spot)):
                    document.code(output)
    return document.page(title=title, block_title=block_title)


def _tell(document: Document, kind: str, piece: Told, spot: Spot, language: str) -> None:
    part = PartOf(visibility=piece.visibility, spot=spot)
    if kind == "markdown":
        with document.source(part, piece.text), _kept(document, is_key=piece.is_key):
            add_markdown(document.builder, piece.text)
    elif kind == "code" or not piece.is_open:
        with document.part(part), _kept(document, is_key=piece.is_key):
            document.code(piece.text, language if kind == "code" else "")


@contextmanager
def _kept(document: Document, *, is_key: bool) -> Iterator[None]:
    if is_key:
        with document.builder.staff_only():
            yield
    else:
        yield


def _outputs(cell: Mapping[str, Any], metadata: Mapping[str, Any]) -> Iterator[str]:
    """The short texts a cell printed or gave; errors and what went to the error stream are not among them."""
    if cell_tags(metadata) & {"remove-output", "hide-output"}:
        return
    for output in cell.get("outputs") or []:
        text = ""
        if output.get("output_type") == "stream" and output.get("name", "stdout") == "stdout":
            text = _text(output.get("text"))
        elif output.get("output_type") in ("execute_result", "display_data"):
            text = _text(_mapping(output.get("data")).get("text/plain"))
            # "<Figure size 640x480 …>": what something is called in memory, not what it says.
            text = "" if text.strip().startswith("<") and text.strip().endswith(">") else text
        if text.strip() and len(text) <= _LONGEST_OUTPUT and text.count("\n") < _MOST_LINES:
            yield clean_text(text)


def _language(metadata: Mapping[str, Any]) -> str:
    for place, name in (("kernelspec", "language"), ("language_info", "name")):
        found = _mapping(metadata.get(place)).get(name)
        if isinstance(found, str) and found:
            return found.lower()
    return "python"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(str(line) for line in value)
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _parsed(source: str, *, path: str) -> Any:
    """The notebook as version 4, as lenient as can be: a cell that breaks the schema is still read."""
    notebooks: Any = import_module("nbformat")
    try:
        notebook = notebooks.reader.reads(source)
        if notebooks.reader.get_version(notebook)[0] != notebooks.current_nbformat:
            with _silent("traitlets"):
                notebook = notebooks.convert(notebook, notebooks.current_nbformat)
    except RecursionError as err:
        raise ContentUnreadable(path, "nests its elements too deeply") from err
    except Exception as err:
        # Whatever a damaged file makes its parser raise; none of it says more to an author.
        raise ContentUnreadable(path, "is no notebook or damaged: save it again in Jupyter") from err
    return notebook


@contextmanager
def _silent(name: str) -> Iterator[None]:
    """Keep a package from writing a file's own words into the log."""
    logger = logging.getLogger(name)

    def nothing(_record: logging.LogRecord) -> bool:
        return False

    logger.addFilter(nothing)
    try:
        yield
    finally:
        logger.removeFilter(nothing)
