"""Which files are recordings a browser can play, and what they are sent as."""

from pathlib import PurePosixPath

# Told by the name, and by us: a browser that guessed could be made to run a page.
_MEDIA_TYPES = {
    ".webm": "video/webm",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".ogv": "video/ogg",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
}
RECORDINGS = frozenset(_MEDIA_TYPES)


def media_type_of(path: str) -> str | None:
    """What a recording is sent as, None for a file that is none."""
    return _MEDIA_TYPES.get(PurePosixPath(path).suffix.lower())
