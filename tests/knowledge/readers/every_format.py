"""A maker of exports for every format there is: what it calls itself, and what its files have no place for."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from hypothesis import strategies as st

from knowledge.readers.formats import COURSE_FORMATS
from knowledge.readers.leaves import LEAVES

Make = Callable[..., Path]
_OTHER_NAMES = {".md": "markdown", ".htm": "html", ".srt": "vtt"}


@dataclass(frozen=True)
class Markers:
    """Words to look for; `visible` is the only one that learners may meet, `later` from its date on."""

    visible: str
    staff: str
    unpublished: str
    key: str
    private: str
    later: str

    def hidden(self) -> dict[str, str]:
        """Those that no learner ever meets."""
        return {name: word for name, word in asdict(self).items() if name not in ("visible", "later")}


def _makers() -> dict[str, Make]:
    """Every `make_…` of the modules `exports_…` beside this one."""
    found: dict[str, Make] = {}
    for file in sorted(Path(__file__).parent.glob("exports_*.py")):
        module = import_module(f"tests.knowledge.readers.{file.stem}")
        for name, made in vars(module).items():
            if name.startswith("make_") and made.__module__ == module.__name__:
                found[name.removeprefix("make_").replace("_", "-")] = made
    return found


MAKERS = _makers()
# What a format has no place for; everything else its maker puts in, and its author must find it again.
LACKS = {
    "docx": {"staff", "unpublished", "later"},
    "google-docs": {"staff", "unpublished", "later"},
    "h5p": {"unpublished", "later"},
    "html": {"staff", "unpublished", "later", "private"},
    "ipynb": {"unpublished", "later"},
    "markdown": {"staff", "unpublished", "later", "private"},
    "mdx": {"staff", "unpublished", "later", "private"},
    "notion": {"staff", "later"},
    "package": {"later", "private"},
    "pdf": {"staff", "unpublished", "key", "later", "private"},
    "pptx": {"key", "later", "private"},
    "scorm": {"later", "private"},
    "vtt": {"staff", "unpublished", "key", "later"},
}


def formats_without_maker() -> list[str]:
    """Formats of courses and kinds of files that no maker is called after."""
    suffixes = {_OTHER_NAMES.get(suffix, suffix.lstrip(".")) for suffix in LEAVES}
    return sorted(({course_format.name for course_format in COURSE_FORMATS} | suffixes) - MAKERS.keys())


def made(name: str, folder: Path, markers: Markers) -> Path:
    """The export of a format with these words in it."""
    folder.mkdir(parents=True, exist_ok=True)
    return MAKERS[name](folder, **asdict(markers))


# Letters that no format escapes, no language model of ours changes and no other word holds.
_words = st.text(alphabet="bcdfghjklmnpqrstvwxz", min_size=9, max_size=12)
markers = st.lists(_words, min_size=6, max_size=6, unique_by=lambda word: word[:9]).map(lambda six: Markers(*six))
