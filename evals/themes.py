"""Are themes about what people say they are about: opinions with a person's category, taken in as feedback.

A set's items go through the whole way of an item: the door, the encoder, the themes. A theme counts when it could be
shown, with five learners behind it; everything else together counts as one theme. The product keeps praise apart from
trouble; what is scored is what themes are about, so that praise and trouble of one facet count as one. Our own set of
what learners say at one section of a lesson, in both languages, is measured place by place, since the product never
mixes places.
"""

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError
from sklearn.metrics import adjusted_rand_score, v_measure_score

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from feedback.arrange import Voiced, arrange, facet_of
from feedback.cluster import common_ground
from feedback.facets import FacetSet, score_facets
from feedback.grouping import group_items
from feedback.inbox import ItemKind, NewItem, take_in
from feedback.item import Source, Voice
from feedback.placing import encode_item, place_items
from feedback.settings import DEFAULT_K
from feedback.themes import items_of_theme, list_themes
from foundation.errors import Invalid
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.language import language_of
from knowledge.products import ProductKind, register_product
from knowledge.vectors import Progress

PLACES = Path(__file__).parent / "themes" / "places.jsonl"
SPLITS = ("dev", "held-out")
_PRODUCT = ProductSlug("eval-themes")
_RESAMPLES = 200
_Z_95 = 1.959964
_NO_THEME = "none"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody said, whom it is counted for, and what a person found it to be about."""

    id: str
    text: str
    learner: str
    category: str


@dataclass(frozen=True, slots=True)
class Found:
    """What an opinion's theme is about, and the theme."""

    about: str
    theme: str


_IN_NONE = Found(_NO_THEME, _NO_THEME)


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    id: str
    text: str
    category: str
    review: str | None = None
    split: str | None = None


def read_opinions(folder: Path, *, split: str | None = None) -> list[Opinion]:
    """A set's items, those of `opinion_items.jsonl` where there is such a file. Raises Invalid naming file and line."""
    names = [name for name in ("opinion_items.jsonl", "items.jsonl") if (folder / name).is_file()]
    if not names:
        raise Invalid(f"{folder.name} has neither opinion_items.jsonl nor items.jsonl")
    opinions = []
    for number, line in enumerate((folder / names[0]).read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = _Row.model_validate_json(line)
        except ValidationError as err:
            reason = err.errors()[0]
            raise Invalid(f"{names[0]}:{number}: {'.'.join(map(str, reason['loc']))}: {reason['msg']}") from err
        if split in (None, row.split):
            opinions.append(Opinion(row.id, row.text, row.review or row.id, row.category))
    if not opinions:
        raise Invalid(f"{names[0]} has no items" + (f" of the split {split!r}" if split else ""))
    return opinions


def run_themes(
    opinions: Sequence[Opinion], *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> dict[str, Any]:
    """Take the opinions in as feedback, let themes be found, and compare them with the categories."""
    found = find_themes(opinions, settings=settings, encoder=encoder, progress=progress)
    return _figures(opinions, found)


def run_halves(
    opinions: Sequence[Opinion], *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> dict[str, Any]:
    """The same, and apart for the half of the learners whose words were read when facets were written, by a hash."""
    found = find_themes(opinions, settings=settings, encoder=encoder, progress=progress)
    figures = _figures(opinions, found)
    for name, wanted in (("read", 0), ("unread", 1)):
        rows = [row for row, opinion in enumerate(opinions) if _half(opinion) == wanted]
        figures[name] = _figures([opinions[row] for row in rows], [found[row] for row in rows])
    return figures


def find_themes(
    opinions: Sequence[Opinion], *, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> list[Found]:
    """The theme of each opinion, in a throw-away home."""
    with tempfile.TemporaryDirectory() as folder:
        throw_away = settings.model_copy(update={"home": Path(folder), "chat_model": None, "index": "exact"})
        with open_house(throw_away, encoder=encoder) as house:
            return _themes_of(house, opinions, progress=progress)


def theme_figures(categories: Sequence[str], themes: Sequence[str]) -> dict[str, Any]:
    """The figures of the contract, with bootstrap intervals over the items."""
    return {
        "v_measure": round(float(v_measure_score(categories, themes)), 4),
        "ari": round(float(adjusted_rand_score(categories, themes)), 4),
        "purity": round(_purity(categories, themes), 4),
        "themes": len(set(themes) - {_NO_THEME}),
        "n": len(themes),
        "in_no_theme": themes.count(_NO_THEME),
        "interval_95": _interval(categories, themes),
    }


def run_places(*, encoder: CachedEncoder) -> dict[str, Any]:
    """Our own places: mean agreement of groups with what was meant, by split."""
    rows = [json.loads(line) for line in PLACES.read_text(encoding="utf-8").splitlines()]
    figures = {}
    for split in SPLITS:
        places = sorted({row["place"] for row in rows if row["split"] == split})
        each = [_at_place([row for row in rows if row["place"] == place], encoder) for place in places]
        figures[split] = {
            "places": len(places),
            "n": sum(row["split"] == split for row in rows),
            "v_measure": round(float(np.mean([v for v, _ in each])), 4),
            "ari": round(float(np.mean([ari for _, ari in each])), 4),
        }
    return figures


def _figures(opinions: Sequence[Opinion], found: Sequence[Found]) -> dict[str, Any]:
    categories = [opinion.category for opinion in opinions]
    apart = theme_figures(categories, [each.theme for each in found])
    shown = {name: apart[name] for name in ("v_measure", "ari", "themes")}
    return {**theme_figures(categories, [each.about for each in found]), "praise_apart": shown}


def _half(opinion: Opinion) -> int:
    return hashlib.sha256(opinion.learner.encode()).digest()[0] % 2


def _themes_of(house: House, opinions: Sequence[Opinion], *, progress: Progress) -> list[Found]:
    now = house.clock()
    items = [
        NewItem(
            _PRODUCT,
            ItemKind.COMMENT,
            opinion.text,
            source=Source.FILE,
            learner=f"a-{opinion.learner}",
            voice=Voice.PERSON,
            external=opinion.id,
            created=now - timedelta(days=1),
        )
        for opinion in opinions
    ]
    with house.database.write() as session:
        register_product(session, _PRODUCT, title="Opinions", kind=ProductKind.COURSE, lang="en", now=now)
        taken = take_in(session, items, now=now)
    if taken.refused:
        raise Invalid(f"item {opinions[taken.refused[0].position].id}: {taken.refused[0].reason}")
    if taken.repeated:
        raise Invalid("two items have the same id")
    place_items(house.database, house.shelves, _PRODUCT, progress=progress)
    group_items(house.database, _PRODUCT, encoder_id=house.encoder.id, now=now)
    found: dict[str, Found] = {}
    with house.database.read() as session:
        for theme in list_themes(session, _PRODUCT):
            members = items_of_theme(session, theme.id)
            if len({item.learner for item in members}) >= DEFAULT_K:
                found.update({item.id: Found(theme.facet or theme.id, theme.id) for item in members})
    return [found.get(item, _IN_NONE) for item in taken.kept]


def _at_place(rows: Sequence[dict[str, Any]], encoder: CachedEncoder) -> tuple[float, float]:
    """V-measure and adjusted Rand index of one place's groups."""
    texts = [row["text"] for row in rows]
    vectors = np.stack([encode_item(encoder, text) for text in texts])
    ground = common_ground(vectors, texts, encoder_id=encoder.id)
    scores = score_facets(FacetSet.LESSON, texts, vectors, [language_of(text) for text in texts], at=None)
    facets = [facet_of(FacetSet.LESSON, each) for each in scores]
    said = [Voiced(row["id"], vector, facet) for row, vector, facet in zip(rows, ground, facets, strict=True)]
    group_of = {item: number for number, group in enumerate(arrange(said)) for item in group.members}
    meant, found = [row["category"] for row in rows], [group_of[row["id"]] for row in rows]
    return float(v_measure_score(meant, found)), float(adjusted_rand_score(meant, found))


def _purity(categories: Sequence[str], themes: Sequence[str]) -> float:
    """The share of items that are of their theme's commonest category."""
    counted: dict[str, Counter[str]] = {}
    for category, theme in zip(categories, themes, strict=True):
        counted.setdefault(theme, Counter())[category] += 1
    return sum(max(each.values()) for each in counted.values()) / len(themes)


def _interval(categories: Sequence[str], themes: Sequence[str]) -> tuple[float, float]:
    """By the deviation of bootstrap samples: their mean is too high, since an item drawn twice agrees with itself."""
    rng = np.random.default_rng(0)
    of, found = np.asarray(categories), np.asarray(themes)
    rows = [rng.integers(0, len(of), len(of)) for _ in range(_RESAMPLES)]
    deviation = float(np.std([v_measure_score(of[drawn], found[drawn]) for drawn in rows]))
    whole = float(v_measure_score(of, found))
    return round(max(whole - _Z_95 * deviation, 0.0), 4), round(min(whole + _Z_95 * deviation, 1.0), 4)
