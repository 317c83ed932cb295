"""Any sentence-transformers model, by its id on the hub or by its folder, behind the port.

Its package and torch are an extra (`local-encoders`), imported when the first text is encoded: nobody else pays their
five seconds and half a gigabyte. One text a call on one thread of the processor, one call at a time: the same text
gives the same vector, and torch's own threads would only spin beside the service's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from foundation.errors import EncoderMisconfigured, EncoderUnavailable
from foundation.ids import content_hash
from foundation.text import clean_text
from knowledge.adapters.model_card import content_digest, declared_languages, readable_languages
from knowledge.adapters.naming import encoder_id
from knowledge.adapters.unit import unit_vector
from knowledge.encoder import TokenEncoder, Vector

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_PACKAGES = ("sentence_transformers", "torch")
_INSTALL = '.venv/bin/pip install -e ".[local-encoders]"'
_PROBE_S = 10.0
_MODEL_FILES = ("modules.json", "config.json")
# A model that does not say how much it takes is given no more than the default encoder's window.
_WINDOW = 512


class SentenceTransformersEncoder:
    """A model by `name`: a folder, or an id such as `intfloat/multilingual-e5-base`, `@revision` behind it if wanted.

    Question and passage are told apart by the prompts in the model's own configuration; `question_prefix` and
    `passage_prefix` take their place. `languages` None: as the model's card declares, else as its tokenizer shows.
    Whatever is wrong shows when it is first used: EncoderMisconfigured, or EncoderUnavailable without a network.
    """

    by_token: TokenEncoder | None = None

    def __init__(
        self,
        name: str,
        *,
        question_prefix: str | None = None,
        passage_prefix: str | None = None,
        languages: frozenset[str] | None = None,
    ) -> None:
        self._name = name
        self._prompts = {"query": question_prefix, "document": passage_prefix}
        self._languages = languages
        self._lock = RLock()

    @cached_property
    def id(self) -> str:
        roles = (str(self._prompts["query"]), str(self._prompts["document"]))
        return encoder_id("st", self._shown_name, content_hash(content_digest(self._folder), *roles, size=5))

    @cached_property
    def dim(self) -> int:
        # Asked of the model itself: what reports its dimension goes by other names from release to release.
        return len(self._values("ready", "query"))

    @cached_property
    def max_tokens(self) -> int:
        with self._lock, self._translated():
            return int(self._model.max_seq_length or _WINDOW)

    @cached_property
    def languages(self) -> frozenset[str] | None:
        if self._languages is not None:
            return self._languages
        declared = declared_languages(self._folder)
        return declared if declared is not None else readable_languages(self.count_tokens)

    def count_tokens(self, text: str) -> int:
        with self._lock, self._translated():
            told = self._prompt("document") + clean_text(text)
            tokenizer = self._model.tokenizer
            # Static models carry a bare tokenizer of the library underneath.
            found = tokenizer.encode(told) if hasattr(tokenizer, "no_truncation") else tokenizer(told)["input_ids"]
            return len(found)

    def encode_question(self, text: str) -> Vector:
        return unit_vector(self._values(text, "query"), dim=self.dim, source=self._source)

    def encode_passage(self, text: str) -> Vector:
        return unit_vector(self._values(text, "document"), dim=self.dim, source=self._source)

    def _values(self, text: str, role: str) -> Any:
        with self._lock, self._translated():
            encode = self._model.encode_query if role == "query" else self._model.encode_document
            # Given or not is the difference here: an empty prompt switches the model's own off.
            own = {} if self._prompts[role] is None else {"prompt": self._prompts[role]}
            return encode(clean_text(text), show_progress_bar=False, convert_to_numpy=True, **own)

    def _prompt(self, role: str) -> str:
        set_here = self._prompts[role]
        return set_here if set_here is not None else str((self._model.prompts or {}).get(role) or "")

    @property
    def _shown_name(self) -> str:
        """Without the revision; a folder that is only called `model` goes by the one it is in."""
        place = Path(self._name).expanduser()
        if place.is_dir():
            place = place.resolve()
            return place.parent.name if place.name == "model" else place.name
        return self._name.partition("@")[0]

    @property
    def _source(self) -> str:
        return f"the encoder {self._name}"

    @cached_property
    def _folder(self) -> Path:
        place = Path(self._name).expanduser()
        if not place.is_dir() and (place.is_absolute() or self._name.startswith((".", "~"))):
            raise EncoderMisconfigured(f"there is no folder {self._name}; mend COMPANION_ENCODER")
        _need_packages()
        folder = place if place.is_dir() else _hub_folder(self._name)
        if not _holds_model(folder):
            raise EncoderMisconfigured(f"{self._name} holds no sentence-transformers model; mend COMPANION_ENCODER")
        return folder

    @cached_property
    def _model(self) -> "SentenceTransformer":
        folder = self._folder
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as chatter
        except ImportError as err:
            raise _unusable_packages() from err
        chatter.disable_progress_bar()
        chatter.set_verbosity_error()
        torch.set_num_threads(1)
        try:
            model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, trust_remote_code=False)
        except Exception as err:  # each kind of file fails in its own way
            raise EncoderMisconfigured(
                f"the encoder {self._name} cannot be loaded ({type(err).__name__}): its files are incomplete, or it "
                "needs code of its own, which is not run here; choose another model in COMPANION_ENCODER"
            ) from err
        if hasattr(model.tokenizer, "no_truncation"):
            model.tokenizer.no_truncation()
        return model

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except EncoderUnavailable:
            raise
        except Exception as err:  # torch and the tokenizers raise classes of their own making
            raise EncoderUnavailable(f"{self._source} does not answer ({type(err).__name__})") from err


def _need_packages() -> None:
    if any(find_spec(package) is None for package in _PACKAGES):
        raise _unusable_packages()


def _unusable_packages() -> EncoderMisconfigured:
    return EncoderMisconfigured(
        f"the configured encoder needs packages that are not installed; run {_INSTALL} in the checkout, "
        "or unset COMPANION_ENCODER"
    )


def _holds_model(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _MODEL_FILES)


def _hub_folder(name: str) -> Path:
    """The snapshot of a model on this machine, fetched when it is not there yet."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    model, _, revision = name.partition("@")
    try:
        kept = Path(snapshot_download(model, revision=revision or None, local_files_only=True))
    except HFValidationError as err:
        raise EncoderMisconfigured(f"{name!r} is neither a folder nor a model's id; mend COMPANION_ENCODER") from err
    except OSError:  # what it raises for a model nobody fetched is one, and so is a cache that cannot be read
        return _fetched(model, revision or None)
    return kept if _holds_model(kept) else _fetched(model, revision or None)


def _fetched(model: str, revision: str | None) -> Path:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    unwanted = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot"]
    try:
        # One look first: without a network the download would be tried again for minutes.
        found = HfApi().model_info(model, revision=revision, timeout=_PROBE_S)
        names = {str(file.rfilename) for file in found.siblings or ()}
        if any(file.endswith(".safetensors") for file in names):
            unwanted.append("*.bin")
        return Path(snapshot_download(model, revision=revision, ignore_patterns=unwanted))
    except (RepositoryNotFoundError, RevisionNotFoundError) as err:
        raise EncoderMisconfigured(f"the hub knows no model {model}; mend COMPANION_ENCODER") from err
    except Exception as err:  # no network, a refused certificate, a full disk …
        raise EncoderUnavailable(
            f"the encoder {model} is not on this machine and could not be fetched ({type(err).__name__}); connect it "
            "to the network once, or copy the model's folder here and name that in COMPANION_ENCODER"
        ) from err
