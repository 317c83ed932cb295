"""`companion export` and `companion erase`: a learner's own data on the command line, beside a service too."""

import json
from pathlib import Path

import httpx

from tests.api.serving import COVERED, TURNS
from tests.cli.conftest import Run
from tests.cli.processes import companion, service

PRODUCT = ("--product", "bread")


def test_a_learner_is_exported_and_erased(baked: Path, run: Run) -> None:
    run("ask", COVERED, *PRODUCT, "--learner", "ann-with-a-long-id", "--json")
    run("ask", "call me Ann", *PRODUCT, "--learner", "ann-with-a-long-id", "--json")
    told = json.loads(run("export", "--learner", "ann-with-a-long-id").out)
    assert [turn["question"] for turn in told["turns"]] == [COVERED, "call me Ann"]
    assert [item["text"] for item in told["memory"]] == ["Ann"]
    erased = run("erase", "--learner", "ann-with-a-long-id", "--json").json()
    assert (erased["turns"], erased["memory"]) == (2, 1)
    again = run("erase", "--learner", "ann-with-a-long-id")
    assert again.code == 1
    assert "--host" in again.reason()


def test_nobody_is_exported_by_a_wrong_name(baked: Path, run: Run) -> None:
    for name in ("nobody", "p-nobody", "l-" + "0" * 32):
        done = run("export", "--learner", name)
        assert done.code == 1
        assert done.out == ""


def test_a_learner_is_erased_beside_a_running_service_which_serves_nothing_of_them(baked: Path) -> None:
    with service(baked) as (_, owner):
        key = httpx.post(f"{owner.url}/v1/products/bread/learners").json()["learner"]
        asked = {"text": COVERED, "learner": key}
        done = httpx.post(f"{owner.url}{TURNS}", json=asked, timeout=60).json()
        kept = f"{owner.url}{TURNS}/{done['turn']}"
        told = {"conversation": done["conversation"]}
        assert httpx.get(kept, params=told).status_code == 200
        assert companion(baked, "erase", "--learner", key, "--json").json()["turns"] == 1
        assert httpx.get(kept, params=told).status_code == 404
        assert httpx.post(f"{owner.url}{TURNS}", json=asked, timeout=60).status_code == 403
