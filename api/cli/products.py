"""`companion product`: what there is, and how it may be embedded."""

from typing import Annotated

import typer

from api.cli.show import AsJson

app = typer.Typer(help="List products and change how they are shown and embedded.", no_args_is_help=True)


@app.command("list")
def list_them(as_json: AsJson = False) -> None:
    """Show all products.

    Example: companion product list
    """
    from dataclasses import asdict

    from api.cli.show import print_json
    from foundation.database import open_database
    from foundation.settings import read_settings
    from knowledge.products import list_products

    with open_database(read_settings().home).read() as session:
        products = list_products(session)
    if as_json:
        print_json({"products": [asdict(product) for product in products]})
        return
    for product in products:
        print(f"{product.slug}  {product.kind}, {product.lang}, {product.lessons} lessons  {product.title}")
        if product.origins:
            print(f"  may be embedded at {', '.join(product.origins)}")
    if not products:
        print("no products yet: companion ingest PATH --product SLUG")


@app.command("set")
def change(
    product: Annotated[str, typer.Argument(help="slug of the product")],
    origin: Annotated[
        list[str] | None, typer.Option(help="a site that may embed it, repeatable; replaces the list")
    ] = None,
    no_origins: Annotated[bool, typer.Option("--no-origins", help="no other site may embed it")] = False,
    url_template: Annotated[
        str | None,
        typer.Option(
            help="address of a lesson elsewhere, with {lesson} and {anchor}, or {page}, {slide}, {cell}, {second}; "
            "'' for our own pages"
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(help="the product's title")] = None,
    description: Annotated[str | None, typer.Option(help="two sentences about it")] = None,
    spoilers: Annotated[
        str | None,
        typer.Option(help="hidden or shown: lessons that a learner whose position is known has not come to yet"),
    ] = None,
) -> None:
    """Change how a product is shown and who may embed it.

    Example: companion product set ab-tests-en --origin https://school.example
    """
    from api.cli.show import check_product
    from foundation.database import open_database
    from foundation.settings import read_settings
    from knowledge.products import Spoilers, describe_product, find_product

    if origin and no_origins:
        raise typer.BadParameter("it excludes --no-origins", param_hint="--origin")
    origins = [] if no_origins else origin
    if spoilers is not None and spoilers not in set(Spoilers):
        raise typer.BadParameter(f"say {' or '.join(Spoilers)}", param_hint="--spoilers")
    if (origins, url_template, title, description, spoilers) == (None,) * 5:
        raise typer.BadParameter("nothing to change; give at least one", param_hint="options")
    database = open_database(read_settings().home)
    check_product(database, product)
    with database.write() as session:
        describe_product(
            session,
            product,
            title=title,
            description=description,
            origins=origins,
            url_template=url_template,
            spoilers=spoilers,
        )
    with database.read() as session:
        found = find_product(session, product)
    print(f"{found.slug}: {found.title}; may be embedded at {', '.join(found.origins) or 'no other site'}")
    print(f"  lessons a learner has not come to yet are {'hidden' if found.hides_spoilers else 'shown'}")
