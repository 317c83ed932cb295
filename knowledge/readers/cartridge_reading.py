"""Reads the things of one Common Cartridge in the order they are named, each by its kind and under its own rules."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from foundation.errors import ContentUnreadable
from knowledge.blocks import Seen, SourceLesson, seen_by
from knowledge.readers.canvas import SETTINGS, CanvasSettings, has_access_code, has_state, rule_in, rule_of_page
from knowledge.readers.cartridge_links import linked_paths, token_path
from knowledge.readers.cartridge_things import (
    Named,
    assignment_lesson,
    attached_for_staff,
    link_lesson,
    page_of_assignment,
    quiz_lesson,
    topic_lesson,
    url_lesson,
)
from knowledge.readers.manifest import MANIFEST, Manifest, Resource, child, text_of, whole_text_of
from knowledge.readers.package_lessons import PAGES, PackageLessons, is_readable, suffix_of
from knowledge.readers.qti import is_bank, items_of, quiz_title
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, least_strict, stricter, withhold
from knowledge.readers.xml import local_name, parse_xml

_SETTINGS_OF_ASSIGNMENT = "assignment_settings.xml"
_SETTINGS_OF_QUIZ = "assessment_meta.xml"
_RICHER = "non_cc_assessments"
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
        self._parsed: dict[str, Element | None] = {}
        self._stock: dict[str, Element] = {}
        self._opened_by = {one.href: one.identifier for one in manifest.resources.values() if one.href}
        self._read_paths: set[str] = set()
        self._staff_paths: set[str] = set()
        self._urls: set[str] = set()
        self._without_state: set[str] = set()

    def read(self, places: Sequence[Place]) -> None:
        """Gather every lesson: those of the table of contents, then the rest."""
        self._take_stock()
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

    def hold_back_what_hangs_on_hidden_things(self) -> None:
        """Keep files without a rule of their own as hidden as everything that leads to them."""
        leading: dict[str, list[Seen]] = defaultdict(list)
        for lesson in self._gathered.lessons:
            for path in linked_paths(lesson, self._gathered.paths) - {lesson.source_path}:
                leading[path].append(seen_by(lesson.blocks))
        seen = {lesson.external_id: seen_by(lesson.blocks) for lesson in self._gathered.lessons}
        for resource in self._resources.values():
            if resource.identifier in seen:
                for needed in resource.dependencies:
                    leading[self._href_of(needed)].append(seen[resource.identifier])
        self._gathered.lessons[:] = [self._held_back(lesson, leading) for lesson in self._gathered.lessons]

    def _held_back(self, lesson: SourceLesson, leading: Mapping[str, Sequence[Seen]]) -> SourceLesson:
        if lesson.source_path in self._staff_paths:
            return withhold(lesson, FOR_STAFF)
        rules = leading.get(lesson.source_path, ()) if lesson.external_id in self._without_state else ()
        return withhold(lesson, least_strict(*rules)) if rules else lesson

    def _href_of(self, identifier: str) -> str:
        resource = self._resources.get(identifier)
        return "" if resource is None or not resource.own_files else resource.own_files[0]

    def _take_stock(self) -> None:
        for resource in self._resources.values():
            for path in resource.own_files:
                if resource.type.startswith("imsqti_xmlv1") or path.endswith(".qti"):
                    root = self._xml(path)
                    self._stock |= {} if root is None else items_of(root)

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
            self._read_quiz(resource, where, rule)
        elif "basiclti" in kind:
            self._note_tool(resource, place)
        elif any(path.endswith(f"/{_SETTINGS_OF_ASSIGNMENT}") for path in resource.files):
            self._read_canvas_assignment(resource, where, rule)
        elif any(path.endswith(".qti") for path in resource.own_files):
            self._read_loose_bank(resource, where)
        elif any(path.startswith(f"{SETTINGS}/") for path in resource.own_files):
            self._read_syllabus(resource, rule)
        elif not self._is_settings(resource):
            self._read_files(resource, place, rule)

    def _read_xml(self, resource: Resource, place: Place, rule: Seen, kind: str) -> None:
        path = next((path for path in resource.own_files if suffix_of(path) == ".xml"), "")
        root = self._xml(path or f"{resource.identifier}.xml")
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

    def _read_quiz(self, resource: Resource, place: Place, rule: Seen) -> None:
        path = next((path for path in resource.own_files if suffix_of(path) in (".xml", ".qti")), "")
        beside = [resource, *(self._resources[one] for one in resource.dependencies if one in self._resources)]
        listed = [one for each in beside for one in each.own_files]
        richer = next(
            (one for one in listed if one.startswith(f"{_RICHER}/")), f"{_RICHER}/{resource.identifier}.xml.qti"
        )
        root = self._xml(richer) if richer in self._gathered.paths else None
        if root is None or not items_of(root):
            richer, root = path, self._xml(path or f"{resource.identifier}.xml")
        meta_path = next((one for one in listed if one.endswith(_SETTINGS_OF_QUIZ)), "")
        meta = self._xml(meta_path) if meta_path else None
        if root is None:
            return
        is_stock = "question-bank" in resource.type or (meta is None and is_bank(root))
        description = whole_text_of(meta, "description")
        rule = stricter(
            rule, FOR_STAFF if is_stock else FOR_LEARNERS, rule_in(meta) if meta is not None else FOR_LEARNERS
        )
        if meta is not None and has_access_code(meta):
            self._gathered.warn(meta_path, "opens with an access code only: kept from learners")
            rule = stricter(rule, UNPUBLISHED)
        self._read_paths |= {richer, path}
        titled = (text_of(meta, "title") if meta is not None else "") or quiz_title(root)
        named = Named(resource.identifier, richer, place.title or titled, place.block_title)
        self._place_quiz(root, named, description, rule, "question banks" if is_stock else "quizzes")

    def _read_loose_bank(self, resource: Resource, place: Place) -> None:
        path = next(path for path in resource.own_files if path.endswith(".qti"))
        root = None if path in self._read_paths or self._belongs_to_quiz(resource) else self._xml(path)
        if root is not None:
            named = Named(resource.identifier, path, place.title or quiz_title(root), place.block_title)
            self._place_quiz(root, named, "", FOR_STAFF, "question banks")

    def _place_quiz(self, root: Element, named: Named, description: str, rule: Seen, kind: str) -> None:
        gathered = self._gathered
        read = gathered.attempt(
            named.path, lambda: quiz_lesson(root, named, description=description, stock=self._stock)
        )
        if read is None:
            return
        lesson, count = read
        for problem in count.problems:
            gathered.warn(named.path, problem)
        if count.keyed < count.questions:
            gathered.found["questions without a key"] += count.questions - count.keyed
        gathered.found[kind] += gathered.place(lesson, rule)
        gathered.found["questions"] += count.questions

    def _read_canvas_assignment(self, resource: Resource, place: Place, rule: Seen) -> None:
        settings_path = next(path for path in resource.files if path.endswith(_SETTINGS_OF_ASSIGNMENT))
        settings = self._xml(settings_path)
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
        language = self._settings.track_languages.get(external_id, "")
        lesson = replace(lesson, blocks=tuple(replace(one, lang=one.lang or language) for one in lesson.blocks))
        gathered.found[kind] += gathered.place(lesson, rule)

    def _note_tool(self, resource: Resource, place: Place | None) -> None:
        self._gathered.found["external tools"] += 1
        if place is not None:
            path = next(iter(resource.own_files), MANIFEST)
            self._gathered.warn(path, _TOOL)

    def _is_announcement(self, resource: Resource) -> bool:
        return any(text_of(one, "type") == "announcement" for one in self._settings_beside(resource))

    def _rule_beside(self, resource: Resource) -> Seen:
        return stricter(FOR_LEARNERS, *(rule_in(one) for one in self._settings_beside(resource)))

    def _settings_beside(self, resource: Resource) -> Iterator[Element]:
        for needed in (self._resources[one] for one in resource.dependencies if one in self._resources):
            for path in needed.own_files:
                root = self._xml(path) if suffix_of(path) == ".xml" else None
                if root is not None and local_name(root) == "topicMeta":
                    yield root

    def _is_settings(self, resource: Resource) -> bool:
        """Whether a resource only tells how another one is kept."""
        paths = resource.own_files
        if len(paths) != 1 or suffix_of(paths[0]) != ".xml" or "learning-application-resource" not in resource.type:
            return False
        root = self._xml(paths[0])
        return root is not None and local_name(root) in ("topicMeta", "quiz")

    def _belongs_to_quiz(self, resource: Resource) -> bool:
        return any(path.endswith(_SETTINGS_OF_QUIZ) for path in resource.own_files)

    def _xml(self, path: str) -> Element | None:
        if path not in self._parsed:
            self._parsed[path] = self._gathered.attempt(path, lambda: parse_xml(self._gathered.content(path), path))
        return self._parsed[path]

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
