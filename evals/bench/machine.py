"""What this machine could do at best: the rate of its own matrix multiplication, on one thread, in this very run.

Budgets are ratios to the time that the encoder's arithmetic would take in fp32 at that rate.
"""

import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

# multilingual-e5-small: 42.5 MFLOP a token, and 18.4 kFLOP a token for each token attended to.
QUESTION_GFLOP = 0.51  # 12 tokens
PASSAGE_GFLOP = 7.75  # 170 tokens
# One layer's products over a passage: query, key and value; attention's output; up and down.
_SHAPES = ((170, 384, 1152), (170, 384, 384), (170, 384, 1536), (170, 1536, 384))
_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Limits:
    """Milliseconds that a question and a passage take at the machine's rate."""

    gflops: float

    @property
    def question_ms(self) -> float:
        return 1000 * QUESTION_GFLOP / self.gflops

    @property
    def passage_ms(self) -> float:
        return 1000 * PASSAGE_GFLOP / self.gflops


class Rate:
    """Samples of the sgemm rate, taken between the pieces of a leg; the median is what counts."""

    def __init__(self) -> None:
        rng = np.random.default_rng(7)
        self._pairs = [
            (rng.random((rows, inner), dtype=np.float32), rng.random((inner, columns), dtype=np.float32))
            for rows, inner, columns in _SHAPES
        ]
        self._gflop = sum(2 * rows * inner * columns for rows, inner, columns in _SHAPES) / 1e9
        self.samples: list[float] = []
        self._multiply()

    def sample(self) -> None:
        """Multiply for a quarter of a second of CPU time and note GFLOP/s."""
        started = time.process_time()
        rounds = 0
        while (spent := time.process_time() - started) < _SECONDS:
            self._multiply()
            rounds += 1
        self.samples.append(rounds * self._gflop / spent)

    @property
    def gflops(self) -> float:
        return float(np.median(self.samples))

    def limits(self) -> Limits:
        """The limits at the median rate so far."""
        return Limits(self.gflops)

    def _multiply(self) -> None:
        for left, right in self._pairs:
            left @ right


def resident_mb() -> float:
    """Resident memory of this process now, MB; where the system does not tell, the most there ever was."""
    now = resident_mb_of(os.getpid())
    if now is not None:
        return now
    # macOS counts in bytes, others in KB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))


def resident_mb_of(pid: int) -> float | None:
    """Resident memory of a process, MB; None where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return None
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmRSS:")]
    return float(line.split()[1]) / 1024


def cpu_s_of(pid: int) -> float | None:
    """CPU seconds another process has spent, of all its threads; None where the system does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        return None
    # The name in brackets may hold blanks; after it come state and, 11 fields on, user and system time.
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentiles(values: list[float]) -> dict[str, float]:
    """p50 and p95, rounded to a microsecond when they are milliseconds."""
    p50, p95 = np.percentile(values, [50, 95])
    return {"p50": round(float(p50), 3), "p95": round(float(p95), 3)}


def told(rate: Rate, **figures: Any) -> dict[str, Any]:
    """A leg's result, with the rate it ran at."""
    return {"gflops": [round(sample, 1) for sample in rate.samples], **figures}
