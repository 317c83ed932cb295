"""Recordings of a Canvas course: what is said in one, in every language it has, is a lesson of its own."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable
from knowledge.blocks import Recording, SourceLesson
from knowledge.readers.builder import LessonBuilder
from knowledge.readers.cartridge_things import Named
from knowledge.readers.document import Document
from knowledge.readers.package_lessons import PackageLessons
from knowledge.readers.transcripts import add_transcript, open_transcript


def recording_lesson(gathered: PackageLessons, named: Named, tracks: Sequence[tuple[str, str]]) -> SourceLesson:
    """The lesson of a recording; `tracks` are the paths of its transcripts with their languages.

    A transcript that cannot be read is a warning.
    """
    title = named.title or PurePosixPath(named.path).stem
    recording = Recording(id=named.external_id, title=title, path=named.path)
    builder = LessonBuilder()
    for path, lang in tracks:
        document = Document(path)
        try:
            cues = open_transcript(gathered.content(path), document)
        except ContentUnreadable as err:
            gathered.warn(err.path, err.reason, err.line)
            continue
        gathered.warnings += document.warnings
        add_transcript(builder, cues, recording=recording.id, lang=lang[:2].lower(), path=path)
    return SourceLesson(
        external_id=named.external_id,
        source_path=named.path,
        title=title,
        block_title=named.block_title,
        blocks=builder.finish(0),
        recordings=(recording,),
    )
