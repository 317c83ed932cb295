"""Lets work in the background give way to whoever waits for an answer."""

import os
import sys
from contextlib import suppress
from threading import get_native_id

_NICENESS = 10


def step_back() -> None:
    """From now on this thread takes what others leave of the processor; Linux gives every thread its own priority."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, get_native_id(), _NICENESS)
