"""Text documents: headings, tables and notes as they stand, nothing of what was hidden, struck out or remarked."""

from __future__ import annotations

import pytest

from foundation.errors import ContentUnreadable
from knowledge.blocks import BlockKind, SourceLesson, Visibility
from knowledge.readers.docx import read_docx
from tests.knowledge.readers.exports_documents import docx, p


def style(name: str, style_id: str, more: str = "") -> str:
    return f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>{more}</w:style>'


def read(body: str, **parts: str) -> SourceLesson:
    lesson = read_docx(docx(body, **parts), path="docs/handout.docx").lesson
    assert lesson is not None
    return lesson


@pytest.mark.parametrize(
    ("first", "second"), [("heading 1", "heading 2"), ("Heading 1", "Heading 2"), ("Заголовок 1", "Заголовок 2")]
)
def test_headings_are_known_by_their_style_in_either_language(first: str, second: str) -> None:
    styles = style(first, "a1") + style(second, "a2")
    lesson = read(p("Выборка", "a1") + p("Запас", "a2") + p("Десять процентов."), styles=styles)
    assert lesson.title == "Выборка"
    assert lesson.blocks[-1].heading_path == ("Выборка", "Запас")
    assert lesson.blocks[-1].spot is None


def test_tables_and_lists_and_notes_are_read() -> None:
    cells = "".join(f"<w:tc>{p(text)}</w:tc>" for text in ("Метрика", "Доля"))
    noted = '<w:p><w:r><w:t>Текст</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    note = f'<w:footnote w:id="2">{p("Слова сноски")}</w:footnote>'
    lesson = read(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>{noted}", notes=note)
    kinds = {block.kind: block.text for block in lesson.blocks}
    assert kinds[BlockKind.TABLE] == "Метрика | Доля"
    assert "Слова сноски" in kinds[BlockKind.LIST]
    assert "↑" not in kinds[BlockKind.LIST]


def test_text_boxes_are_read() -> None:
    box = f"<w:p><w:r><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'><v:textbox><w:txbxContent>{p('В рамке')}"
    box += "</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    assert "В рамке" in [block.text for block in read(box).blocks]


def test_what_was_struck_out_and_remarked_is_nobodys() -> None:
    struck = '<w:p><w:del w:id="1" w:author="a"><w:r><w:delText>вычеркнуто</w:delText></w:r></w:del>'
    struck += '<w:ins w:id="2" w:author="a"><w:r><w:t>вписано</w:t></w:r></w:ins>'
    struck += '<w:r><w:commentReference w:id="0"/></w:r></w:p>'
    comments = f'<w:comment w:id="0" w:author="Иванова" w:initials="и">{p("замечание")}</w:comment>'
    lesson = read(struck, comments=comments)
    assert [block.text for block in lesson.blocks] == ["вписано"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>ответ 42</w:t></w:r></w:p>",
        '<w:p><w:pPr><w:pStyle w:val="h2"/></w:pPr><w:r><w:t>ответ 42</w:t></w:r></w:p>',
        '<w:p><w:r><w:rPr><w:rStyle w:val="h1"/></w:rPr><w:t>ответ 42</w:t></w:r></w:p>',
    ],
)
def test_hidden_text_is_for_staff(hidden: str) -> None:
    styles = style("Hidden", "h1", "<w:rPr><w:vanish/></w:rPr>") + style("Deeper", "h2", '<w:basedOn w:val="h1"/>')
    lesson = read(p("Вопрос?") + hidden, styles=styles)
    assert [(block.text, block.visibility) for block in lesson.blocks] == [
        ("Вопрос?", Visibility.LEARNER),
        ("ответ 42", Visibility.STAFF),
    ]


def test_text_whose_hiding_was_switched_off_is_seen() -> None:
    shown = '<w:p><w:r><w:rPr><w:vanish w:val="false"/></w:rPr><w:t>видно</w:t></w:r></w:p>'
    assert read(shown).blocks[0].visibility is Visibility.LEARNER


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(ContentUnreadable, match="document"):
        read_docx(_with_prolog(bomb), path="a.docx")


def _with_prolog(prolog: str) -> bytes:
    import zipfile
    from io import BytesIO

    out = BytesIO()
    with zipfile.ZipFile(BytesIO(docx(p("x")))) as sound, zipfile.ZipFile(out, "w") as hostile:
        for name in sound.namelist():
            head, _, rest = sound.read(name).decode().partition("?>")
            hostile.writestr(name, f"{head}?>{prolog if name == 'word/document.xml' else ''}{rest}")
    return out.getvalue()


def test_a_truncated_document_is_refused() -> None:
    with pytest.raises(ContentUnreadable):
        read_docx(docx(p("x"))[:-100], path="a.docx")
