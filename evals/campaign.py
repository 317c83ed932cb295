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
from evals.cached_encoder import CachedEncoder
from evals.reading import measure_reading
from evals.retrieval import run_retrieval
from evals.sets import read_set
from foundation.settings import read_settings

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


def main() -> None:
    """Measure everything and write the baselines."""
    folder = Path(sys.argv[1])
    _write("reading", measure_reading(folder))
    cache = Path(platformdirs.user_cache_dir("learning-companion")) / "eval-vectors.db"
    settings = read_settings()
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


def _write(name: str, figures: dict[str, Any]) -> None:
    text = json.dumps(figures, ensure_ascii=False, indent=2)
    (_BASELINES / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
