"""`companion admin`: who may work at the console; for the owner of the home, who needs no login."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.show import AsJson

if TYPE_CHECKING:
    from foundation.database import Database

app = typer.Typer(help="Make administrators, and give passwords anew.", no_args_is_help=True)
DEFAULT_LOGIN = "admin"


@app.command("create")
def create(
    login: Annotated[str, typer.Option(help="what the administrator logs in with")] = DEFAULT_LOGIN,
    name: Annotated[str, typer.Option(help="as others see it [default: the login]")] = "",
    another: Annotated[bool, typer.Option("--another", help="even where there is an administrator already")] = False,
    as_json: AsJson = False,
) -> None:
    """Make an administrator of the whole installation. The password is asked for, or made and printed this once.

    Example: companion admin create --login anna
    """
    from api.cli.show import print_json
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.settings import read_settings
    from learning.accounts import plain_login

    database = open_database(read_settings().home)
    login = plain_login(login)
    check_wanted(database, login, another=another)
    chosen = _ask(login) if sys.stdin.isatty() and not as_json else ""
    password = make_admin(database, login, name=name, password=chosen, now=utc_now())
    if as_json:
        print_json({"login": login, "password": password})
    else:
        print(f"login     {login}")
        print(f"password  {'as you typed it' if chosen else password}")


@app.command("reset-password")
def reset_password(
    login: Annotated[str, typer.Argument(help="whose")],
    as_json: AsJson = False,
) -> None:
    """Give somebody another password and end all their sessions; it is asked for, or made and printed this once.

    Example: companion admin reset-password anna
    """
    from api.cli.show import print_json
    from foundation.database import open_database
    from foundation.errors import NotFound
    from foundation.settings import read_settings
    from learning.accounts import find_account, generated_password, set_secret
    from learning.logins import end_logins
    from learning.passwords import hash_password

    database = open_database(read_settings().home)
    with database.read() as session:
        account = find_account(session, login)
    if account is None:
        raise NotFound(f"nobody has the login {login.strip()[:70]!r}")
    chosen = _ask(account.login) if sys.stdin.isatty() and not as_json else ""
    password = chosen or generated_password()
    secret = hash_password(password)
    with database.write() as session:
        end_logins(session, set_secret(session, account.login, secret))
    if as_json:
        print_json({"login": account.login, "password": password})
    else:
        print(f"login     {account.login}")
        print(f"password  {'as you typed it' if chosen else password}")


def check_wanted(database: "Database", login: str, *, another: bool) -> None:
    """Raises Conflict where an administrator is there already, or somebody else has the login."""
    from foundation.errors import Conflict
    from learning.accounts import LoginTaken, find_account
    from learning.roles import EVERYWHERE, Role, grants_in

    with database.read() as session:
        taken = find_account(session, login) is not None
        there = any(grant.role is Role.ADMIN for grant in grants_in(session, EVERYWHERE))
    if there and not another:
        raise Conflict("there is an administrator already; --another makes one more, reset-password helps who forgot")
    if taken:
        raise LoginTaken(f"the login {login!r} is taken; choose another one with --login")


def make_admin(database: "Database", login: str, *, name: str = "", password: str = "", now: datetime) -> str:
    """Make an administrator of everything and give their password, made where none was chosen."""
    from learning.accounts import add_account, generated_password
    from learning.passwords import hash_password
    from learning.roles import EVERYWHERE, Role, grant_role

    password = password or generated_password()
    secret = hash_password(password)
    with database.write() as session:
        person = add_account(session, login=login, secret=secret, name=name, now=now)
        grant_role(session, person, Role.ADMIN, product=EVERYWHERE, now=now)
    return password


def _ask(login: str) -> str:
    """A password typed twice without being shown; "" where one shall be made."""
    from learning.passwords import check_strength

    typed: str = typer.prompt("Password (empty: one is made)", default="", hide_input=True, show_default=False)
    if not typed:
        return ""
    check_strength(typed, login=login)
    again: str = typer.prompt("Once more", default="", hide_input=True, show_default=False)
    if again != typed:
        raise typer.BadParameter("the two are not the same; nothing was changed", param_hint="password")
    return typed
