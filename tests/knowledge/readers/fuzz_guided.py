"""The same as `fuzz`, led by which code an input reaches: `python -m tests.knowledge.readers.fuzz_guided SECONDS`."""

import logging
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["knowledge.readers"], enable_loader_override=False):
    from tests.knowledge.readers.every_format import MAKERS
    from tests.knowledge.readers.fuzz import MOST_BYTES, MOST_SECONDS, prepared


def main() -> None:
    seconds, runs = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "-1"
    logging.getLogger("knowledge").setLevel(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    run, seeds = prepared(sorted(MAKERS), folder)
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds):
        (corpus / f"{number:05}").write_bytes(seed)
    bounds = [f"-max_total_time={seconds}", f"-runs={runs}", f"-timeout={MOST_SECONDS}", f"-max_len={MOST_BYTES}"]
    atheris.Setup([sys.argv[0], str(corpus), *bounds, "-rss_limit_mb=1500", "-print_final_stats=1", "-seed=1"], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
