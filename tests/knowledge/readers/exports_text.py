"""Courses of text files that hold marker words wherever such files have a place for them."""

import zipfile
from pathlib import Path

from tests.knowledge.readers.exports_scorm import make_scorm

_MARKDOWN = """# About {visible}

Words {visible} to read. [A draft](draft.md)

## Exercise

What is {visible}?

### Answer

It is {key}, says the teacher.

<details class="solution"><summary>Solution</summary>

Look up {key} once more.

</details>
"""
_MDX = """# About {visible}

Words {visible} to read. [A draft](draft.mdx)

<Question
  choices={{[
    {{ text: "First {visible}", explain: "No, {key}." }},
    {{ text: "Second {visible}", explain: "Yes, {key}.", correct: true }},
  ]}}
/>

After it {visible}.
"""
_HTML = """<html lang="en"><head><title>About {visible}</title><script>var x = "{key}";</script></head>
<body><h1>About {visible}</h1><!-- {key} --><p>Words {visible} to read.</p>
<h2>Exercise</h2><p>What is {visible}?</p><h3>Answer</h3><p>It is {key}.</p></body></html>
"""


def make_markdown(folder: Path, **words: str) -> Path:
    """A folder of Markdown: words to read, a key under its heading, a solution that folds out, a draft."""
    draft = "---\ndraft: true\ntitle: Draft {unpublished}\n---\n\nNot yet {unpublished}.\n"
    return _written(folder / "markdown", {"1 open.md": _MARKDOWN, "draft.md": draft}, words)


def make_mdx(folder: Path, **words: str) -> Path:
    """A folder of MDX: words to read, a question with its explanations, a draft."""
    draft = "---\npublished: false\n---\n\n# Draft {unpublished}\n\nNot yet {unpublished}.\n"
    return _written(folder / "mdx", {"1 open.mdx": _MDX, "draft.mdx": draft}, words)


def make_html(folder: Path, **words: str) -> Path:
    """A folder of pages: words to read, a key under its heading, what only programs read."""
    return _written(folder / "html", {"1 open.html": _HTML}, words)


def make_package(folder: Path, **words: str) -> Path:
    """A package like one of SCORM whose manifest does not say so."""
    packed = make_scorm(folder, **words)
    plain = folder / "package.zip"
    with zipfile.ZipFile(packed) as read, zipfile.ZipFile(plain, "w") as written:
        for name in read.namelist():
            content = read.read(name)
            if name.endswith("imsmanifest.xml"):
                content = content.replace(b"SCORM", b"IMS").replace(b"adlcp", b"other").replace(b"adlnet", b"other")
            written.writestr(name, content)
    return plain


def _written(folder: Path, pages: dict[str, str], words: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / name).write_text(text.format(**words), encoding="utf-8")
    return folder
