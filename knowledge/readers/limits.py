"""How much a course may hold before it is refused rather than read for hours."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """`max_file_bytes` is of one file that is read, `max_files` of the lessons' files of one course."""

    max_file_bytes: int = 20_000_000
    # Slides and scans carry their pictures with them.
    max_document_bytes: int = 200_000_000
    max_files: int = 20_000
