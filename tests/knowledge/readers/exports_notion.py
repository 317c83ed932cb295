"""Makes small Notion exports: Markdown with CSV, or HTML, whole or in parts."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote


def id_of(title: str) -> str:
    """The id Notion would put behind this title."""
    return hashlib.md5(title.encode(), usedforsecurity=False).hexdigest()


def named(title: str, suffix: str = "") -> str:
    """A file's or a folder's name for this title."""
    return f"{title} {id_of(title)}{suffix}"


def link(*titles: str, suffix: str = ".md", words: str = "") -> str:
    """A link to a page inside pages, as Markdown."""
    path = "/".join(map(named, titles)) + suffix
    return f"[{words or titles[-1]}]({quote(path)})"


def page(title: str, body: str, properties: Mapping[str, str] | None = None) -> str:
    """A page as Markdown."""
    lines = "".join(f"{name}: {value}\n" for name, value in (properties or {}).items())
    return f"# {title}\n\n{lines}{chr(10) if lines else ''}{body}\n"


def html_page(title: str, body: str, properties: Mapping[str, tuple[str, str]] | None = None) -> str:
    """A page as HTML; `properties` are names with their kind and value."""
    rows = "".join(
        f'<tr class="property-row property-row-{kind}"><th><span class="icon"></span>{name}</th><td>{value}</td></tr>'
        for name, (kind, value) in (properties or {}).items()
    )
    table = f'<table class="properties"><tbody>{rows}</tbody></table>' if rows else ""
    return (
        f'<html><head><meta charset="utf-8"/><title>{title}</title><style>.page-title {{ color: red }}</style></head>'
        f'<body><article id="x" class="page sans"><header><h1 class="page-title">{title}</h1>{table}</header>'
        f'<div class="page-body">{body}</div></article></body></html>'
    )


def pack(files: Mapping[str, str | bytes]) -> bytes:
    """The files as a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return stream.getvalue()


def write_notion(folder: Path, files: Mapping[str, str | bytes], *, parts: int = 0) -> Path:
    """Write an export; in `parts`, each of them an archive inside the archive, as Notion does with large ones."""
    path = folder / "Export-1b2c3d4e-0000-4000-8000-0123456789ab.zip"
    if parts:
        chosen = list(files.items())
        inner: dict[str, str | bytes] = {
            f"Export-1b2c3d4e-0000-4000-8000-0123456789ab-Part-{at + 1}.zip": pack(dict(chosen[at::parts]))
            for at in range(parts)
        }
        path.write_bytes(pack(inner))
    else:
        path.write_bytes(pack(files))
    return path


def make_notion(
    folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str, lang: str = "en"
) -> Path:
    """An export with each of these words in the places of its sort; Notion knows nothing that is for staff or later."""
    russian = lang == "ru"
    answer, state, draft = ("Ответ", "Статус", "Черновик") if russian else ("Answer", "Status", "Draft")
    author, top = ("Автор", "Курс") if russian else ("Created by", "Course")
    quiz = f"## Quiz\n\nWhat is {visible}?\n\n- {answer}\n\n    It is {key}\n\n    - and {key}\n\nAfter it {visible}\n"
    hidden = f"Hidden {unpublished}"
    files: dict[str, str | bytes] = {
        named(top, ".md"): page(
            top,
            f"Words {visible}\n\n{link(top, 'Open')}\n\n{link(top, hidden)}\n\n{link(top, 'Rows', suffix='.csv')}\n",
        ),
        f"{named(top)}/{named('Open', '.md')}": page("Open", quiz, {author: private, "Module": visible}),
        f"{named(top)}/{named(hidden, '.md')}": page(hidden, f"Inside {unpublished}", {state: draft}),
        f"{named(top)}/{named(hidden)}/{named('Deep', '.md')}": page("Deep", f"Deep {unpublished}"),
        f"{named(top)}/{named('Rows', '.csv')}": (
            f"\ufeffName,{state},{author}\nRow {visible},Done,{private}\nRow {unpublished},{draft},{private}\n"
        ),
        f"{named(top)}/{named('Rows')}/{named('Row one', '.md')}": page("Row one", visible, {"Email": private}),
    }
    return write_notion(folder, files)
