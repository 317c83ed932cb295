"""IMS Common Cartridge 1.0 to 1.3, thin ones too, and what Canvas, Moodle and others make of it.

The table of contents is Canvas' own list of modules where there is one, else the manifest's. What stands in neither
comes behind, in the manifest's order. A thing shown in two places is a lesson in the first one that learners may open.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from knowledge.blocks import ProductCard, Seen, SourceCourse
from knowledge.readers.canvas import CanvasSettings, read_settings
from knowledge.readers.cartridge_links import settle_tokens
from knowledge.readers.cartridge_reading import CartridgeReading, Place
from knowledge.readers.limits import ReadLimits
from knowledge.readers.manifest import Item, Manifest
from knowledge.readers.package_lessons import PackageLessons
from knowledge.readers.packages import open_manifest
from knowledge.readers.trees import FileTree
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, stricter

_SEPARATOR = " › "


def read_cartridge(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Return the course. Raises Invalid when the manifest or every lesson is unreadable."""
    manifest = open_manifest(tree, limits)
    gathered = PackageLessons(tree, limits)
    settings = read_settings(gathered)
    places = list(_places(manifest, settings))
    reading = CartridgeReading(gathered, manifest, settings)
    reading.read(places)
    reading.read_rubrics()
    gathered.lessons[:] = settle_tokens(gathered.lessons, manifest, gathered.paths)
    reading.hold_back_what_hangs_on_hidden_things()
    title = settings.title or manifest.title
    card = ProductCard(title=title or None, description=manifest.description or None)
    return gathered.course(manifest, kind="cartridge", card=card, lang=settings.lang)


def _places(manifest: Manifest, settings: CanvasSettings) -> Iterator[Place]:
    """Canvas' modules first; what the manifest alone puts into a module is under that module's rule all the same."""
    rules = {module.identifier: module.rule for module in settings.modules}
    rules |= {item.identifier: stricter(module.rule, item.rule) for module in settings.modules for item in module.items}
    listed = list(_of_items(manifest.items, (), settings.rule_of_modules, rules))
    by_item = {identifier: place.resource for identifier, place in listed}
    named: set[str] = set()
    for identifier, place in _of_modules(settings):
        known = place.resource in manifest.resources
        # A link is named by its line in the module here, and by its file there.
        meant = place if known else replace(place, resource=by_item.get(identifier, place.resource))
        named.add(meant.resource)
        yield meant
    rest = [place for _, place in listed if place.resource not in named]
    # What no file stands behind, Canvas' own list has told already.
    yield from (place for place in rest if not settings.modules or place.resource in manifest.resources)


def _of_modules(settings: CanvasSettings) -> Iterator[tuple[str, Place]]:
    for module in settings.modules:
        heading = ""
        for item in module.items:
            if item.is_heading:
                heading = item.title if item.rule is FOR_LEARNERS else ""
                continue
            section = _SEPARATOR.join(title for title in (module.title, heading) if title)
            rule = stricter(module.rule, item.rule)
            yield item.identifier, Place(item.resource, item.title, section, rule, item.url, item.is_tool)


def _of_items(
    items: Sequence[Item], above: tuple[str, ...], rule: Seen, rules: Mapping[str, Seen]
) -> Iterator[tuple[str, Place]]:
    if not above and len(items) == 1 and not items[0].resource and items[0].is_visible and items[0].children:
        # One item around everything is the course itself.
        own = FOR_STAFF if items[0].is_for_staff else rules.get(items[0].identifier, rule)
        yield from _of_items(items[0].children, ("",), own, rules)
        return
    for item in items:
        own = stricter(
            rule,
            rules.get(item.identifier, FOR_LEARNERS),
            FOR_LEARNERS if item.is_visible else UNPUBLISHED,
            FOR_STAFF if item.is_for_staff else FOR_LEARNERS,
        )
        if item.resource:
            yield item.identifier, Place(item.resource, item.title, _SEPARATOR.join(filter(None, above)), own)
        yield from _of_items(item.children, (*above, item.title), own, rules)
