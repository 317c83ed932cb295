"""The quizzes and question banks of one Common Cartridge.

Canvas writes a quiz twice: as Common Cartridge knows it, and with everything Canvas knows. The richer one is read.
"""

from collections.abc import Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from knowledge.blocks import Seen
from knowledge.readers.canvas import has_access_code, rule_in
from knowledge.readers.cartridge_things import Named, quiz_lesson
from knowledge.readers.manifest import Manifest, Resource, text_of, whole_text_of
from knowledge.readers.package_lessons import PackageLessons, suffix_of
from knowledge.readers.qti import is_bank, items_of, quiz_title
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, stricter

_SETTINGS = "assessment_meta.xml"
_RICHER = "non_cc_assessments"


class CartridgeQuizzes:
    """Reads quizzes, each once, and banks nobody takes part in."""

    def __init__(self, gathered: PackageLessons, manifest: Manifest) -> None:
        self._gathered = gathered
        self._resources = manifest.resources
        self._stock: dict[str, Element] = {}
        self._read_paths: set[str] = set()

    def take_stock(self) -> None:
        """Look at every question first: quizzes refer to those of other files."""
        for resource in self._resources.values():
            for path in resource.own_files:
                if resource.type.startswith("imsqti_xmlv1") or path.endswith(".qti"):
                    root = self._gathered.xml(path)
                    self._stock |= {} if root is None else items_of(root)

    def read(self, resource: Resource, named: Named, rule: Seen) -> None:
        """Gather a quiz, or a bank that the cartridge itself calls one."""
        needed = [self._resources[one] for one in resource.dependencies if one in self._resources]
        listed = [path for each in (resource, *needed) for path in each.own_files]
        path, root = self._best(resource, listed)
        if root is None:
            return
        settings_path = next((one for one in listed if one.endswith(_SETTINGS)), "")
        settings = self._gathered.xml(settings_path) if settings_path else None
        is_stock = "question-bank" in resource.type or (settings is None and is_bank(root))
        own = self._rule(settings, settings_path)
        titled = named.title or text_of(settings, "title") or quiz_title(root)
        self._place(
            root,
            replace(named, path=path, title=titled),
            stricter(rule, own, FOR_STAFF if is_stock else FOR_LEARNERS),
            description=whole_text_of(settings, "description"),
            kind="question banks" if is_stock else "quizzes",
        )

    def read_loose(self, resource: Resource, named: Named) -> None:
        """Gather a bank that is a file of Canvas' own, unless the file is a quiz's richer copy."""
        path = next(path for path in resource.own_files if path.endswith(".qti"))
        is_copy = any(one.endswith(_SETTINGS) for one in resource.own_files) or path in self._read_paths
        root = None if is_copy else self._gathered.xml(path)
        if root is not None:
            titled = named.title or quiz_title(root)
            self._place(root, replace(named, path=path, title=titled), FOR_STAFF, description="", kind="question banks")

    def _best(self, resource: Resource, listed: Sequence[str]) -> tuple[str, Element | None]:
        """The file of a quiz that tells most of it."""
        own = next((path for path in resource.own_files if suffix_of(path) in (".xml", ".qti")), "")
        named = f"{_RICHER}/{resource.identifier}.xml.qti"
        richer = next((path for path in listed if path.startswith(f"{_RICHER}/")), named)
        self._read_paths |= {richer, own}
        root = self._gathered.xml(richer) if richer in self._gathered.paths else None
        if root is not None and items_of(root):
            return richer, root
        return own, self._gathered.xml(own or f"{resource.identifier}.xml")

    def _rule(self, settings: Element | None, path: str) -> Seen:
        if settings is None:
            # Settings that are named and cannot be read may say that it is a draft.
            return UNPUBLISHED if path else FOR_LEARNERS
        if not has_access_code(settings):
            return rule_in(settings)
        self._gathered.warn(path, "opens with an access code only: kept from learners")
        return stricter(rule_in(settings), UNPUBLISHED)

    def _place(self, root: Element, named: Named, rule: Seen, *, description: str, kind: str) -> None:
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
