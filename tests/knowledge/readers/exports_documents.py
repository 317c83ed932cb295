"""Small documents and transcripts, made in code: PDF, PPTX, DOCX, notebooks, WebVTT and SRT.

Each `make_…` writes one that holds marker words wherever its format has such a place, and gives its path.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Text:
    """A line on a page of a PDF, `x` and `y` in points from the lower left corner."""

    text: str
    x: float = 72
    y: float = 700
    size: float = 12
    bold: bool = False


def pdf(pages: Sequence[Sequence[Text]], *, title: str = "", outline: Sequence[tuple[str, int]] = ()) -> bytes:
    """A PDF of these pages; any letter can be written: every font maps its codes to Unicode itself."""
    letters = sorted({letter for page in pages for line in page for letter in line.text})
    codes = {letter: index + 1 for index, letter in enumerate(letters)}
    kids = " ".join(f"{6 + 2 * index} 0 R" for index in range(len(pages)))
    marks = 6 + 2 * len(pages)
    catalog = "<< /Type /Catalog /Pages 2 0 R" + (f" /Outlines {marks} 0 R" if outline else "") + " >>"
    objects = [
        catalog.encode(),
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        _font("Plain", codes),
        _font("Made-Bold", codes),
        _stream(_unicode_map(codes)),
    ]
    for index, page in enumerate(pages):
        content = "".join(
            f"BT /{'B' if line.bold else 'F'} {line.size} Tf {line.x} {line.y} Td <{_coded(line.text, codes)}> Tj ET\n"
            for line in page
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F 3 0 R /B 4 0 R >> >> >>" % (7 + 2 * index)
        )
        objects.append(_stream(content.encode()))
    objects += _outline(outline, marks)
    if title:
        objects.append(b"<< /Title " + _utf16(title) + b" >>")
    return _assembled(objects, info=len(objects) if title else 0)


def _font(name: str, codes: dict[str, int]) -> bytes:
    widths = " ".join("600" for _ in codes)
    flags = 262144 + 32 if "Bold" in name else 32
    return (
        f"<< /Type /Font /Subtype /TrueType /BaseFont /{name} /FirstChar 1 /LastChar {max(len(codes), 1)} "
        f"/Widths [{widths or 600}] /ToUnicode 5 0 R /FontDescriptor << /Type /FontDescriptor /FontName /{name} "
        f"/Flags {flags} /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 "
        f"/StemV {140 if 'Bold' in name else 80} >> >>"
    ).encode()


def _unicode_map(codes: dict[str, int]) -> bytes:
    pairs = "\n".join(f"<{code:02X}> <{letter.encode('utf-16-be').hex()}>" for letter, code in codes.items())
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Made def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <FF> endcodespacerange\n{len(codes)} beginbfchar\n{pairs}\nendbfchar\n"
        "endcmap end end"
    ).encode()


def _coded(text: str, codes: dict[str, int]) -> str:
    return "".join(f"{codes[letter]:02X}" for letter in text)


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream"


def _outline(outline: Sequence[tuple[str, int]], first: int) -> list[bytes]:
    if not outline:
        return []
    last = first + len(outline)
    root = f"<< /Type /Outlines /First {first + 1} 0 R /Last {last} 0 R /Count {len(outline)} >>".encode()
    entries = []
    for index, (title, page) in enumerate(outline):
        number = first + 1 + index
        nearby = f" /Prev {number - 1} 0 R" if index else ""
        nearby += f" /Next {number + 1} 0 R" if number < last else ""
        place = f" /Parent {first} 0 R /Dest [{6 + 2 * (page - 1)} 0 R /Fit]{nearby} >>"
        entries.append(b"<< /Title " + _utf16(title) + place.encode())
    return [root, *entries]


def _utf16(text: str) -> bytes:
    return b"<FEFF" + text.encode("utf-16-be").hex().encode() + b">"


def _assembled(objects: Sequence[bytes], *, info: int) -> bytes:
    out = BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    about = b" /Info %d 0 R" % info if info else b""
    out.write(b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, about, table))
    return out.getvalue()


def prose(text: str, *, y: float = 700, size: float = 12, leading: float = 14.4, chars: int = 60) -> list[Text]:
    """A paragraph set in lines of about so many characters."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) >= chars:
            lines, line = [*lines, line.strip()], ""
        line += f" {word}"
    return [Text(row, 72, y - index * leading, size) for index, row in enumerate([*lines, line.strip()])]


@dataclass(frozen=True)
class Slide:
    """A slide: `bullets` are texts with their depths."""

    title: str
    bullets: Sequence[tuple[int, str]] = ()
    notes: str = ""
    hidden: bool = False


def pptx(slides: Sequence[Slide]) -> Any:
    """A presentation of these slides, to add to and save."""
    from pptx import Presentation

    deck = Presentation()
    for each in slides:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = each.title
        frame = slide.placeholders[1].text_frame
        for index, (level, text) in enumerate(each.bullets):
            paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
            paragraph.text, paragraph.level = text, level
        if each.notes:
            slide.notes_slide.notes_text_frame.text = each.notes
        if each.hidden:
            slide._element.set("show", "0")
    return deck


def pptx_bytes(slides: Sequence[Slide]) -> bytes:
    """A presentation as a file."""
    out = BytesIO()
    pptx(slides).save(out)
    return out.getvalue()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = {"document": "document.main"}
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def p(text: str, style: str = "") -> str:
    """A paragraph of a document."""
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def docx(body: str, *, styles: str = "", notes: str = "", comments: str = "") -> bytes:
    """A document with this body of raw WordprocessingML; `styles`, `notes` and `comments` are parts' insides."""
    parts = {"document": f"<w:document {_W}><w:body>{body}</w:body></w:document>"}
    parts |= {"styles": f"<w:styles {_W}>{styles}</w:styles>"} if styles else {}
    parts |= {"footnotes": f"<w:footnotes {_W}>{notes}</w:footnotes>"} if notes else {}
    parts |= {"comments": f"<w:comments {_W}>{comments}</w:comments>"} if comments else {}
    kinds = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_WORD}.{_KINDS.get(name, name)}+xml"/>' for name in parts
    )
    related = "".join(
        f'<Relationship Id="r{name}" Type="{_RELS}/{name}" Target="{name}.xml"/>'
        for name in parts
        if name != "document"
    )
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{kinds}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELS}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}</Relationships>',
        **{f"word/{name}.xml": text for name, text in parts.items()},
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return out.getvalue()


def cell(kind: str, source: str, *, outputs: Sequence[dict[str, Any]] = (), **metadata: Any) -> dict[str, Any]:
    """A cell of a notebook."""
    more = {"outputs": list(outputs), "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": metadata, "source": source.splitlines(keepends=True), **more}


def notebook(cells: Sequence[dict[str, Any]], *, language: str = "python") -> bytes:
    """A notebook of version 4."""
    about = {"kernelspec": {"name": "k", "display_name": "k", "language": language}}
    told = {"nbformat": 4, "nbformat_minor": 4, "metadata": about, "cells": list(cells)}
    return json.dumps(told, ensure_ascii=False).encode()


def stamp(second: float, point: str = ".") -> str:
    """A second as transcripts write it."""
    whole, part = int(second), round(second % 1 * 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{part:03}"


def vtt(cues: Sequence[tuple[float, float, str]], *, head: str = "WEBVTT", more: str = "") -> str:
    """A WebVTT file of cues: from, to, what is said."""
    told = "\n\n".join(f"{stamp(start)} --> {stamp(end)}\n{text}" for start, end, text in cues)
    return f"{head}\n\n{more}{told}\n"


def srt(cues: Sequence[tuple[float, float, str]]) -> str:
    """The same as SRT."""
    return "\n".join(
        f"{number}\n{stamp(start, ',')} --> {stamp(end, ',')}\n{text}\n"
        for number, (start, end, text) in enumerate(cues, 1)
    )


def make_pdf(folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str) -> Path:
    """A PDF has only what everybody sees."""
    file = folder / "handout.pdf"
    lines = [Text("Handout", size=20), *prose(f"Everybody may read {visible} on this page.", y=660)]
    file.write_bytes(pdf([lines], title="Handout"))
    return file


def make_pptx(folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str) -> Path:
    """Speaker notes are for staff, hidden slides for nobody yet."""
    file = folder / "deck.pptx"
    slides = [
        Slide(
            "Welcome", [(0, f"Everybody sees {visible} here"), (1, "and below it")], notes=f"Tell them {staff} aloud"
        ),
        Slide(f"Hidden {unpublished} title", [(0, f"hidden {unpublished} words")], notes=f"{staff} and {unpublished}"),
        Slide("Thanks", [(0, "The end of it")]),
    ]
    file.write_bytes(
        pptx_bytes([slides[0], Slide(slides[1].title, slides[1].bullets, slides[1].notes, True), slides[2]])
    )
    return file


def make_docx(folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str) -> Path:
    """Hidden text is for staff; comments are people's own, and what was struck out is nobody's."""
    file = folder / "text.docx"
    hidden = f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>The answer is {key}</w:t></w:r></w:p>"
    struck = f'<w:p><w:del w:id="1" w:author="a"><w:r><w:delText>{unpublished}</w:delText></w:r></w:del></w:p>'
    noted = '<w:p><w:commentRangeStart w:id="0"/><w:r><w:t>Noted here</w:t></w:r><w:commentRangeEnd w:id="0"/>'
    noted += '<w:r><w:commentReference w:id="0"/></w:r></w:p>'
    comments = f'<w:comment w:id="0" w:author="{private}" w:initials="x">{p(f"remark by {private}")}</w:comment>'
    styles = '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    body = p("Text", "Heading1") + p(f"Everybody may read {visible} here.") + hidden + struck + noted
    file.write_bytes(docx(body, styles=styles, comments=comments))
    return file


def make_ipynb(folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str) -> Path:
    """Solutions are keys, cells taken out of the book are for staff, and errors say where somebody's files are."""
    file = folder / "notebook.ipynb"
    failed = {"output_type": "error", "ename": "E", "evalue": private, "traceback": [private]}
    cells = [
        cell("markdown", f"# Notebook\n\nEverybody may read {visible} here."),
        cell("code", f"def f():\n    ### BEGIN SOLUTION\n    return '{key}'\n    ### END SOLUTION", outputs=[failed]),
        cell("code", f"assert f() == '{key}'", nbgrader={"grade": True, "solution": False}),
        cell("markdown", f"## About {staff}\n\nfor teachers: {staff}", tags=["remove-cell"]),
        cell("markdown", f"Their solution: {key}", tags=["solution"]),
        cell("markdown", "Goodbye and thanks."),
    ]
    file.write_bytes(notebook(cells))
    return file


def make_vtt(folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str) -> Path:
    """Notes in a transcript are for who made it."""
    file = folder / "talk.vtt"
    note = f"NOTE {private}\n\nSTYLE\n::cue {{ color: red }}\n\n"
    file.write_text(vtt([(1, 4, f"<v Speaker>Everybody may hear {visible} here.</v>")], more=note), encoding="utf-8")
    return file
