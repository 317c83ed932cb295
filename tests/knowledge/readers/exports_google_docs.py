"""Makes small Google Docs exports: web pages with pictures in a zip."""

import zipfile
from collections.abc import Mapping
from pathlib import Path


def document(body: str, *, title: str = "", remarks: str = "") -> str:
    """A document as a web page; `remarks` is what people said beside its words."""
    named = f'<p class="c3 title" id="h.abc"><span class="c1">{title}</span></p>' if title else ""
    marked = '<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup>' if remarks else ""
    said = (
        '<div class="c5"><p class="c2"><a href="#cmnt_ref1" id="cmnt1">[a]</a>'
        f'<span class="c1">{remarks}</span></p><p class="c2"><span>{remarks}</span></p></div>'
    )
    return (
        '<html><head><meta content="text/html; charset=UTF-8" http-equiv="content-type">'
        '<style type="text/css">@import url(https://themes.googleusercontent.com/fonts/css?kit=x);'
        "ul.lst-kix_1-0{list-style-type:none}.c1{color:#000}</style></head>"
        f'<body class="c4 doc-content">{named}{body}<p class="c2">End{marked}</p>{said if remarks else ""}'
        "</body></html>"
    )


def write_google_docs(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write an export."""
    path = folder / "Document.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, content in files.items():
            archive.writestr(inside, content)
    return path


def make_google_docs(
    folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str, lang: str = "en"
) -> Path:
    """A document with words to read, a key under a heading of its own, and remarks of people; Google knows no more."""
    quiz, answer = ("Упражнение", "Ответы") if lang == "ru" else ("Exercise", "Answers")
    body = (
        f'<h1 class="c2"><span>About {visible}</span></h1><p class="c2"><span>{visible}</span></p>'
        f"<h2><span>{quiz}</span></h2><p><span>What is {visible}?</span></p>"
        f"<h2><span>{answer}</span></h2><p><span>{key}</span></p>"
    )
    files = {"Document.html": document(body, title=f"Document {visible}", remarks=private), "images/image1.png": b"x"}
    return write_google_docs(folder, files)
