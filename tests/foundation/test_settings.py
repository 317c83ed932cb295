"""The environment, read once."""

from pathlib import Path

import pytest

from foundation.errors import Invalid
from foundation.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"COMPANION_{name.upper()}", raising=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMPANION_PORT", "70000"),
        ("COMPANION_PORT", "http"),
        ("COMPANION_INDEX", "postgres"),
        ("COMPANION_ENCODE_WORKERS", "0"),
        ("COMPANION_CHAT_TIMEOUT_S", "-1"),
        ("COMPANION_CHAT_BUDGET_TOKENS", "many"),
        ("COMPANION_LOG_LEVEL", "loud"),
        ("COMPANION_ENCODER", "e5"),
        ("COMPANION_ENCODER", "openai:"),
        ("COMPANION_ENCODER", "huggingface:some/model"),
        ("COMPANION_ENCODER_BASE_URL", "127.0.0.1:8080"),
        ("COMPANION_ENCODER_LANGUAGES", "Russian"),
        ("COMPANION_ENCODER_TIMEOUT_S", "0"),
        ("COMPANION_ENCODER_MAX_TOKENS", "few"),
        ("COMPANION_ENCODER_DIMENSIONS", "-1"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Invalid, match=rf"the setting {name} cannot be used"):
        read_settings()


def test_what_is_set_is_used_and_the_rest_has_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMPANION_HOME", str(tmp_path))
    monkeypatch.setenv("COMPANION_PORT", "0")
    settings = read_settings()
    assert (settings.home, settings.port, settings.index) == (tmp_path, 0, "chroma")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COMPANION_HOME", "COMPANION_PORT", "COMPANION_CHAT_MODEL"):
        monkeypatch.setenv(name, "")
    settings = read_settings()
    assert (settings.home, settings.port, settings.chat_model) == (Settings().home, 8000, None)
    assert settings.home != Path()


@pytest.mark.parametrize("value", ["local", "sentence-transformers:/srv/model", "openai:text-embedding-3-small"])
def test_encoders_of_every_kind_can_be_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("COMPANION_ENCODER", value)
    monkeypatch.setenv("COMPANION_ENCODER_LANGUAGES", "ru, en")
    monkeypatch.setenv("COMPANION_ENCODER_QUESTION_PREFIX", "query: ")
    settings = read_settings()
    assert (settings.encoder, settings.encoder_question_prefix) == (value, "query: ")


@pytest.mark.parametrize("name", ["chat_api_key", "encoder_api_key"])
def test_a_key_is_not_shown_when_settings_are(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"COMPANION_{name.upper()}", "sk-not-to-be-seen")
    settings = read_settings()
    assert getattr(settings, name).get_secret_value() == "sk-not-to-be-seen"
    assert "not-to-be-seen" not in f"{settings} {settings!r}"
