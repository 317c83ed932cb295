"""Hidden text of a document: nobody sees it on paper, and whoever hid it often meant answers."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, tostring

from knowledge.readers.xml import parse_xml

HIDDEN_STYLE = "CompanionHidden"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODIES = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
_STYLES = "word/styles.xml"
_OFF = frozenset({"0", "false", "off", "none"})


def mark_hidden(content: bytes) -> bytes:
    """The document with every hidden run in a style of its own, so that its reader can tell; a sound one is expected.

    Raises ContentUnreadable.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if not any(b"vanish" in parts.get(name, b"") for name in (*_BODIES, _STYLES)):
        return content
    styles = _hidden_styles(parts[_STYLES]) if _STYLES in parts else frozenset()
    for name in _BODIES:
        if name in parts:
            parts[name] = _marked(parts[name], styles, name)
    marked = BytesIO()
    with zipfile.ZipFile(marked, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return marked.getvalue()


def _hidden_styles(content: bytes) -> frozenset[str]:
    """Styles that hide, and those based on one of them."""
    root = parse_xml(content, _STYLES)
    hidden: set[str] = set()
    based: dict[str, str] = {}
    for style in root.iter(f"{_W}style"):
        name = style.get(f"{_W}styleId", "")
        parent = style.find(f"{_W}basedOn")
        based[name] = "" if parent is None else parent.get(f"{_W}val", "")
        if _vanishes(style.find(f"{_W}rPr")):
            hidden.add(name)
    for _ in range(len(based)):
        more = {name for name, parent in based.items() if parent in hidden} - hidden
        if not more:
            break
        hidden |= more
    return frozenset(hidden)


def _marked(content: bytes, styles: frozenset[str], name: str) -> bytes:
    root = parse_xml(content, name)
    for run, paragraph_style in _runs(root):
        properties = run.find(f"{_W}rPr")
        style = None if properties is None else properties.find(f"{_W}rStyle")
        named = "" if style is None else style.get(f"{_W}val", "")
        if not (_vanishes(properties) or named in styles or paragraph_style in styles):
            continue
        if properties is None:
            properties = Element(f"{_W}rPr")
            run.insert(0, properties)
        if style is None:
            style = SubElement(properties, f"{_W}rStyle")
        style.set(f"{_W}val", HIDDEN_STYLE)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _runs(root: Element) -> Iterator[tuple[Element, str]]:
    for paragraph in root.iter(f"{_W}p"):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        named = "" if style is None else style.get(f"{_W}val", "")
        for run in paragraph.iter(f"{_W}r"):
            yield run, named


def _vanishes(properties: Element | None) -> bool:
    vanish = None if properties is None else properties.find(f"{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val", "true").lower() not in _OFF
