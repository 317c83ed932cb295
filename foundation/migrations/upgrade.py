"""Brings a home's schema to the version this program knows."""

from pathlib import Path

from sqlalchemy import Engine, inspect, text

from foundation.errors import HomeUnusable

# The newest revision under versions/. Kept here so that the common case, nothing to do, needs no import of Alembic
# (0.3 CPU seconds at every start); a test holds it against the files.
HEAD = "0011"


def upgrade_schema(engine: Engine) -> None:
    """Apply the migrations a home lacks; raises HomeUnusable for a home written by a newer version, untouched."""
    found = _found_revision(engine)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise HomeUnusable(f"this home was written by a newer version (schema {found}, known {HEAD}); update first")
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.connect() as connection:
        config.attributes["connection"] = connection.execution_options(companion_writes=True)
        command.upgrade(config, "head")


def _found_revision(engine: Engine) -> str | None:
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
