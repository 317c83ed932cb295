"""`companion up`: the service."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from companion.wiring import House
    from foundation.settings import Settings


def up(
    host: Annotated[
        str | None, typer.Option(help="address to listen on [default: COMPANION_HOST or 127.0.0.1]")
    ] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on [default: COMPANION_PORT or 8000]")] = None,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="load the sample products into an empty home")] = True,
) -> None:
    """Start the service and print the pages to open.

    Example: companion up --port 8080
    """
    from api.cli.running import find_service
    from api.cli.show import progress_bars, remark
    from api.service import listen, serve
    from companion.logs import start_logging
    from companion.samples import load_samples, needs_samples
    from companion.wiring import open_house
    from foundation.errors import Conflict
    from foundation.settings import read_settings

    chosen = {"host": host, "port": port}
    settings = read_settings().model_copy(update={name: value for name, value in chosen.items() if value is not None})
    start_logging(settings.log_level)
    with listen(settings.host, settings.port) as listener, open_house(settings) as house:
        if not house.owns_lock():
            owner = find_service(settings.home)
            who = f"a service already runs on {settings.home} at {owner.url}; stop it" if owner else ""
            who = who or f"another command is busy with {settings.home}; wait for its end"
            raise Conflict(f"{who}, or set COMPANION_HOME to another folder")
        warn_of_encoder(house)
        if demo and needs_samples(house):
            remark("Loading the sample products; this happens once.")
            with progress_bars() as bars:
                load_samples(house, bars)
        if demo:
            welcome_first_admin(house)
        warn_of_chat(settings)
        serve(house, listener)


def welcome_first_admin(house: "House") -> None:
    """Where nothing but the samples is served and nobody works yet, make an administrator and print the password once.

    A home with products of its own is nobody's demo: there its owner says who is the first.
    """
    from api.cli.admin import DEFAULT_LOGIN, make_admin
    from api.cli.show import remark
    from companion.samples import holds_only_samples
    from learning.roles import has_staff

    with house.database.read() as session:
        staffed = has_staff(session)
    if staffed or not holds_only_samples(house):
        return
    password = make_admin(house.database, DEFAULT_LOGIN, now=house.clock())
    remark(f"The console's first administrator, printed this once: login {DEFAULT_LOGIN}, password {password}")


def warn_of_encoder(house: "House") -> None:
    """Say at the start where texts go, and that an encoder does not answer yet.

    Raises EncoderMisconfigured: one that cannot answer before a setting is mended is no reason to start.
    """
    from api.cli.show import remark
    from companion.encoders import check_encoder, texts_leave
    from foundation.errors import EncoderMisconfigured, EncoderUnavailable

    try:
        check_encoder(house)
    except EncoderMisconfigured:
        raise
    except EncoderUnavailable as err:
        remark(f"warning: {err}. Questions cannot be answered until then.")
    if leaves := texts_leave(house):
        remark(f"Encoder: {leaves}.")


def warn_of_chat(settings: "Settings") -> None:
    """Say at the start what would otherwise be seen only in the log of each turn."""
    from api.cli.show import remark
    from companion.wiring import check_chat
    from foundation.errors import ModelMisconfigured

    try:
        check_chat(settings)
    except ModelMisconfigured as err:
        remark(f"warning: {err}. Answers are quotes from the course until this is mended.")
