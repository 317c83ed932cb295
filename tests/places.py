"""Folders the tests share."""

from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".cache"


def lend_encoder(home: Path) -> Path:
    """A home with the tests' own encoder in it: a process that built one for itself would take seconds for it."""
    built = CACHE / "encoder"
    for folder in (built, home):
        folder.mkdir(parents=True, exist_ok=True)
    (home / "encoder").symlink_to(built, target_is_directory=True)
    return home
