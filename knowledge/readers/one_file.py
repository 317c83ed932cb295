"""What goes wrong in the reading of one file is that file's trouble and nobody else's."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from traceback import extract_tb

from foundation.errors import CompanionError, ContentUnreadable
from knowledge.readers.dom import TooDeep

_log = logging.getLogger(__name__)


@contextmanager
def one_file(path: str) -> Iterator[None]:
    """Whatever a reader inside fails with becomes ContentUnreadable of `path`: a warning there, and the others land.

    Errors that are meant for somebody pass. The log says where in our code it was, and no word of the file: an error's
    own text may hold what learners must not see.
    """
    try:
        yield
    except (CompanionError, MemoryError):
        raise
    except (RecursionError, TooDeep) as err:
        raise ContentUnreadable(path, "nests its elements too deeply") from err
    except Exception as err:
        place = extract_tb(err.__traceback__)[-1]
        kind, suffix = type(err).__name__, PurePosixPath(path).suffix.lower()[:12]
        _log.error("reader.failed suffix=%s error=%s at=%s:%s", suffix, kind, Path(place.filename).name, place.lineno)
        raise ContentUnreadable(path, f"its reader failed on it ({kind}), left out") from None
