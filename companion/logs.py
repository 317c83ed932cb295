"""Logging for processes: one line an event, to stderr, ids and counts only."""

import logging
import sys


def start_logging(level: str) -> None:
    """Send our rooms' events to stderr; of the vendors only warnings, and none of their tracebacks."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for room in ("foundation", "knowledge", "prompts", "learning", "feedback", "assistant", "companion", "api"):
        logging.getLogger(room).setLevel(level.upper())
