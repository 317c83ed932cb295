"""Works in the background while a service runs: tends the loop of products where something waits.

The rows say what is unfinished, so a worker that was stopped goes on where the rows are. Only the process that holds
the home's lock runs one.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

from companion.mail_week import mail_due_week
from companion.tending import all_products, products_waiting, tend
from companion.wiring import House
from foundation.errors import CompanionError
from foundation.ids import ProductSlug
from foundation.priority import step_back

_log = logging.getLogger(__name__)
_LAST_STEP_S = 5
# Also where nothing waits, for what only time brings.
_ALL_EVERY_S = 3_600


class _StopAsked(Exception):
    """Ends a round between two of its steps; what was done until then is kept."""


@contextmanager
def working(house: House, *, every_s: float) -> Iterator[None]:
    """A worker on a thread of its own that looks every so often; it is stopped at the end, after the step at hand."""
    stop = Event()
    thread = Thread(target=_work, args=(house, stop, every_s), name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=_LAST_STEP_S)


def _work(house: House, stop: Event, every_s: float) -> None:
    step_back()
    all_due = 0.0
    while not stop.wait(every_s):
        chosen = products_waiting
        if monotonic() >= all_due:
            chosen, all_due = all_products, monotonic() + _ALL_EVERY_S
        for product in _chosen(house, chosen):
            if stop.is_set():
                return
            _tend(house, product, stop)
            _mail(house, product)


def _chosen(house: House, choose: Callable[[House], list[ProductSlug]]) -> list[ProductSlug]:
    try:
        return choose(house)
    except Exception as err:
        _log.error("worker.failed error=%s", type(err).__name__)
        return []


def _tend(house: House, product: ProductSlug, stop: Event) -> None:
    def go_on(_done: int, _total: int) -> None:
        if stop.is_set():
            raise _StopAsked

    try:
        done = tend(house, product, progress=go_on)
    except _StopAsked:
        _log.info("tend.stopped product=%s", product)
    except CompanionError as err:
        # What waits goes on waiting; the next round tries again.
        _log.error("tend.failed product=%s error=%s", product, type(err).__name__)
    except Exception as err:
        # One product that cannot be tended must not end the work on all others. Only the kind of error is told: its
        # text may hold a learner's words.
        _log.critical("tend.broken product=%s error=%s", product, type(err).__name__)
    else:
        level = logging.INFO if done.placed or done.grouped else logging.DEBUG
        _log.log(level, "tend.done product=%s placed=%d grouped=%d", product, done.placed, done.grouped)


def _mail(house: House, product: ProductSlug) -> None:
    try:
        mail_due_week(house, product)
    except CompanionError as err:
        _log.error("week.not_mailed product=%s reason=%s", product, err)
    except Exception as err:
        _log.critical("week.broken product=%s error=%s", product, type(err).__name__)
