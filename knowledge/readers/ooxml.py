"""Office documents are zips of XML: looked at as any archive is before a reader of them gets to see one."""

from io import BytesIO

from foundation.errors import ContentUnreadable, Invalid
from knowledge.readers.allowance import Allowance, ArchiveLimits
from knowledge.readers.signatures import check_kind
from knowledge.readers.xml import check_prolog
from knowledge.readers.zips import ZipTree

_XML = (".xml", ".rels", ".vml")
_LIMITS = ArchiveLimits(max_files=20_000, max_bytes=2_000_000_000, ratio_from_bytes=20_000_000)
# Of one part: its reader makes a tree of it, many times as large.
_MOST_XML_BYTES, _ALL_XML_BYTES = 50_000_000, 200_000_000


def check_ooxml(content: bytes, *, path: str, part: str) -> None:
    """Raise ContentUnreadable unless `content` is a sound office document that holds `part`.

    Every file of it has the size it says, and no XML in it declares a document type.
    """
    check_kind(content, path)
    try:
        tree = ZipTree(BytesIO(content), name=path, allowance=Allowance(_LIMITS))
    except Invalid as err:
        raise ContentUnreadable(path, str(err).removeprefix(path).strip()) from err
    if part not in tree.everything:
        raise ContentUnreadable(path, f"holds no {part}: it is no {path.rpartition('.')[2]} file")
    xml = 0
    for name in tree.everything:
        try:
            # Whole, so that no part is larger for its reader than it was for us.
            told = tree.read(name, limit=_MOST_XML_BYTES if name.lower().endswith(_XML) else _LIMITS.max_bytes)
            if name.lower().endswith(_XML):
                xml += len(told)
                check_prolog(told, name)
        except ContentUnreadable as err:
            raise ContentUnreadable(path, f"{err.reason} (in {name}): refused") from err
    if xml > _ALL_XML_BYTES:
        raise ContentUnreadable(path, f"holds {xml} bytes of XML: split it")
