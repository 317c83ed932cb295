"""Joins the widget's modules, style and words into the one classic script that a host page loads.

The modules stay readable as they are and need no build: joining takes out what only a reader or a module loader needs.
It knows nothing of JavaScript beyond that, so a module keeps to `import { name } from "./file.js"` and to `export`
before a declaration, no two modules declare the same name, `#` stands before private names only, and no string has
an operator between blanks.
"""

from __future__ import annotations

import json
import re
import string
from collections import Counter
from pathlib import Path

# A module comes after everything it imports.
MODULES = (
    "dom.js",
    "texts.js",
    "storage.js",
    "service.js",
    "stream.js",
    "memory.js",
    "answer.js",
    "feedback.js",
    "person.js",
    "news.js",
    "exchange.js",
    "conversation.js",
    "element.js",
)
LANGUAGES = ("en", "ru")

_HERE = Path(__file__).resolve().parent
_IMPORT = re.compile(r"^import \{[^}]*\} from \"[^\"]+\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|const|function)\b)", re.MULTILINE)
_LEFT_OVER = re.compile(r"^\s*(?:import|export)\b.*$", re.MULTILINE)
_REMARK = re.compile(r"^\s*(?://.*|/\*\*.*?\*/)\n", re.MULTILINE)
_BLOCK_REMARK = re.compile(r"^[ ]*/\*.*?\*/\n", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^\s+", re.MULTILINE)
_PRIVATE = re.compile(r"#[A-Za-z]\w*")
# A line break that ends nothing; a line with a remark at its end must keep its own.
_JOINED = re.compile(r"^(?!.*//)(.*[;{},])\n", re.MULTILINE)
# No string of ours has one of these between blanks.
_BETWEEN = re.compile(r" (=>|[!=]==|&&|\|\||\+=|=) ")
# In a style sheet blanks mean something between selectors and values, and nothing around these.
_AROUND = re.compile(r"\s*([{};,>])\s*")


def join_widget() -> str:
    """The script's text. Raises ValueError naming the module that uses an import or export we cannot take out."""
    parts = [f"const TEXTS = {_texts()};\n", f"const STYLE = {json.dumps(_style())};\n"]
    code = _with_short_names("".join(map(_module, MODULES)))
    return '(() => {\n"use strict";\n' + "".join(parts) + _JOINED.sub(r"\1", code) + "})();\n"


def _with_short_names(code: str) -> str:
    """Private names are seen by nobody outside: the most frequent get the shortest ones."""
    names = [name for name, _ in Counter(_PRIVATE.findall(code)).most_common()]
    letters = string.ascii_letters
    fresh = (f"#{first}{second}" for first in ("", *letters) for second in letters)
    short = dict(zip(names, fresh, strict=False))
    return _PRIVATE.sub(lambda found: short[found.group()], code)


def _module(name: str) -> str:
    text = _EXPORT.sub("", _IMPORT.sub("", (_HERE / name).read_text("utf-8")))
    if left_over := _LEFT_OVER.search(text):
        raise ValueError(f"{name}: cannot take out: {left_over.group().strip()}")
    return _BETWEEN.sub(r"\1", _INDENT.sub("", _REMARK.sub("", _BLOCK_REMARK.sub("", text))))


def _style() -> str:
    text = _INDENT.sub("", _BLOCK_REMARK.sub("", (_HERE / "companion.css").read_text("utf-8")))
    return _AROUND.sub(r"\1", text).replace(": ", ":").replace(";}", "}")


def _texts() -> str:
    texts = {language: json.loads((_HERE / "texts" / f"{language}.json").read_text("utf-8")) for language in LANGUAGES}
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":"))
