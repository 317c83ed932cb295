"""Full counts on real evaluation sets: `python -m evals.campaign FOLDER` writes `evals/baselines/*.json`.

The folder holds the sets under their usual names; baselines name each by its source: the sets stay where they are.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from companion.wiring import default_encoder
from evals.abstain import run_abstain
from evals.cached_encoder import CachedEncoder
from evals.reading import measure_reading
from evals.retrieval import run_retrieval
from evals.sets import read_set, read_unanswerable
from evals.shaped import SPLITS, run_shaped
from foundation.settings import Settings, read_settings
from knowledge.coverage_scales import RECIPE

_BASELINES = Path(__file__).parent / "baselines"
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


def main() -> None:
    """Measure everything and write the baselines."""
    folder = Path(sys.argv[1])
    _write("reading", measure_reading(folder))
    cache = Path(platformdirs.user_cache_dir("learning-companion")) / "eval-vectors.db"
    settings = read_settings()
    _write("shaped", _shaped(settings, cache))
    figures = {}
    for run in RUNS:
        encoder = CachedEncoder(default_encoder(settings.home), cache)
        queries = folder / run.queries if run.queries else None
        measured = run_retrieval(
            read_set(folder / run.corpus, queries_folder=queries),
            settings=settings,
            encoder=encoder,
            progress=lambda _done, _total: None,
        )
        encoder.close()
        # What depends on the machine and on what was cached is no baseline.
        kept = {name: value for name, value in measured.items() if not name.endswith(("_ms", "_s"))}
        figures[run.name] = {"source": run.source, **kept}
        print(run.name, json.dumps(kept), flush=True)
    _write("retrieval", {"encoder": default_encoder(settings.home).id, "runs": figures})
    encoder = CachedEncoder(default_encoder(settings.home), cache)
    abstentions = {run.name: measure_abstention(folder, run, settings=settings, encoder=encoder) for run in ABSTENTIONS}
    encoder.close()
    _write("abstain", {"encoder": encoder.id, "recipe": RECIPE, "runs": abstentions})


def _shaped(settings: Settings, cache: Path) -> dict[str, Any]:
    encoder = CachedEncoder(default_encoder(settings.home), cache)
    try:
        return run_shaped(SPLITS, settings=settings, encoder=encoder, progress=lambda _done, _total: None)
    finally:
        encoder.close()


def _write(name: str, figures: dict[str, Any]) -> None:
    text = json.dumps(figures, ensure_ascii=False, indent=2)
    (_BASELINES / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
