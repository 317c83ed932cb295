"""`companion search`: the passages a question finds."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.show import AsJson, ProductOption

if TYPE_CHECKING:
    from knowledge.language import Lang


def search(
    text: Annotated[str, typer.Argument(help="what to look for")],
    product: ProductOption,
    count: Annotated[int, typer.Option("-k", min=1, max=100, help="how many passages")] = 5,
    as_json: AsJson = False,
) -> None:
    """Show the passages a question finds, best first.

    Example: companion search "sample size" --product ab-tests-en -k 3
    """
    from api.cli.show import print_json
    from companion.wiring import open_house
    from foundation.settings import read_settings
    from knowledge.language import language_of

    with open_house(read_settings()) as house:
        passages = _find(house, text, product, count)
    if as_json:
        print_json({"passages": passages})
        return
    lang = language_of(text, default="en")
    if not passages:
        print("nothing found")
    for number, passage in enumerate(passages, 1):
        print(f"{number}. {' › '.join(_path(passage, lang))}  ({passage['score']:.2f})")
        print(f"   {' '.join(passage['text'].split())[:300]}")


def _path(passage: dict[str, Any], lang: "Lang") -> list[str]:
    """Where a passage stands in words: its headings, and the page, slide, cell or second it begins at."""
    from assistant.phrases import place_name

    place = passage["locator"]
    named = [] if place["kind"] == "heading" else [place_name(place["kind"], place["value"], lang)]
    return [*passage["heading_path"], *named]


def _find(house: Any, text: str, product_slug: str, count: int) -> list[dict[str, Any]]:
    from api.cli.show import check_product
    from assistant.links import cite
    from foundation.errors import Invalid
    from foundation.text import clean_text
    from knowledge.lessons import load_sources
    from knowledge.products import Collection, find_product
    from knowledge.search import search as find
    from knowledge.shelf import ShelfKey

    question = clean_text(text).strip()
    if not question:
        raise Invalid("there is nothing to look for; write a few words")
    check_product(house.database, product_slug)
    with house.database.read() as session:
        product = find_product(session, product_slug)
    shelf = house.shelves.shelf(ShelfKey(product.slug, Collection.LESSONS))
    ranking = find(question, shelf, encoder=house.encoder, index=house.shelves.index, count=count)
    with house.database.read() as session:
        sources = load_sources(session, [hit.place.passage for hit in ranking.hits])
    shown = []
    for hit in ranking.hits:
        source = sources.get(hit.place.passage)
        if source is None:  # another process retired its lesson since the search
            continue
        locator = cite(product, source, source.text, number=1).locator
        shown.append(
            {
                "id": source.passage,
                "lesson": source.lesson.slug,
                "title": source.lesson.title,
                "kind": source.kind,
                "heading_path": list(source.heading_path),
                "text": source.text,
                "locator": {"kind": locator.kind, "value": locator.value, "url": locator.url},
                "score": hit.score,
                "legs": {"dense": hit.dense, "lexical": hit.lexical},
            }
        )
    return shown
