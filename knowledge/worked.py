"""Which headings announce a worked solution."""

import re
from collections.abc import Sequence

from knowledge.words import fold

_SOLUTION_HEADING = re.compile(
    r"^(?:(?:worked\s+|model\s+|sample\s+)?(?:solutions?|answer\s+key)|(?:примерн\w+\s+|образец\s+)?решени[ея]|разбор)"
    r"(?:$|[\s:.(№#]+(?:$|\d|to\b|for\b|of\b|к\s|(?:задач|упражнен|задани|пример|exercise|task|problem|quiz)))"
)


def is_solution(heading_path: Sequence[str]) -> bool:
    """Whether a passage stands under a heading that announces a worked solution; the path begins with the lesson."""
    return any(_SOLUTION_HEADING.match(fold(heading).strip()) for heading in heading_path[1:])
