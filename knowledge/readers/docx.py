"""A text document as a lesson: by way of HTML, so what holds for pages holds for it too."""

import re
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from foundation.errors import ContentUnreadable
from foundation.text import clean_text
from knowledge.readers.builder import PartOf
from knowledge.readers.document import Document
from knowledge.readers.docx_hidden import HIDDEN_STYLE, mark_hidden
from knowledge.readers.dom import TooDeep
from knowledge.readers.html import add_html
from knowledge.readers.ooxml import check_ooxml
from knowledge.readers.page import ReadPage

_LEVELS = range(1, 7)
_STYLES = "\n".join(
    [
        "p[style-name='Title'] => h1:fresh",
        "p[style-name='Название'] => h1:fresh",
        "p[style-name='Заголовок'] => h1:fresh",
        *(
            f"p[style-name='{name} {level}'] => h{level}:fresh"
            for level in _LEVELS
            for name in ("Заголовок", "heading")
        ),
        # Read as an answer: kept for staff, wherever it stands.
        f"r.{HIDDEN_STYLE} => span.answer-key",
        "p[style-name='Код'] => pre:separator('\\n')",
        "p[style-name='Code'] => pre:separator('\\n')",
        "p[style-name='HTML Preformatted'] => pre:separator('\\n')",
    ]
)
# A note's way back to where it was called from leads nowhere in a lesson.
_BACK = re.compile(r'\s*<a href="#(?:foot|end)note-ref-[^"]*">[^<]*</a>')


def read_docx(content: bytes, *, path: str, title: str = "", block_title: str = "") -> ReadPage:
    """Read one document. Raises ContentUnreadable for one that is damaged, locked or hostile."""
    import mammoth  # slow to load, and few courses hold documents

    check_ooxml(content, path=path, part="word/document.xml")
    try:
        marked = mark_hidden(content)
        result = mammoth.convert_to_html(BytesIO(marked), style_map=_STYLES, convert_image=_without_pictures())
    except (BadZipFile, KeyError, ValueError, SyntaxError, AttributeError, RecursionError) as err:
        raise ContentUnreadable(path, "is damaged: save it again") from err
    source = clean_text(_BACK.sub("", result.value))
    document = Document(path)
    try:
        with document.builder.part(PartOf(), length=len(source), keeps_headings=True):
            add_html(document.builder, source)
    except TooDeep as err:
        raise ContentUnreadable(path, "nests its elements too deeply") from err
    return document.page(title=title, block_title=block_title)


def _without_pictures() -> Any:
    from mammoth import images

    return images.img_element(lambda image: {"src": ""})
