"""Logging for processes: one line an event, to stderr, ids and counts only."""

import logging
import sys


def start_logging(level: str) -> None:
    """Send our rooms' events to stderr; of the vendors only warnings, and none of their tracebacks."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for room in ("foundation", "knowledge", "prompts", "learning", "feedback", "assistant", "companion", "api"):
        logging.getLogger(room).setLevel(level.upper())


def place_of(error: BaseException) -> str:
    """Where an error was raised, as `file:line`."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


class _OneLine(logging.Formatter):
    """Names an error's type and place: its message may quote what a learner wrote."""

    def format(self, record: logging.LogRecord) -> str:
        plain = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None})
        error = record.exc_info[1] if record.exc_info else None
        told = f" error={type(error).__name__} at={place_of(error)}" if error else ""
        return f"{super().format(plain)}{told}"
