"""Contents of H5P to read and to watch; of a kind nobody knows, what is surely meant for reading."""

import re
from contextlib import nullcontext
from dataclasses import replace
from pathlib import PurePosixPath

from knowledge.blocks import Recording, Spot, SpotKind
from knowledge.readers.h5p_questions import QUESTIONS
from knowledge.readers.h5p_walk import (
    ID,
    NAME,
    TITLE,
    Node,
    Telling,
    Walk,
    items,
    library_of,
    number_of,
    text_of,
    under,
)

# What a field of this name holds gives something away.
_TELLING = re.compile(
    r"answer|solution|correct|feedback|\btips?\b|hint|explan|accepted|response|keyword|grad(?:e|ing)", re.I
)
_MACHINERY = re.compile(
    r"l10n|a11y|aria|behaviou?r|override|copyright|metadata|confirm|label|button|settings|visual", re.I
)
_READ = frozenset(
    {"text", "title", "question", "description", "taskdescription", "introduction", "intro", "header", "headline"}
    | {
        "subtitle",
        "content",
        "caption",
        "alt",
        "body",
        "statement",
        "task",
        "clue",
        "paragraph",
        "subheading",
        "heading",
    }
)
_RICH = re.compile(r"<(?:p|div|ul|ol|h[1-6]|table|strong|em|br)\b", re.I)
_MAX_DEPTH = 40


def _text(walk: Walk, params: Node) -> None:
    walk.say(params.get("text"))


def _link(walk: Walk, params: Node) -> None:
    target = params.get("linkWidget")
    address = f"{text_of(under(target, 'protocol'))}{text_of(under(target, 'url'))}"
    walk.say(_anchor(address, text_of(params.get("title")) or address))


def _anchor(address: str, words: str) -> str:
    quoted = address.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return f'<p><a href="{quoted}">{words}</a></p>'


def _image(walk: Walk, params: Node) -> None:
    path = text_of(under(params, "file", "path"))
    if PurePosixPath(path).suffix.lower() == ".svg" or "svg" in text_of(under(params, "file", "mime")):
        walk.warn(
            "is an SVG picture, which can carry scripts: it is not shown, only its description is", f"content/{path}"
        )
    alt = text_of(params.get("alt")).replace("&", "&amp;").replace('"', "&quot;")
    walk.say(f'<p><img alt="{alt}"></p>' if alt else "")
    walk.say(params.get("caption"))


def _media(walk: Walk, params: Node) -> None:
    recording = _recording(params.get("sources") or params.get("files"), params)
    if recording is not None:
        walk.recordings.append(recording)
        _note_tracks(walk, recording, params)


def _recording(sources: object, params: Node) -> Recording | None:
    paths = [text_of(source.get("path")) for source in items(sources)]
    if not paths or not paths[0]:
        return None
    served = paths[0].startswith(("http://", "https://"))
    named = text_of(params.get(ID)) or PurePosixPath(paths[0]).name or "video"
    title = text_of(params.get(TITLE))
    return Recording(named, title, url=paths[0] if served else "", path="" if served else f"content/{paths[0]}")


def _note_tracks(walk: Walk, recording: Recording, params: Node) -> None:
    tracks = under(params, "a11y", "textTracks") or under(params, "textTracks")
    for track in [*items(tracks), *items(under(tracks, "videoTrack")), *items(params.get("a11y"))]:
        path = text_of(under(track, "track", "path"))
        if path:
            walk.tracks.append((recording, text_of(track.get("srcLang"))[:2], f"content/{path}"))


def _slides(walk: Walk, params: Node) -> None:
    for at, slide in enumerate(items(under(params, "presentation", "slides")), 1):
        with walk.at(Spot(SpotKind.SLIDE, at)):
            for keyword in items(slide.get("keywords"))[:1]:
                walk.head(1, keyword.get("main"))
            for element in items(slide.get("elements")):
                walk.content(element.get("action"))
                walk.key(element.get("solution"))


def _column(walk: Walk, params: Node) -> None:
    for inner in [*items(params.get("content")), *items(params.get("columns"))]:
        walk.content(inner.get("content") if not library_of(inner) else inner)


def _book(walk: Walk, params: Node) -> None:
    walk.say(under(params, "bookCover", "coverDescription"))
    for chapter in items(params.get("chapters")):
        walk.head(1, chapter_title(chapter))
        walk.content(chapter)


def chapter_title(chapter: Node) -> str:
    """What a chapter of a book is called."""
    return text_of(under(chapter, "metadata", "title")) or text_of(chapter.get("title"))


def _accordion(walk: Walk, params: Node) -> None:
    for panel in items(params.get("panels")):
        walk.head(2, panel.get("title"))
        walk.content(panel.get("content"))


def _video(walk: Walk, params: Node) -> None:
    told = under(params, "interactiveVideo")
    video, assets = under(told, "video"), under(told, "assets")
    recording = _recording(under(video, "files"), params)
    opening = under(video, "startScreenOptions")
    if recording is not None:
        title = text_of(under(opening, "title"))
        recording = replace(recording, title=title or recording.title)
        walk.recordings.append(recording)
        _note_tracks(walk, recording, video)
    walk.say(under(opening, "shortStartDescription"))
    of = recording.id if recording is not None else ""
    inside = sorted(items(under(assets, "interactions")), key=lambda one: number_of(under(one, "duration", "from")))
    for interaction in inside:
        with walk.at(Spot(SpotKind.TIME, int(max(0.0, number_of(under(interaction, "duration", "from")))), of)):
            walk.content(interaction.get("action"))
    for mark in items(under(assets, "bookmarks")):
        with walk.at(Spot(SpotKind.TIME, int(max(0.0, number_of(mark.get("time")))), of)):
            walk.say(mark.get("label"))
    walk.content(under(told, "summary", "task"))


def _hotspots(walk: Walk, params: Node) -> None:
    _image(walk, {"file": params.get("image"), "alt": params.get("backgroundImageAltText") or ""})
    for spot in items(params.get("hotspots")):
        walk.head(2, spot.get("header"))
        for inner in items(spot.get("content")):
            walk.content(inner)


def _branches(walk: Walk, params: Node) -> None:
    scenario = under(params, "branchingScenario") or params
    opening = under(scenario, "startScreen")
    walk.head(1, under(scenario, "title"))
    walk.say(under(opening, "startScreenTitle"))
    walk.say(under(opening, "startScreenSubtitle"))
    for step in items(under(scenario, "content")):
        walk.content(step.get("type"))
        said = under(step, "feedback")
        walk.key(*(under(said, name) for name in ("title", "subtitle")))
    for closing in items(under(scenario, "endScreens")):
        walk.key(*(closing.get(name) for name in ("endScreenTitle", "endScreenSubtitle")))


def _timeline(walk: Walk, params: Node) -> None:
    told = under(params, "timeline")
    walk.head(1, under(told, "headline"))
    walk.say(under(told, "text"))
    for date in items(under(told, "date")):
        when = " – ".join(filter(None, (text_of(date.get(name)) for name in ("startDate", "endDate"))))
        walk.head(2, f"{when} {text_of(date.get('headline'))}".strip())
        walk.say(date.get("text"))


def _unknown(walk: Walk, params: Node) -> None:
    library = text_of(params.get(NAME))
    walk.warn(
        f"{library or 'a content without a name'} is not known here: only what is surely meant for reading is shown"
    )
    _search(walk, {name: value for name, value in params.items() if name[0:1] != "\x00"}, library=library)


def _search(
    walk: Walk, value: object, *, library: str, is_telling: bool = False, depth: int = 0, name: str = ""
) -> None:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict) and isinstance(value.get("library"), str) and isinstance(value.get("params"), dict):
        with walk.staff_only() if is_telling else nullcontext():
            walk.content(value)
    elif isinstance(value, dict):
        # An option that is marked right or wrong gives the others away too: which is which is for staff.
        for inner, held in value.items():
            if not _MACHINERY.search(inner):
                tells = is_telling or bool(_TELLING.search(inner))
                _search(walk, held, library=library, is_telling=tells, depth=depth + 1, name=inner)
    elif isinstance(value, list):
        for held in value:
            _search(walk, held, library=library, is_telling=is_telling, depth=depth + 1, name=name)
    elif isinstance(value, str) and is_telling:
        walk.key(value)
    elif isinstance(value, str) and (name.lower() in _READ or _RICH.search(value) or walk.is_text(library, name)):
        walk.say(_without_marks(walk, value))


def _without_marks(walk: Walk, text: str) -> str:
    """Asterisks may stand around answers: of a content nobody knows such a text is for staff."""
    if re.search(r"\*[^*\n]+\*", text):
        walk.key(text)
        return ""
    return text


_READING: dict[str, Telling] = {
    **dict.fromkeys(("H5P.Text", "H5P.AdvancedText", "H5P.Table"), _text),
    **dict.fromkeys(("H5P.Column", "H5P.RowColumn", "H5P.Row"), _column),
    **dict.fromkeys(("H5P.Video", "H5P.Audio"), _media),
    "H5P.Link": _link,
    "H5P.Image": _image,
    "H5P.CoursePresentation": _slides,
    "H5P.InteractiveBook": _book,
    "H5P.Accordion": _accordion,
    "H5P.InteractiveVideo": _video,
    "H5P.ImageHotspots": _hotspots,
    "H5P.BranchingScenario": _branches,
    "H5P.Timeline": _timeline,
}
KINDS: dict[str, Telling] = {**_READING, **QUESTIONS}
OTHERWISE: Telling = _unknown
