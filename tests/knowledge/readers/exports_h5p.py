"""Makes small H5P packages, as their editor writes them."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

Node = dict[str, Any]


def content(library: str, params: Mapping[str, Any], *, title: str = "Untitled", id: str = "") -> Node:
    """A content inside another one."""
    return {
        "library": f"{library} 1.5",
        "params": dict(params),
        "metadata": {"title": title, "contentType": "x", "license": "U"},
        "subContentId": id or f"sub-{library.lower()}",
    }


def text(words: str) -> Node:
    """A piece of text as a content."""
    return content("H5P.AdvancedText", {"text": f"<p>{words}</p>"})


def choice(asked: str, right: str, wrong: str, said: str) -> Node:
    """A question with one right answer as a content."""
    params = {
        "question": f"<p>{asked}</p>",
        "answers": [
            {"text": f"<div>{wrong}</div>", "correct": False, "tipsAndFeedback": {"tip": said, "chosenFeedback": said}},
            {"text": f"<div>{right}</div>", "correct": True, "tipsAndFeedback": {"notChosenFeedback": said}},
        ],
        "overallFeedback": [{"from": 0, "to": 100, "feedback": said}],
        "UI": {"checkAnswerButton": "CHECKBUTTON", "showSolutionButton": "SOLUTIONBUTTON"},
        "confirmCheck": {"header": "FINISHHEADER", "body": "FINISHBODY"},
    }
    return content("H5P.MultiChoice", params)


def package(
    main: Node, *, title: str = "A package", lang: str = "en", files: Mapping[str, bytes] | None = None, **head: Any
) -> bytes:
    """An `.h5p` whose main content this is."""
    told = {"title": title, "language": lang, "mainLibrary": main["library"].split()[0], "license": "U", **head}
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("h5p.json", json.dumps(told, ensure_ascii=False))
        archive.writestr("content/content.json", json.dumps(main["params"], ensure_ascii=False))
        for path, held in (files or {}).items():
            archive.writestr(path, held)
    return stream.getvalue()


def write_h5p(folder: Path, packed: bytes, name: str = "content.h5p") -> Path:
    """Write a package."""
    path = folder / name
    path.write_bytes(packed)
    return path


def book(*chapters: tuple[str, list[Node]]) -> Node:
    """A book of chapters."""
    told = [
        content("H5P.Column", {"content": [{"content": inner} for inner in inside]}, title=title, id=f"chapter-{at}")
        for at, (title, inside) in enumerate(chapters, 1)
    ]
    return content(
        "H5P.InteractiveBook", {"bookCover": {"coverDescription": "<p>About the book</p>"}, "chapters": told}
    )


def make_h5p(
    folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str, lang: str = "en"
) -> Path:
    """A package with each of these words in the places of its sort; H5P knows nothing unpublished, later or personal.

    Who wrote it and who changed what stands in its head: that is as near to people as it gets.
    """
    asked = [
        choice(f"Asked {visible}", visible, "another", key),
        content("H5P.Blanks", {"text": f"Fill {visible}", "questions": [f"<p>{visible} is *{key}/{key}2:{key}3*</p>"]}),
        content("H5P.Essay", {"taskDescription": visible, "solution": {"sample": key}, "keywords": [{"keyword": key}]}),
        content(
            "H5P.Dialogcards",
            {"description": visible, "dialogs": [{"text": visible, "answer": key, "tips": {"front": key}}]},
        ),
        content("H5P.GuessTheAnswer", {"taskDescription": visible, "solutionText": key}),
        content("H5P.Summary", {"intro": visible, "summaries": [{"summary": [visible, "b"], "tip": key}]}),
        content(
            "H5P.NobodyKnows",
            {"text": f"<p>{visible}</p>", "solutionText": key, "answers": [{"text": key, "correct": True}]},
        ),
    ]
    main = book((f"Chapter {visible}", [text(visible), *asked]))
    packed = package(
        main,
        title=f"Package {visible}",
        lang=lang,
        authorComments=staff,
        authors=[{"name": private, "role": "Author"}],
        changes=[{"author": private, "log": private}],
    )
    return write_h5p(folder, packed)
