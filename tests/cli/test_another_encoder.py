"""Commands set to another encoder than the home's: what they say, and the way from one to the other."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from evals.cached_encoder import CachedEncoder
from tests.api.serving import COVERED, LESSONS, TURNS
from tests.cli.conftest import Run
from tests.cli.processes import Done, companion, service, write_course
from tests.knowledge.embeddings_server import MODEL, PASSAGE, QUESTION, EmbeddingsServer, embeddings_server
from tests.knowledge.encoder_assets import encoder_packages, english_model

RUSSIAN = {"01.md": "# Хлеб\n\nТесто отдыхает четыре часа, прежде чем его формуют.\n"}


@pytest.fixture(scope="module")
def server(encoder: CachedEncoder) -> Iterator[EmbeddingsServer]:
    with embeddings_server(encoder) as running:
        yield running


@pytest.fixture(scope="module")
def elsewhere(server: EmbeddingsServer) -> dict[str, str]:
    """Settings with the encoder of a server."""
    return {
        "COMPANION_ENCODER": f"openai:{MODEL}",
        "COMPANION_ENCODER_BASE_URL": server.url,
        "COMPANION_ENCODER_QUESTION_PREFIX": QUESTION,
        "COMPANION_ENCODER_PASSAGE_PREFIX": PASSAGE,
    }


@pytest.fixture
def there(run: Run, elsewhere: dict[str, str]) -> Run:
    """Run a command in this process with the server's encoder; other settings by name."""

    def running(*words: str, **more: str) -> Done:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**elsewhere, **more}.items():
                patch.setenv(name, value)
            return run(*words)

    return running


def _check(done: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [check for check in done["checks"] if check["name"] == name]
    return dict(found)


def test_from_one_encoder_to_another_without_an_outage(
    baked: Path, elsewhere: dict[str, str], run: Run, there: Run, tmp_path: Path
) -> None:
    more = write_course(tmp_path / "more", LESSONS)
    with service(baked) as (_, owner):

        def answered() -> tuple[str, str]:
            told = httpx.post(f"{owner.url}{TURNS}", json={"text": COVERED}, timeout=60).json()
            return told["outcome"], told["text"]

        before = answered()
        assert before[0] == "answered"
        search = ("search", "feed the starter", "--product", "bread", "--json")
        refused = there(*search)
        assert refused.code == 1
        assert "companion index fill --product bread" in refused.reason()
        # What it took in, the service could not answer from; and it would throw away what the service needs.
        for words in (("ingest", str(more), "--product", "bread"), ("index", "prune")):
            done = there(*words)
            assert done.code == 1
            assert "COMPANION_ENCODER" in done.reason()
        filled = there("index", "fill", "--json").json()
        (bread,) = filled["products"]
        assert bread["product"] == "bread"
        assert bread["encoded"] == bread["texts"] > 0
        assert filled["refused"] == []
        assert answered() == before
        assert there(*search).json()["passages"][0]["lesson"] == "01-starter"
    with service(baked, **elsewhere) as (_, owner):
        assert httpx.get(f"{owner.url}/readyz", timeout=60).status_code == 200
        assert answered() == before
        pruned = there("index", "prune", "--json").json()
        assert pruned["encoders"]
        assert answered() == before
    assert run(*search).code == 1


def test_a_service_on_another_encoder_than_the_homes_is_not_ready_and_says_why(
    baked: Path, elsewhere: dict[str, str]
) -> None:
    with service(baked, **elsewhere) as (process, owner):
        ready = httpx.get(f"{owner.url}/readyz", timeout=60)
        asked = httpx.post(f"{owner.url}{TURNS}", json={"text": COVERED}, timeout=60)
        for response in (ready, asked):
            assert response.status_code == 503
            assert "companion index fill" in response.json()["detail"]
        process.terminate()
        told = process.communicate(timeout=60)[1]
    assert "warning: bread lacks" in told
    assert f"sent to {elsewhere['COMPANION_ENCODER_BASE_URL']}" in told


@pytest.mark.usefixtures("baked")
def test_doctor_shows_the_encoder_and_where_texts_go(there: Run, elsewhere: dict[str, str]) -> None:
    done = there("doctor", "--json", COMPANION_ENCODER_API_KEY="sk-not-to-be-seen")
    assert done.code == 1
    assert "sk-not-to-be-seen" not in done.out + done.err
    found = json.loads(done.out)
    told = _check(found, "encoder")
    assert told["ok"] is True
    for part in ("oai-e5-on-a-server-", "384 dimensions", elsewhere["COMPANION_ENCODER_BASE_URL"]):
        assert part in told["detail"]
    assert "companion index fill" in _check(found, "vectors")["detail"]


@pytest.mark.usefixtures("baked")
def test_a_server_that_is_not_there_is_named_by_every_command(there: Run) -> None:
    nowhere = {"COMPANION_ENCODER_BASE_URL": "http://127.0.0.1:9/v1"}
    for words in (("index", "fill"), ("search", "starter", "--product", "bread")):
        done = there(*words, **nowhere)
        assert done.code == 1
        assert "check that its server runs" in done.reason() or "companion index fill" in done.reason()
    assert _check(json.loads(there("doctor", "--json", **nowhere).out), "encoder")["ok"] is False


@pytest.mark.usefixtures("baked")
def test_a_service_does_not_start_on_settings_that_cannot_work(there: Run) -> None:
    done = there("up", "--port", "0", "--no-demo", COMPANION_ENCODER="sentence-transformers:/no/such/folder")
    assert done.code == 1
    assert "no folder /no/such/folder" in done.reason()


def test_a_sentence_transformers_model_takes_a_course_in(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    path = os.pathsep.join(filter(None, [str(encoder_packages()), os.environ.get("PYTHONPATH")]))
    english = {"COMPANION_ENCODER": f"sentence-transformers:{english_model()}", "PYTHONPATH": path}
    bread = write_course(tmp_path / "bread", LESSONS)
    taken = companion(home, "ingest", str(bread), "--product", "bread", "--json", **english).json()
    assert taken["lessons"] == len(LESSONS)


def test_a_course_in_a_language_the_encoder_is_not_for_is_refused_with_advice(there: Run, tmp_path: Path) -> None:
    hleb = write_course(tmp_path / "hleb", RUSSIAN)
    refused = there("ingest", str(hleb), "--product", "hleb", COMPANION_ENCODER_LANGUAGES="en")
    assert refused.code == 1
    for advice in ("Russian", "English", "COMPANION_ENCODER to local", "COMPANION_ENCODER_LANGUAGES=en,ru"):
        assert advice in refused.reason()
