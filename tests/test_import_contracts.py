"""The import contracts see what they are there to see: one planted import breaks its contract and no other."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
NAMES = {contract["id"]: contract["name"] for contract in SETTINGS["contracts"]}

PLANTED = {
    "layers": ("foundation/planted.py", "import knowledge.encoder"),
    "prompts-see-only-foundation": ("prompts/planted.py", "import knowledge.encoder"),
    "web-framework-only-in-api": ("feedback/planted.py", "import fastapi"),
    "vendors-only-in-adapters": ("assistant/planted.py", "import openai"),
    "only-companion-imports-adapters": ("evals/planted.py", "import knowledge.adapters.exact_index"),
    "no-chat-model-below": ("knowledge/adapters/planted.py", "import langchain_core"),
    "house-only-upstairs": ("assistant/planted.py", "import companion.wiring"),
    "tables-stay-in-their-room": ("api/planted.py", "import feedback.tables"),
}
# Whoever is below the House also looks up the layers for it.
ALSO_BROKEN = {"house-only-upstairs": {"layers"}}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rooms' modules and the contracts, somewhere else."""
    folder = tmp_path_factory.mktemp("contracts")
    for room in SETTINGS["root_packages"]:
        for module in (ROOT / room).rglob("*.py"):
            place = folder / module.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(module, place)
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return folder


def broken(folder: Path) -> set[str]:
    """Ids of the contracts that do not hold in a folder."""
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(command), "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)", done.stdout, re.MULTILINE))
    assert verdicts.keys() == set(NAMES.values()), done.stdout + done.stderr
    found = {key for key, name in NAMES.items() if verdicts[name] == "BROKEN"}
    assert done.returncode == (1 if found else 0)
    return found


def test_the_contracts_hold(copied: Path) -> None:
    assert broken(copied) == set()


def test_every_contract_has_something_planted_for_it() -> None:
    assert PLANTED.keys() == NAMES.keys()


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_breaks_its_contract_alone(copied: Path, contract: str) -> None:
    place, line = PLANTED[contract]
    planted = copied / place
    planted.write_text(f"{line}\n", encoding="utf-8")
    try:
        assert broken(copied) == {contract} | ALSO_BROKEN.get(contract, set())
    finally:
        planted.unlink()
