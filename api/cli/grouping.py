"""`companion feedback group`: arranges what was said into themes, all anew, and lets a model word their labels."""

from typing import Annotated

import typer

from api.cli.show import AsJson, ProductOption
from api.cli.week import app

__all__ = ["app"]


@app.command("group")
def group(
    product: ProductOption,
    anew: Annotated[bool, typer.Option("--anew", help="arrange everything anew, not only what is new")] = False,
    word_labels: Annotated[
        bool, typer.Option("--word-labels", help="let the chat model word the labels of themes that may be shown")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take what was said into themes, by place; a theme that is still the same keeps its id.

    Example: companion feedback group --product ab-tests --anew
    """
    import anyio

    from api.cli.show import check_product, print_json, progress_bars, remark
    from companion.theme_labels import word_theme_labels
    from companion.wiring import open_house
    from feedback.facet_vectors import remember_facets
    from feedback.grouping import group_items, regroup
    from foundation.settings import read_settings

    with open_house(read_settings()) as house, progress_bars() as bars:
        check_product(house.database, product)
        remember_facets(house.database, house.encoder)
        take = regroup if anew else group_items
        done = take(
            house.database,
            product,
            encoder_id=house.encoder.id,
            now=house.clock(),
            progress=bars("grouping"),
        )
        worded = anyio.run(word_theme_labels, house, product) if word_labels else None
    told = {"product": product, "joined": done.joined, "began": done.began, "waiting": done.waiting}
    if worded is not None:
        told |= {"worded": worded.worded, "rejected": worded.rejected}
    if as_json:
        print_json(told)
        return
    print(f"{product}: {done.joined} items in themes, {done.began} of the themes are new")
    if done.waiting:
        remark(f"{done.waiting} items wait for their vectors; `companion up` and the next import make them")
    if worded is not None:
        print(f"labels worded by the model: {worded.worded}, rejected: {len(worded.rejected)}")
