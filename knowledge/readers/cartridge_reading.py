"""Reads the things of one Common Cartridge in the order they are named, each by its kind and under its own rules."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from foundation.errors import ContentUnreadable
from knowledge.blocks import Seen, SourceLesson, seen_by
from knowledge.readers.canvas import SETTINGS, CanvasSettings, has_state, rule_in, rule_of_page
from knowledge.readers.canvas_recordings import recording_lesson
from knowledge.readers.cartridge_links import linked_paths, token_path
from knowledge.readers.cartridge_quizzes import CartridgeQuizzes
from knowledge.readers.cartridge_things import (
    Named,
    assignment_lesson,
    attached_for_staff,
    link_lesson,
    page_of_assignment,
    rubrics_lesson,
    topic_lesson,
    url_lesson,
)
from knowledge.readers.manifest import MANIFEST, Manifest, Resource, child, text_of
from knowledge.readers.package_lessons import PAGES, PackageLessons, is_readable, suffix_of
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, least_strict, stricter, withhold
from knowledge.readers.xml import local_name

_SETTINGS_OF_ASSIGNMENT = "assignment_settings.xml"
# From a hidden page over so many others a file is still known to be hidden.
_FARTHEST = 10
_RUBRICS = f"{SETTINGS}/rubrics.xml"
_TOOL = "opens a tool outside the course (LTI): nothing of it can be read"
_SYLLABUS = f"{SETTINGS}/syllabus.html"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the table of contents puts a resource; `url` is set for what is in no file: a link, or a tool."""

    resource: str
    title: str = ""
    block_title: str = ""
    rule: Seen = FOR_LEARNERS
    url: str = ""
    is_tool: bool = False


class CartridgeReading:
    """Reads one cartridge, thing by thing."""

    def __init__(self, gathered: PackageLessons, manifest: Manifest, settings: CanvasSettings) -> None:
        self._gathered = gathered
        self._resources = manifest.resources
        self._settings = settings
        self._quizzes = CartridgeQuizzes(gathered, manifest)
        self._opened_by = {one.href: one.identifier for one in manifest.resources.values() if one.href}
        self._read_paths: set[str] = set()
        self._staff_paths: set[str] = set()
        self._urls: set[str] = set()
        self._without_state: set[str] = set()
        media = manifest.resources.keys() & settings.tracks.keys()
        self._spoken = {track.resource for one in media for track in settings.tracks[one]}

    def read(self, places: Sequence[Place]) -> None:
        """Gather every lesson: those of the table of contents, then the rest."""
        self._quizzes.take_stock()
        for place in _once(places):
            resource = self._resources.get(place.resource)
            if resource is None:
                self._read_missing(place)
            else:
                self._gathered.attempt(resource.href or MANIFEST, partial(self._read, resource, place))
        placed = {place.resource for place in places}
        for resource in self._resources.values():
            if resource.identifier not in placed and resource.fallback_for not in self._resources:
                self._gathered.attempt(resource.href or MANIFEST, partial(self._read, resource, None))

    def read_rubrics(self) -> None:
        """Gather how work is judged, for staff."""
        root = self._gathered.xml(_RUBRICS) if _RUBRICS in self._gathered.paths else None
        if root is not None and len(root):
            lesson = rubrics_lesson(root, Named("rubrics", _RUBRICS))
            self._gathered.found["rubrics"] += len(root) if self._gathered.place(lesson, FOR_STAFF) else 0

    def hold_back_what_hangs_on_hidden_things(self) -> None:
        """Keep files without a rule of their own as hidden as everything that leads to them, however far away."""
        gathered = self._gathered
        links = {one.external_id: linked_paths(one, gathered.paths) - {one.source_path} for one in gathered.lessons}
        for resource in self._resources.values():
            if resource.identifier in links:
                links[resource.identifier] |= {self._href_of(needed) for needed in resource.dependencies}
        for _ in range(_FARTHEST):
            leading: dict[str, list[Seen]] = defaultdict(list)
            for lesson in gathered.lessons:
                for path in links[lesson.external_id]:
                    leading[path].append(seen_by(lesson.blocks))
            held = [self._held_back(lesson, leading) for lesson in gathered.lessons]
            if held == gathered.lessons:
                return
            gathered.lessons[:] = held

    def _held_back(self, lesson: SourceLesson, leading: Mapping[str, Sequence[Seen]]) -> SourceLesson:
        if lesson.source_path in self._staff_paths:
            return withhold(lesson, FOR_STAFF)
        rules = leading.get(lesson.source_path, ()) if lesson.external_id in self._without_state else ()
        return withhold(lesson, least_strict(*rules)) if rules else lesson

    def _href_of(self, identifier: str) -> str:
        resource = self._resources.get(identifier)
        return "" if resource is None or not resource.own_files else resource.own_files[0]

    def _read_missing(self, place: Place) -> None:
        gathered = self._gathered
        if place.is_tool:
            gathered.found["external tools"] += 1
            gathered.warn(MANIFEST, f'"{place.title}" {_TOOL}')
        elif place.url.startswith(("http://", "https://")) and place.url not in self._urls:
            named = Named(place.resource or place.title, MANIFEST, place.title, place.block_title)
            lesson = gathered.attempt(MANIFEST, lambda: url_lesson(place.url, named))
            if lesson is not None:
                self._urls.add(place.url)
                gathered.found["web links"] += gathered.place(lesson, place.rule)
        elif place.title or place.resource:
            gathered.warn(
                MANIFEST, f'"{place.title}" shows {place.resource or "nothing"}, which the package does not hold'
            )

    def _read(self, resource: Resource, place: Place | None) -> None:
        where = place or Place(resource.identifier)
        rule = stricter(
            where.rule,
            FOR_STAFF if resource.is_for_staff else FOR_LEARNERS,
            self._settings.rule_of(resource.identifier, resource.href),
        )
        kind = resource.type
        if kind.startswith("imswl"):
            self._read_xml(resource, where, rule, "web links")
        elif kind.startswith("imsdt"):
            self._read_xml(resource, where, rule, "discussions")
        elif kind.startswith("assignment"):
            self._read_xml(resource, where, rule, "assignments")
        elif kind.startswith("imsqti_xmlv1"):
            self._quizzes.read(resource, Named(resource.identifier, "", where.title, where.block_title), rule)
        elif "basiclti" in kind:
            self._note_tool(resource, place)
        elif any(path.endswith(f"/{_SETTINGS_OF_ASSIGNMENT}") for path in resource.files):
            self._read_canvas_assignment(resource, where, rule)
        elif any(path.endswith(".qti") for path in resource.own_files):
            self._quizzes.read_loose(resource, Named(resource.identifier, "", where.title, where.block_title))
        elif any(path.startswith(f"{SETTINGS}/") for path in resource.own_files):
            self._read_syllabus(resource, rule)
        elif not self._is_settings(resource):
            self._read_files(resource, place, rule)

    def _read_xml(self, resource: Resource, place: Place, rule: Seen, kind: str) -> None:
        path = next((path for path in resource.own_files if suffix_of(path) == ".xml"), "")
        root = self._gathered.xml(path or f"{resource.identifier}.xml")
        if root is None:
            return
        named = Named(resource.identifier, path, place.title, place.block_title)
        if kind == "web links":
            lesson = self._gathered.attempt(path, lambda: link_lesson(root, named))
            self._urls.update(one.get("href", "") for one in root if local_name(one) == "url")
        elif kind == "discussions":
            lesson = self._gathered.attempt(path, lambda: topic_lesson(root, named))
            kind = "announcements" if self._is_announcement(resource) else kind
            rule = stricter(rule, self._rule_beside(resource))
        else:
            lesson = self._gathered.attempt(path, lambda: assignment_lesson(root, named))
            rule = stricter(rule, rule_in(extended if (extended := child(root, "extensions")) is not None else root))
            found = (token_path(href, self._gathered.paths, source_path=path) for href in attached_for_staff(root))
            self._staff_paths.update(one for one in found if one is not None)
        if lesson is not None:
            self._gathered.found[kind] += self._gathered.place(lesson, rule)

    def _read_canvas_assignment(self, resource: Resource, place: Place, rule: Seen) -> None:
        settings_path = next(path for path in resource.files if path.endswith(_SETTINGS_OF_ASSIGNMENT))
        settings = self._gathered.xml(settings_path)
        path = next((path for path in resource.own_files if suffix_of(path) in PAGES), "")
        title = place.title or (text_of(settings, "title") if settings is not None else "")
        named = Named(resource.identifier, path or settings_path, title, place.block_title)
        lesson = self._gathered.attempt(path, lambda: page_of_assignment(self._text(path), named))
        # What cannot be looked up is not for learners: it may be a draft.
        own = UNPUBLISHED if settings is None else rule_in(settings)
        if lesson is not None:
            self._gathered.found["assignments"] += self._gathered.place(lesson, stricter(rule, own))

    def _read_syllabus(self, resource: Resource, rule: Seen) -> None:
        if _SYLLABUS in resource.own_files:
            self._read_file(_SYLLABUS, Place(resource.identifier), rule, external_id=resource.identifier)

    def _read_files(self, resource: Resource, place: Place | None, rule: Seen) -> None:
        where = place or Place(resource.identifier)
        if resource.identifier in self._spoken:
            return
        told = self._settings.tracks.get(resource.identifier, ())
        tracks = [(self._href_of(one.resource), one.lang) for one in told]
        if resource.own_files and any(path in self._gathered.paths for path, _ in tracks):
            self._read_recording(resource, where, rule, [one for one in tracks if one[0]])
            return
        for number, path in enumerate(resource.own_files):
            is_own = self._opened_by.get(path, resource.identifier) == resource.identifier
            if path in self._read_paths or not is_own:
                continue
            first = number == 0
            title = where.title if first else ""
            title = title or PurePosixPath(self._settings.names.get(resource.identifier, "")).stem
            if first or is_readable(path) or path not in self._gathered.paths:
                external_id = resource.identifier if first else f"{resource.identifier}/{path}"
                if place is None:
                    self._without_state.add(external_id)
                self._read_file(path, replace(where, title=title), rule, external_id=external_id)

    def _read_recording(self, resource: Resource, place: Place, rule: Seen, tracks: Sequence[tuple[str, str]]) -> None:
        path = resource.own_files[0]
        named = Named(resource.identifier, path, place.title, place.block_title)
        lesson = self._gathered.attempt(path, lambda: recording_lesson(self._gathered, named, tracks))
        if lesson is not None:
            self._gathered.found["transcripts"] += self._gathered.place(lesson, rule)

    def _read_file(self, path: str, place: Place, rule: Seen, *, external_id: str) -> None:
        self._read_paths.add(path)
        gathered = self._gathered
        lesson = gathered.file_lesson(path, external_id=external_id, title=place.title, block_title=place.block_title)
        if lesson is None:
            return
        if suffix_of(path) in PAGES:
            source = self._text(path)
            rule = stricter(rule, rule_of_page(source))
            if has_state(source):
                self._without_state.discard(external_id)
        kind = "pages" if suffix_of(path) in PAGES else suffix_of(path).lstrip(".")
        gathered.found[kind] += gathered.place(lesson, rule)

    def _note_tool(self, resource: Resource, place: Place | None) -> None:
        self._gathered.found["external tools"] += 1
        if place is not None:
            path = next(iter(resource.own_files), MANIFEST)
            self._gathered.warn(path, _TOOL)

    def _is_announcement(self, resource: Resource) -> bool:
        return any(text_of(one, "type") == "announcement" for one in self._settings_beside(resource))

    def _rule_beside(self, resource: Resource) -> Seen:
        needed = [self._resources[one] for one in resource.dependencies if one in self._resources]
        # Settings that are named and cannot be read may say that it is a draft.
        lost = any(
            suffix_of(path) == ".xml" and self._gathered.xml(path) is None for one in needed for path in one.own_files
        )
        rules = [rule_in(one) for one in self._settings_beside(resource)]
        return stricter(UNPUBLISHED if lost else FOR_LEARNERS, *rules)

    def _settings_beside(self, resource: Resource) -> Iterator[Element]:
        for needed in (self._resources[one] for one in resource.dependencies if one in self._resources):
            for path in needed.own_files:
                root = self._gathered.xml(path) if suffix_of(path) == ".xml" else None
                if root is not None and local_name(root) == "topicMeta":
                    yield root

    def _is_settings(self, resource: Resource) -> bool:
        """Whether a resource only tells how another one is kept."""
        paths = resource.own_files
        if len(paths) != 1 or suffix_of(paths[0]) != ".xml" or "learning-application-resource" not in resource.type:
            return False
        root = self._gathered.xml(paths[0])
        return root is not None and local_name(root) in ("topicMeta", "quiz")

    def _text(self, path: str) -> str:
        if not path:
            raise ContentUnreadable(MANIFEST, "names an assignment without a page")
        return self._gathered.source(path)


def _once(places: Sequence[Place]) -> Iterator[Place]:
    """Every resource in the first place where it is seen most freely."""
    best: dict[str, Place] = {}
    for place in places:
        if place.resource:
            other = best.get(place.resource)
            freest = place.rule if other is None else least_strict(other.rule, place.rule)
            best[place.resource] = place if other is None or freest is not other.rule else other
    for place in places:
        if not place.resource or best[place.resource] is place:
            yield place
