"""What the tests of this room share beyond what all tests do."""

import pytest


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out measuring a shelf's scale, 0.2 CPU seconds an ingest, where no question is judged."""
    for place in ("knowledge.ingest.measure_coverage", "knowledge.put_live.measure_coverage"):
        monkeypatch.setattr(place, lambda *_args, **_more: 0)
