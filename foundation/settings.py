"""The environment, read once.

Every setting is a `COMPANION_*` variable, an empty one counts as not set; `companion doctor` lists them with their
values.
"""

import re
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from foundation.errors import Invalid

_LANGUAGES = re.compile(r"\s*[a-z]{2}\s*(,\s*[a-z]{2}\s*)*")


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir("learning-companion"))


class Settings(BaseSettings):
    """What an operator may choose; rooms are given values, never this object's source."""

    model_config = SettingsConfigDict(env_prefix="COMPANION_", env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(default_factory=_default_home, description="folder that keeps the database, vectors and keys")
    host: str = Field("127.0.0.1", description="address the service listens on")
    port: int = Field(8000, ge=0, le=65535, description="port the service listens on")
    public_url: str | None = Field(None, description="address readers reach the service at, when behind a proxy")
    index: Literal["chroma", "exact"] = Field("chroma", description="passage index: chroma, or exact in memory")
    encoder: str = Field(
        "local", description="text encoder: local, sentence-transformers:MODEL-OR-FOLDER, openai:MODEL"
    )
    encoder_base_url: str | None = Field(None, description="base URL of a server with OpenAI-compatible embeddings")
    encoder_api_key: SecretStr | None = Field(None, description="key for that server; default: OPENAI_API_KEY")
    encoder_timeout_s: float = Field(30.0, gt=0, description="longest time for one vector of a server, seconds")
    encoder_question_prefix: str | None = Field(None, description="put before a question; default: as the model says")
    encoder_passage_prefix: str | None = Field(None, description="put before a passage; default: as the model says")
    encoder_languages: str | None = Field(None, description="languages the encoder is for, as ru,en; default: its own")
    encoder_max_tokens: int | None = Field(None, ge=32, description="longest text a server's encoder takes, tokens")
    encoder_dimensions: int | None = Field(None, ge=8, description="length of vector to ask of a server's encoder")
    encode_workers: int = Field(2, ge=1, le=64, description="threads that encode passages during an ingest")
    chat_model: str | None = Field(None, description="chat model as provider:model; unset: extractive answers only")
    chat_base_url: str | None = Field(None, description="base URL of an OpenAI-compatible server")
    chat_api_key: SecretStr | None = Field(None, description="key for the chat model; default: the provider's variable")
    chat_timeout_s: float = Field(
        60.0, gt=0, description="longest time for one answer of the chat model, new tries included, seconds"
    )
    chat_budget_tokens: int = Field(3000, ge=200, description="question and passages sent to a chat model, tokens")
    chat_max_output_tokens: int = Field(700, ge=32, description="longest answer of the chat model, tokens")
    chat_daily_tokens: int = Field(
        2_000_000, ge=0, description="most tokens a product may use with the chat model in a UTC day; 0: no cap"
    )
    chat_daily_usd: float | None = Field(None, ge=0, description="most US dollars a product may use in a UTC day")
    chat_price_in: float | None = Field(None, ge=0, description="US dollars for a million tokens sent to the model")
    chat_price_out: float | None = Field(None, ge=0, description="US dollars for a million tokens of its replies")
    case_k: int = Field(5, ge=1, le=1000, description="fewest people an alumni case must leave its author hidden among")
    smtp_host: str | None = Field(None, description="server the author's week is mailed by; unset: it is printed")
    smtp_port: int = Field(587, ge=1, le=65535, description="its port; 465 is encrypted from the start")
    smtp_user: str | None = Field(None, description="name to log in with there, if it asks for one")
    smtp_password: SecretStr | None = Field(None, description="password for that name")
    smtp_from: str | None = Field(None, description="address mails come from")
    smtp_plain: bool = Field(False, description="send without encryption, to a server on this machine")
    smtp_timeout_s: float = Field(30.0, gt=0, description="longest time for one mail, seconds")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="how much is logged")

    @field_validator("encoder")
    @classmethod
    def _names_an_encoder(cls, value: str) -> str:
        kind, _, model = value.partition(":")
        if value != "local" and (kind not in {"sentence-transformers", "openai"} or not model.strip()):
            raise ValueError(
                f"{value[:80]!r} is none; write local, sentence-transformers:MODEL-OR-FOLDER or openai:MODEL"
            )
        return value

    @field_validator("encoder_base_url")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://[^/\s]+", value):
            raise ValueError("write it with its scheme, like http://127.0.0.1:8080/v1")
        return value

    @field_validator("encoder_languages")
    @classmethod
    def _lists_languages(cls, value: str | None) -> str | None:
        if value is not None and not _LANGUAGES.fullmatch(value):
            raise ValueError("write two-letter codes with commas between, like ru,en")
        return value


def read_settings() -> Settings:
    """Read the environment; raises Invalid naming the variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as err:
        first = err.errors()[0]
        name = "COMPANION_" + "_".join(str(part) for part in first["loc"]).upper()
        raise Invalid(f"the setting {name} cannot be used: {first['msg'].removeprefix('Value error, ')}") from err
