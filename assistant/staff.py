"""Which products somebody who asks works on."""

from foundation.database import Database
from knowledge.products import list_products
from learning.roles import STAFF, roles_in


def products_of_staff(database: Database, person: str | None) -> frozenset[str]:
    """The slugs of the products a person is staff of; none for a learner, or for nobody known."""
    if person is None:
        return frozenset()
    with database.read() as session:
        slugs = [product.slug for product in list_products(session)]
        return frozenset(slug for slug in slugs if STAFF & roles_in(session, person, slug))
