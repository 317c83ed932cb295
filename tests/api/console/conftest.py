"""Products without lessons, and passwords that are hashed fast: the console cares for neither."""

import pytest
from argon2 import PasswordHasher

from companion.wiring import House
from foundation.ids import ProductSlug
from knowledge.products import ProductKind, register_product


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> PasswordHasher:
    """Hash with as little work as the library takes."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("learning.passwords._hasher", hasher)
    return hasher


@pytest.fixture
def bakery(house: House) -> House:
    """A house with two products."""
    with house.database.write() as session:
        for slug, title in (("bread", "Bread"), ("tea-house", "Tea house")):
            register_product(
                session, ProductSlug(slug), title=title, kind=ProductKind.COURSE, lang="en", now=house.clock()
            )
    return house
