"""XML, office documents and markup that would run, load or never end."""

import io
import zipfile
from pathlib import Path

import pytest
from lxml.html import document_fromstring

from foundation.errors import ContentUnreadable
from knowledge.readers import read_course
from knowledge.readers.leaves import LEAVES
from knowledge.readers.sanitise import sanitise
from knowledge.readers.xml import MAX_DEPTH, check_prolog, local_name, parse_xml
from tests.knowledge.readers.hostile import make_zip, put

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE course [
 <!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">
 <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
]>
<course>&b;</course>"""
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE course [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<course>&secret;</course>"""


def refused(content: bytes, because: str) -> ContentUnreadable:
    with pytest.raises(ContentUnreadable, match=because) as told:
        parse_xml(content, "course.xml")
    return told.value


@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE, LAUGHS.decode().encode("utf-16")])
def test_entities_are_refused_where_they_are_declared(content: bytes) -> None:
    assert refused(content, "declares").line == 2
    with pytest.raises(ContentUnreadable, match="declares"):
        check_prolog(content, "course.xml")


def test_a_document_type_that_only_names_the_format_is_passed_over() -> None:
    root = parse_xml(b'<!DOCTYPE questestinterop SYSTEM "ims_qtiasiv1p2.dtd"><questestinterop>x</questestinterop>', "q")
    assert (local_name(root), root.text) == ("questestinterop", "x")


def test_an_entity_nobody_declared_is_an_error_with_its_line() -> None:
    assert refused(b"<course>\n<a>x&nbsp;y</a></course>", "undefined entity").line == 2
    assert refused(b"\n\n<course>\n<a></b></course>", "mismatched tag").line == 4


def test_nesting_and_repeating_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    parse_xml(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH, "course.xml")
    refused(b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), "deep")
    monkeypatch.setattr("knowledge.readers.xml.MAX_ELEMENTS", 1_000)
    parse_xml(b"<r>" + b"<a/>" * 999 + b"</r>", "course.xml")
    refused(b"<r>" + b"<a/>" * 1_000 + b"</r>", "elements")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251", "koi8-r"])
def test_xml_is_read_as_it_says_it_is_encoded(encoding: str) -> None:
    told = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><a b="й">Ёлка</a>'
    root = parse_xml(told.encode(encoding), "a.xml")
    assert (root.text, root.get("b")) == ("Ёлка", "й")


@pytest.mark.parametrize("encoding", ["gbk", "zlib_codec", "nothing"])
def test_an_encoding_that_cannot_be_read_is_said(encoding: str) -> None:
    refused(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode(), "encoding")


def test_its_text_is_cleaned_as_all_text_is() -> None:
    root = parse_xml("<a b='и\u0306'>x&#13;\n<c/>\ufeffи\u0306</a>".encode(), "a.xml")
    assert (root.get("b"), root.text, root[0].tail) == ("й", "x\n", "й")


def document(parts: dict[str, bytes]) -> bytes:
    return make_zip({"[Content_Types].xml": b"<Types/>", **parts})


HOSTILE_DOCUMENTS = {
    "entities": (document({"word/document.xml": LAUGHS}), "declares"),
    "entities of UTF-16": (document({"word/document.xml": LAUGHS.decode().encode("utf-16")}), "declares"),
    "entities where nobody looks": (document({"word/document.xml": b"<a/>", "_rels/.rels": LAUGHS}), "declares"),
    "a bomb": (document({"word/document.xml": b"<a>" + b" " * 49_000_000 + b"</a>"}), "no course does"),
    "a way out": (document({"word/document.xml": b"<a/>", "../../x": b""}), "would leave it"),
    "a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "with a password"),
    "something else": (document({"ppt/presentation.xml": b"<a/>"}), "no docx file"),
    "its end missing": (document({"word/document.xml": b"<a/>"})[:-20], "cut short"),
    "no bounds": (make_zip({"word/document.xml": b"<a/>"}, method=zipfile.ZIP_BZIP2), "method that is not read"),
}


@pytest.mark.parametrize("what", HOSTILE_DOCUMENTS)
def test_a_hostile_document_never_reaches_its_reader(what: str) -> None:
    content, because = HOSTILE_DOCUMENTS[what]
    with pytest.raises(ContentUnreadable, match=because):
        LEAVES[".docx"](content, path="text.docx")


RUNNING = {
    "a script": "<p>a</p><script>alert(1)</script>",
    "a script in a picture": '<svg onload="alert(1)"><script>alert(1)</script><circle/></svg><p>a</p>',
    "a picture's link": '<svg><a xlink:href="javascript:alert(1)"><text>a</text></a></svg><p>a</p>',
    "an attribute": '<p onclick="alert(1)" style="background:url(javascript:alert(1))">a</p>',
    "an address": '<p>a <a href="javascript:alert(1)">b</a> <a href="java&#10;script:alert(1)">c</a></p>',
    "data": '<p>a <a href="data:text/html,<script>alert(1)</script>">b</a></p>',
    "an object": '<p>a</p><object data="x.svg"></object><embed src="x"><iframe srcdoc="<script>alert(1)</script>">',
    "a form": '<p>a</p><form action="https://evil.example"><button formaction="javascript:alert(1)">b</button></form>',
    "a base": '<base href="https://evil.example/"><p>a <a href="b">c</a></p><meta http-equiv="refresh" content="0;x">',
    "mathematics": '<math><maction actiontype="statusline" xlink:href="javascript:alert(1)">a</maction></math><p>a</p>',
}
ATTRIBUTES = {"id", "href", "title", "class", "start", "colspan", "rowspan", "rel"}
RUNS = {"script", "svg", "math", "iframe", "object", "embed", "form", "button", "base", "meta", "link", "style", "img"}


def running_in(html: str) -> list[str]:
    """What of a fragment a browser would run or load; words that tell of it are only words."""
    page = document_fromstring(f"<html><body>{html}</body></html>")
    found = [element.tag for element in page.iter() if element.tag in RUNS]
    for element in page.iter():
        found += [name for name in element.attrib if name not in ATTRIBUTES]
        address = (element.get("href") or "").strip().lower()
        found += [address] if ":" in address and not address.startswith(("http:", "https:", "mailto:")) else []
    return found


def html_of(folder: Path, name: str, content: bytes) -> str:
    course = read_course(put(folder, name, content))
    return "".join(block.html for lesson in course.lessons for block in lesson.blocks)


@pytest.mark.parametrize("what", RUNNING)
@pytest.mark.parametrize("suffix", [".html", ".md", ".mdx"])
def test_nothing_that_runs_is_left_in_a_lesson(tmp_path: Path, what: str, suffix: str) -> None:
    source = (
        f"<html><body><h1>T</h1>{RUNNING[what]}</body></html>" if suffix == ".html" else f"# T\n\n{RUNNING[what]}\n"
    )
    html = html_of(tmp_path, f"a{suffix}", source.encode())
    assert running_in(html) == []
    assert sanitise(html) == html


def test_a_picture_with_a_script_is_no_lesson(tmp_path: Path) -> None:
    picture = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><text>a</text></svg>'
    packed = io.BytesIO(make_zip({"a.md": b"# T\n\nWords. ![p](p.svg)\n", "p.svg": picture})).getvalue()
    html = html_of(tmp_path, "c.zip", packed)
    assert "Words." in html
    assert "alert" not in html
