"""`companion figures`: what is tracked of a product's learners over time."""

from typing import TYPE_CHECKING, Any

from api.cli.show import AsJson, ProductOption

if TYPE_CHECKING:
    from learning.figures import Share


def figures(product: ProductOption, as_json: AsJson = False) -> None:
    """Show who comes back after a first message, how exercises go after hints, and what becomes of offered help.

    Only learners who are known count: those with a key of their own, or of whom a host speaks. Numbers alone are shown.

    Example: companion figures --product ab-tests-en
    """
    from api.cli.show import check_product, print_json
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.settings import read_settings
    from learning.figures import PUBLISHED_RETURN, read_figures

    database = open_database(read_settings().home)
    check_product(database, product)
    with database.read() as session:
        found = read_figures(session, product, now=utc_now())
    back, following = found.first_turn_return, found.next_exercise
    if as_json:
        told: dict[str, Any] = {
            "first_turn_return": {**_plain(back.share), "too_new": back.too_new, "published": PUBLISHED_RETURN},
            "next_exercise_alone": {
                "after_hints": _plain(following.after_hints),
                "by_rung": {str(rung): _plain(share) for rung, share in following.by_rung.items()},
                "without_hints": _plain(following.without_hints),
            },
            "got_on_after_an_offer": _plain(found.offers),
        }
        print_json({"product": product, **told})
        return
    print(f"{product}, with 95 % intervals")
    new = f"; {back.too_new} wrote first within the last seven days and do not count yet" if back.too_new else ""
    print(f"  sent a second message within seven days   {_line(back.share)} (published: {PUBLISHED_RETURN:.0%}){new}")
    print(f"  next exercise passed alone, after hints   {_line(following.after_hints)}")
    for rung, share in following.by_rung.items():
        print(f"    highest rung {rung}                          {_line(share)}")
    print(f"  next exercise passed alone, without hints {_line(following.without_hints)}")
    print(f"  got on within seven days of an offer      {_line(found.offers)}")


def _plain(share: "Share") -> dict[str, Any]:
    return {"yes": share.yes, "n": share.n, "share": share.share, "interval_95": share.interval_95}


def _line(share: "Share") -> str:
    if share.share is None or share.interval_95 is None:
        return "nobody yet"
    low, high = share.interval_95
    return f"{share.yes} of {share.n}: {share.share:.0%} ({low:.0%} to {high:.0%})"
