"""How a leg talks: one JSON object on stdout, progress on stderr."""

import json
import sys
from collections.abc import Callable
from typing import Any

from foundation.errors import CompanionError


def say(line: str) -> None:
    """Progress, for whoever waits."""
    print(line, file=sys.stderr, flush=True)


def print_result(figures: dict[str, Any]) -> None:
    """A leg's result, on one line."""
    print(json.dumps(figures, ensure_ascii=False), flush=True)


def run_leg(main: Callable[[], None]) -> None:
    """Run a leg; what somebody can act on is one line and exit code 1."""
    try:
        main()
    except CompanionError as err:
        say(f"bench: {err}")
        sys.exit(1)
