"""Is it fast: every row of the budget table, as ratios within one run.

Each leg is a module of its own that runs in its own process and prints one JSON object, so that memory, threads and
imports of one never count for another: `python -m evals.bench.search --help`.
"""

import os

# Read when the libraries are loaded, so before anything here imports numpy: every figure is one thread's.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[_name] = "1"
