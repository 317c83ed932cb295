"""Folders the tests share."""

from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".cache"
