"""A model by its folder or id: which one it is, what it is for, and what is said when it cannot be used.

Nothing here loads the library: what a loaded model does is in the contract's tests.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from foundation.errors import EncoderMisconfigured, EncoderUnavailable
from knowledge.adapters import sentence_transformers_encoder
from knowledge.adapters.model_card import content_digest, declared_languages, readable_languages
from knowledge.adapters.sentence_transformers_encoder import SentenceTransformersEncoder
from knowledge.encoder import Encoder
from tests.knowledge.encoder_assets import encoder_packages, english_model, with_bytecode

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def _packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library can be found, and is not loaded."""
    monkeypatch.syspath_prepend(str(encoder_packages()))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the model's folder, without its weights' bulk."""
    folder = tmp_path / "small-model"
    shutil.copytree(english_model(), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def touch(path: str) -> Callable[[Path], object]:
    return lambda folder: (folder / path).write_bytes((folder / path).read_bytes() + b" ")


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "1_Pooling/config.json", "tokenizer.json"])
@pytest.mark.usefixtures("_packages")
def test_another_state_of_a_model_has_another_id(model: Path, file: str) -> None:
    before = SentenceTransformersEncoder(str(model)).id
    assert before.startswith("st-small-model-")
    assert SentenceTransformersEncoder(str(model)).id == before
    touch(file)(model)
    assert SentenceTransformersEncoder(str(model)).id != before


@pytest.mark.usefixtures("_packages")
def test_what_is_put_before_texts_belongs_to_the_id(model: Path) -> None:
    plain = SentenceTransformersEncoder(str(model)).id
    assert SentenceTransformersEncoder(str(model), question_prefix="query: ").id != plain
    assert SentenceTransformersEncoder(str(model), passage_prefix="query: ").id != plain
    assert SentenceTransformersEncoder(str(model), question_prefix="").id != plain


def test_what_changes_no_vector_changes_no_digest(model: Path) -> None:
    before = content_digest(model)
    (model / "README.md").write_text("# Another card", encoding="utf-8")
    (model / ".cache").mkdir()
    (model / ".cache" / "download.json").write_text("{}", encoding="utf-8")
    (model / "onnx").mkdir()
    (model / "onnx" / "config.json").write_text("{}", encoding="utf-8")
    (model / "pytorch_model.bin").write_bytes(b"the same weights in the older format")
    assert content_digest(model) == before


@pytest.mark.parametrize(
    ("front_matter", "languages"),
    [
        ("language: en", {"en"}),
        ("language: ru", {"ru"}),
        ("language:\n- en\n- ru\n- de", {"en", "ru"}),
        ("language: multilingual", {"en", "ru"}),
        ("language: [eng-Latn]", {"en"}),
        ("language: zh", set()),
        ("license: mit", None),
        ("language: []", None),
        ("language: {", None),
        ("just words", None),
    ],
)
def test_languages_are_those_the_card_declares(tmp_path: Path, front_matter: str, languages: set[str] | None) -> None:
    (tmp_path / "README.md").write_text(f"---\n{front_matter}\n---\n# A model\n", encoding="utf-8")
    assert declared_languages(tmp_path) == languages


def test_without_a_card_nothing_is_declared(tmp_path: Path) -> None:
    assert declared_languages(tmp_path) is None
    (tmp_path / "README.md").write_text("# A model\n\nlanguage: en\n", encoding="utf-8")
    assert declared_languages(tmp_path) is None


def test_a_tokenizer_shows_which_languages_it_was_taught(encoder: Encoder) -> None:
    from tokenizers import Tokenizer

    english = Tokenizer.from_file(str(english_model() / "tokenizer.json"))
    english.no_truncation()
    english.no_padding()
    assert readable_languages(lambda text: len(english.encode(text))) == {"en"}
    assert readable_languages(encoder.count_tokens) == {"en", "ru"}


@pytest.mark.usefixtures("_packages")
def test_languages_that_are_set_are_believed(model: Path) -> None:
    assert SentenceTransformersEncoder(str(model)).languages == {"en"}
    both = frozenset({"en", "ru"})
    assert SentenceTransformersEncoder(str(model), languages=both).languages == both


def test_packages_that_are_missing_are_named_with_the_command(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentence_transformers_encoder, "find_spec", lambda _package: None)
    with pytest.raises(EncoderMisconfigured, match=r'pip install -e "\.\[local-encoders\]"'):
        SentenceTransformersEncoder(str(model)).encode_question("hello")


@pytest.mark.parametrize("name", ["/no/such/folder", "./no-such-folder", "~/no-such-folder"])
def test_a_folder_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(EncoderMisconfigured, match=f"no folder {name}"):
        _ = SentenceTransformersEncoder(name).id


@pytest.mark.usefixtures("_packages")
def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderMisconfigured, match="COMPANION_ENCODER"):
        _ = SentenceTransformersEncoder(str(tmp_path)).id


@pytest.mark.usefixtures("_packages")
def test_a_name_nobody_could_have_is_refused() -> None:
    with pytest.raises(EncoderMisconfigured, match="neither a folder nor a model's id"):
        _ = SentenceTransformersEncoder("what is this?").id


@pytest.mark.usefixtures("_packages")
def test_a_model_that_cannot_be_fetched_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderUnavailable, match="copy the model's folder here"):
        _ = SentenceTransformersEncoder("someone/some-model").id


@pytest.mark.usefixtures("_packages")
def test_a_model_that_was_fetched_before_needs_no_network(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "hub" / "models--someone--some-model"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("0123456789abcdef0123456789abcdef01234567")
    shutil.copytree(model, kept / "snapshots" / "0123456789abcdef0123456789abcdef01234567")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    found = SentenceTransformersEncoder("someone/some-model")
    assert found.id.startswith("st-some-model-")
    assert found.languages == {"en"}


def test_the_library_is_imported_only_to_encode(model: Path) -> None:
    told = (
        "import sys; sys.path.append(sys.argv[1]); import companion.wiring;"
        "from knowledge.adapters.sentence_transformers_encoder import SentenceTransformersEncoder as E;"
        "print(E(sys.argv[2]).id, E(sys.argv[2]).languages);"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'openai'} & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", told, str(encoder_packages()), str(model)]
    done = subprocess.run(command, cwd=ROOT, env=with_bytecode(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "[]"


def test_weights_that_cannot_be_loaded_are_told_in_a_line(model: Path) -> None:
    told = (
        "import sys; sys.path.append(sys.argv[1]);"
        "from knowledge.adapters.sentence_transformers_encoder import SentenceTransformersEncoder as E;"
        "from foundation.errors import EncoderMisconfigured\n"
        "try: E(sys.argv[2]).encode_question('hello')\n"
        "except EncoderMisconfigured as err: print(err)"
    )
    command = [sys.executable, "-c", told, str(encoder_packages()), str(model)]
    done = subprocess.run(command, cwd=ROOT, env=with_bytecode(), capture_output=True, text=True, check=True)
    assert "cannot be loaded" in done.stdout.splitlines()[-1]
    assert "COMPANION_ENCODER" in done.stdout.splitlines()[-1]
