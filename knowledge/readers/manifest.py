"""The list of contents that Common Cartridge, SCORM and other IMS packages share: `imsmanifest.xml`.

Which file is meant by a reference is settled here: base folders, escapes, letter case and query strings. What a
resource holds is not looked at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import normpath
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from foundation.errors import ContentUnreadable
from knowledge.readers.trees import FileTree
from knowledge.readers.xml import local_name, parse_xml

MANIFEST = "imsmanifest.xml"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_STAFF_ROLES = frozenset({"instructor", "teacher", "mentor", "tutor"})
_STAFF_USES = frozenset({"lessonplan", "instructor", "instructorguide", "teacher"})
_NO_LANGUAGE = frozenset({"none", "x-none", "und", "zxx"})
_MAX_SUBMANIFESTS = 50


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing of the package. `href` and `files` are paths in the tree; one that is missing is as it was written.

    `query` is what stood behind the `?` of the href. `fallback_for` names the resource this one is a poorer copy of.
    """

    identifier: str
    type: str = ""
    href: str = ""
    query: str = ""
    files: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    fallback_for: str = ""
    is_for_staff: bool = False
    is_sco: bool = False

    @property
    def own_files(self) -> tuple[str, ...]:
        """The file it opens with, then the others it lists, each once."""
        return tuple(dict.fromkeys(path for path in (self.href, *self.files) if path))


@dataclass(frozen=True, slots=True)
class Item:
    """A place in the table of contents; `resource` is "" for a mere heading."""

    identifier: str
    title: str = ""
    resource: str = ""
    query: str = ""
    is_visible: bool = True
    is_for_staff: bool = False
    children: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """`items` are those of the default organization, with its title as `title` where the metadata give none.

    `marks` is everything that tells what kind of package it is: schema, version and namespaces, in lower case.
    """

    title: str = ""
    description: str = ""
    lang: str = ""
    marks: str = ""
    items: tuple[Item, ...] = ()
    resources: Mapping[str, Resource] = field(default_factory=dict)


class Paths:
    """Which file of a tree a reference means."""

    def __init__(self, tree: FileTree) -> None:
        self._paths = frozenset(tree.paths)
        self._folded: dict[str, str] = {}
        for path in tree.paths:
            self._folded.setdefault(path.casefold(), path)

    def __contains__(self, path: str) -> bool:
        return path in self._paths

    def find(self, reference: str, *, base: str = "") -> str | None:
        """The path of a relative reference; None when there is no such file."""
        written = f"{base}{reference}".replace("\\", "/")
        for candidate in dict.fromkeys((written, unquote(written), written.partition("#")[0], _bare(written))):
            path = normpath(candidate).lstrip("/") if candidate else ""
            found = path if path in self._paths else self._folded.get(path.casefold())
            if found is not None:
                return found
        return None


def read_manifest(tree: FileTree, *, limit: int) -> Manifest:
    """Return what the manifest at the top of a tree lists. Raises ContentUnreadable."""
    root = parse_xml(tree.read(MANIFEST, limit=limit), MANIFEST)
    if local_name(root).lower() != "manifest":
        raise ContentUnreadable(MANIFEST, f"is no manifest: its first element is <{local_name(root)[:40]}>")
    nested = [root, *(element for element in root.iter() if local_name(element) == "manifest" and element is not root)]
    paths = Paths(tree)
    resources: dict[str, Resource] = {}
    for manifest in nested[:_MAX_SUBMANIFESTS]:
        base = _base(root) if manifest is root else _joined(_base(root), _base(manifest))
        for resource in _resources(manifest, paths, base):
            resources.setdefault(resource.identifier, resource)
    organization = _default_organization(root)
    inner = {manifest.get("identifier", ""): manifest for manifest in nested[1:]}
    metadata = child(root, "metadata")
    title = _lom_text(metadata, "title") or (text_of(organization, "title") if organization is not None else "")
    return Manifest(
        title=title,
        description=_lom_text(metadata, "description"),
        lang=_language(root, metadata),
        marks=_marks(root, metadata),
        items=() if organization is None else tuple(_items(organization, inner)),
        resources=resources,
    )


def child(element: Element | None, name: str) -> Element | None:
    """The first child of this name, whatever its namespace."""
    return next((inner for inner in element if local_name(inner) == name), None) if element is not None else None


def children(element: Element | None, name: str) -> list[Element]:
    """All children of this name, whatever their namespace."""
    return [inner for inner in element if local_name(inner) == name] if element is not None else []


def text_of(element: Element | None, name: str) -> str:
    """What the first child of this name says, "" without one; white space is evened out."""
    found = child(element, name)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def whole_text_of(element: Element | None, name: str) -> str:
    """What the first child of this name says, as it is written."""
    found = child(element, name)
    return "".join(found.itertext()) if found is not None else ""


def attribute(element: Element, name: str) -> str:
    """An attribute by its name without namespace and letter case, "" without one."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2].lower() == name:
            return value.strip()
    return ""


def _bare(reference: str) -> str:
    return unquote(reference.partition("#")[0].partition("?")[0])


def _base(element: Element) -> str:
    base = element.get(f"{_XML}base", "").strip()
    return base if not base or base.endswith("/") else f"{base}/"


def _joined(outer: str, inner: str) -> str:
    return inner if inner.startswith("/") else f"{outer}{inner}"


def _resources(manifest: Element, paths: Paths, base: str) -> Iterator[Resource]:
    for listed in children(manifest, "resources"):
        here = _joined(base, _base(listed))
        for element in children(listed, "resource"):
            if element.get("identifier"):
                yield _resource(element, paths, _joined(here, _base(element)))


def _resource(element: Element, paths: Paths, base: str) -> Resource:
    href = (element.get("href") or "").strip()
    files = [inner.get("href", "").strip() for inner in children(element, "file")]
    variant = child(element, "variant")
    return Resource(
        identifier=element.get("identifier", ""),
        type=(element.get("type") or "").strip().lower(),
        href=_path(href, paths, base),
        query=href.partition("?")[2].partition("#")[0],
        files=tuple(_path(path, paths, base) for path in files if path),
        dependencies=tuple(inner.get("identifierref", "") for inner in children(element, "dependency")),
        fallback_for=variant.get("identifierref", "") if variant is not None else "",
        is_for_staff=_is_for_staff(element) or attribute(element, "intendeduse").lower() in _STAFF_USES,
        is_sco=attribute(element, "scormtype").lower() == "sco",
    )


def _path(reference: str, paths: Paths, base: str) -> str:
    if not reference or "://" in reference:
        return reference
    return paths.find(reference, base=base) or normpath(f"{base}{_bare(reference)}")


def _is_for_staff(element: Element) -> bool:
    """Whether its metadata name people who teach and nobody who learns."""
    metadata = child(element, "metadata")
    if metadata is None:
        return False
    roles = {
        text.lower()
        for role in metadata.iter()
        if local_name(role).lower() == "intendedenduserrole"
        for text in (piece.strip() for piece in role.itertext())
        if text
    }
    return bool(roles & _STAFF_ROLES) and not roles & {"learner", "student"}


def _default_organization(root: Element) -> Element | None:
    listed = child(root, "organizations")
    organizations = children(listed, "organization")
    wanted = listed.get("default") if listed is not None else None
    named = (one for one in organizations if one.get("identifier") == wanted)
    filled = (one for one in organizations if child(one, "item") is not None)
    return next(named, None) or next(filled, None)


def _items(element: Element, inner: Mapping[str, Element]) -> Iterator[Item]:
    for item in children(element, "item"):
        reference = (item.get("identifierref") or "").strip()
        below = tuple(_items(item, inner))
        if reference in inner:
            organization = _default_organization(inner[reference])
            # A manifest inside is entered once: one that names itself would never end.
            below += () if organization is None else tuple(_items(organization, {}))
            reference = ""
        yield Item(
            identifier=item.get("identifier", ""),
            title=text_of(item, "title"),
            resource=reference,
            query=(item.get("parameters") or "").strip().lstrip("?&#"),
            is_visible=attribute(item, "isvisible").lower() not in ("false", "0"),
            is_for_staff=_is_for_staff(item),
            children=below,
        )


def _lom_text(metadata: Element | None, name: str) -> str:
    general = _first(metadata, "general")
    found = child(general, name)
    if found is None:
        return ""
    texts = (" ".join("".join(text.itertext()).split()) for text in [*found, found])
    return next((text for text in texts if text), "")


def _language(root: Element, metadata: Element | None) -> str:
    general = _first(metadata, "general")
    declared = text_of(general, "language")
    if not declared and general is not None:
        declared = next((attribute(one, "language") for one in general.iter() if attribute(one, "language")), "")
    found = declared or root.get(f"{_XML}lang", "")
    return "" if found.lower() in _NO_LANGUAGE else found


def _first(element: Element | None, name: str) -> Element | None:
    return next((one for one in element.iter() if local_name(one) == name), None) if element is not None else None


def _marks(root: Element, metadata: Element | None) -> str:
    spaces = {one.tag.partition("}")[0].lstrip("{") for one in root.iter() if isinstance(one.tag, str)}
    spaces |= {key.partition("}")[0].lstrip("{") for one in root.iter() for key in one.attrib if "}" in key}
    types = {(one.get("type") or "") for one in root.iter() if local_name(one) == "resource"}
    told = [text_of(metadata, "schema"), text_of(metadata, "schemaversion"), attribute(root, "schemalocation")]
    return " ".join([*told, *sorted(spaces), *sorted(types)]).lower()
