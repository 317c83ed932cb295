"""`companion token`: what a host's server proves itself with."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.show import AsJson

if TYPE_CHECKING:
    from learning.tokens import Token

app = typer.Typer(help="Let a host's server speak of its learners.", no_args_is_help=True)


@app.command("create")
def create(
    host: Annotated[str, typer.Option(help="name of the server; it keeps apart whose learners are meant")],
    scope: Annotated[list[str], typer.Option(help="what for: events, turns, feedback, read; may be repeated")],
    product: Annotated[str | None, typer.Option(help="slug of the product it is for [default: every product]")] = None,
    days: Annotated[int, typer.Option(help="how long it holds")] = 365,
    label: Annotated[str, typer.Option(help="a note for yourself")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a token. It is printed this once; only its hash is kept.

    Example: companion token create --host school.example --product ab-tests-en --scope turns --scope events
    """
    from api.cli.show import check_product, print_json
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.settings import read_settings
    from learning.roles import EVERYWHERE
    from learning.tokens import Scope, create_token

    unknown = [name for name in scope if name not in set(Scope)]
    if unknown:
        raise typer.BadParameter(f"there is no scope {unknown[0]!r}; say {', '.join(Scope)}", param_hint="--scope")
    database = open_database(read_settings().home)
    if product is not None:
        check_product(database, product)
    with database.write() as session:
        made = create_token(
            session,
            product=EVERYWHERE if product is None else product,
            scopes=[Scope(name) for name in scope],
            host=host,
            days=days,
            label=label,
            by="owner",
            now=utc_now(),
        )
    if as_json:
        print_json({"token": made.text, **_told(made.token)})
    else:
        print(made.text)


@app.command("list")
def list_them(as_json: AsJson = False) -> None:
    """Show all tokens, without what they are proved with.

    Example: companion token list
    """
    from api.cli.show import print_json
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.settings import read_settings
    from learning.tokens import list_tokens

    now = utc_now()
    with open_database(read_settings().home).read() as session:
        tokens = list_tokens(session)
    if as_json:
        print_json({"tokens": [_told(token) for token in tokens]})
        return
    for token in tokens:
        state = "revoked" if token.revoked else "expired" if token.expires <= now else f"until {token.expires:%Y-%m-%d}"
        note = f"  {token.label}" if token.label else ""
        print(f"{token.id}  {token.host}  {token.product or 'every product'}  {','.join(token.scopes)}  {state}{note}")
    if not tokens:
        print("no tokens: companion token create --host NAME --scope turns")


@app.command("revoke")
def revoke(
    token: Annotated[str, typer.Argument(help="id of the token, as `companion token list` shows it")],
    as_json: AsJson = False,
) -> None:
    """Make a token worthless, from now on and for ever.

    Example: companion token revoke ct-0123456789ab
    """
    from api.cli.show import print_json
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.settings import read_settings
    from learning.tokens import revoke_token

    with open_database(read_settings().home).write() as session:
        revoked = revoke_token(session, token, now=utc_now())
    if as_json:
        print_json(_told(revoked))
    else:
        print(f"{revoked.id} is revoked")


def _told(token: "Token") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(token)
