"""Who may open and do what at the console: asked of every address it has, those of later pages included."""

import httpx
from fastapi.routing import APIRoute
from sqlalchemy import text

from api.console.routers import ROUTERS
from api.console.sections import SECTIONS
from companion.wiring import House
from foundation.database import Database
from learning.roles import STAFF, Role, revoke_role
from tests.api.console.visiting import HTML, Visitor, hire, visit
from tests.api.serving import assert_problem

OPEN_TO_ALL = ("/console/login", "/console/invite/{code}")
ROUTES = [
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.path not in OPEN_TO_ALL
    for method in sorted(route.methods)
]
IN_A_PRODUCT = [(method, path) for method, path in ROUTES if "{slug}" in path]
FORMS = [path for method, path in ROUTES if method == "POST"]


def address(path: str, product: str = "bread") -> str:
    """The path with something in place of what it names."""
    filled = path.replace("{slug}", product)
    while "{" in filled:
        filled = filled[: filled.index("{")] + "nothing-0" + filled[filled.index("}") + 1 :]
    return filled


def kept(database: Database) -> list[tuple[str, int]]:
    """How many rows there are of everything the console writes."""
    with database.read() as session:
        names = ("role", "invite", "person", "identity", "login", "case_event")
        return [(name, int(session.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0)) for name in names]


def test_nobody_comes_in_without_logging_in(standing_client: httpx.Client) -> None:
    for method, path in ROUTES:
        for cookie in ("x=1", "companion-login=" + "0" * 64, "companion-login=é; x=1"):
            headers = {"Cookie": cookie.encode()}
            page = standing_client.request(method, address(path), headers={**HTML, **headers})
            assert page.status_code == 303, path
            assert page.headers["location"].startswith("/console/login")
            assert_problem(standing_client.request(method, address(path), headers=headers), 401)


def test_what_belongs_to_a_product_one_has_no_role_in_is_not_there(client: httpx.Client, bakery: House) -> None:
    ann = visit(client, bakery, "ann", tea_house=Role.ADMIN)
    token = ann.token_on("/console")
    assert "/console/p/bread" not in ann.open("/console")
    before = kept(bakery.database)
    for method, path in IN_A_PRODUCT:
        for product in ("bread", "no-such-product"):
            asked = ann.http.request(method, address(path, product), data={"csrf": token} if method == "POST" else None)
            assert asked.status_code == 404, (method, path)
            assert "/console" in asked.text
    assert kept(bakery.database) == before


def test_each_role_opens_its_own_sections_and_no_other(client: httpx.Client, bakery: House) -> None:
    for role in sorted(STAFF - {Role.ADMIN}):
        visitor = visit(client, bakery, f"the-{role}", bread=role)
        page = visitor.open("/console/p/bread")
        for section in SECTIONS:
            path = section.path("bread")
            assert (f'href="{path}"' in page) is (role in section.roles)
            visitor.open(path, status=200 if role in section.roles else 403)
        visitor.open("/console/people", status=403)


def test_an_administrator_of_a_product_sees_to_all_of_it_and_to_nothing_else(
    client: httpx.Client, bakery: House
) -> None:
    ann = visit(client, bakery, "ann", bread=Role.ADMIN)
    for section in SECTIONS:
        ann.open(section.path("bread"))
    ann.open("/console/people", status=403)
    ann.open("/console/p/tea-house", status=404)
    everywhere = visit(client, bakery, "eve", everywhere=Role.ADMIN)
    for path in ("/console/people", "/console/p/bread/people", "/console/p/tea-house/people"):
        everywhere.open(path)


def test_a_form_without_the_sessions_token_does_nothing(client: httpx.Client, bakery: House) -> None:
    ann = visit(client, bakery, "ann", everywhere=Role.ADMIN)
    bob = visit(client, bakery, "bob", everywhere=Role.ADMIN)
    foreign, before = bob.token_on("/console"), kept(bakery.database)
    for path in FORMS:
        for fields in ({}, {"csrf": ""}, {"csrf": foreign}, {"csrf": "0" * 64}, {"csrf": "é"}):
            refused = ann.http.post(address(path), data={"role": "admin", "login": "bob", **fields})
            assert refused.status_code == 403, path
            assert "grown old" in refused.text
    assert kept(bakery.database) == before
    ann.open("/console")


def test_a_form_of_another_site_does_nothing(client: httpx.Client, bakery: House) -> None:
    with bakery.database.write() as session:
        session.execute(text("UPDATE product SET origins = '[\"https://shop.example\"]'"))
    ann = visit(client, bakery, "ann", everywhere=Role.ADMIN)
    fields = {"csrf": ann.token_on("/console/people"), "role": "admin", "note": ""}
    login = {"csrf": Visitor(client).token_on("/console/login"), "login": "ann", "password": "x"}
    sites = [
        {"Origin": name} for name in ("https://evil.example", "null", "http://127.0.0.1:1", "https://shop.example")
    ]
    for headers in (*sites, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert ann.http.post("/console/people/invite", data=fields, headers=headers).status_code == 403
        assert Visitor(client).http.post("/console/login", data=login, headers=headers).status_code == 403
    own = {"Origin": str(ann.http.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert ann.http.post("/console/people/invite", data=fields, headers=own).status_code == 201


def test_no_other_site_is_let_in_to_read_the_console(client: httpx.Client, bakery: House) -> None:
    with bakery.database.write() as session:
        session.execute(text("UPDATE product SET origins = '[\"https://shop.example\"]'"))
    page = client.get("/console/login", headers={**HTML, "Origin": "https://shop.example"})
    assert page.status_code == 403
    assert "access-control-allow-origin" not in page.headers
    own = client.get("/console/login", headers=HTML)
    assert "frame-ancestors 'none'" in own.headers["content-security-policy"]
    assert "script-src" not in own.headers["content-security-policy"]
    assert own.headers["cache-control"] == "no-store"


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(client: httpx.Client, bakery: House) -> None:
    eve, ann = visit(client, bakery, "eve", everywhere=Role.ADMIN), Visitor(client)
    person = hire(bakery, "ann", bread=Role.ADMIN)
    ann.log_in("ann")
    token = ann.token_on("/console/p/bread/people")
    fields = {"person": person, "role": "admin"}
    assert eve.send("/console/p/bread/people/revoke", on="/console/p/bread/people", **fields).status_code == 303
    ann.open("/console/p/bread/people", status=404)
    invited = ann.http.post("/console/p/bread/people/invite", data={"csrf": token, "role": "admin", "note": ""})
    assert invited.status_code == 404
    assert "You have no role" in ann.open("/console")
    ann.open("/console/account")


def test_the_last_administrator_of_all_stays(client: httpx.Client, bakery: House) -> None:
    eve = visit(client, bakery, "eve", everywhere=Role.ADMIN)
    with bakery.database.read() as session:
        person = str(session.scalar(text("SELECT person FROM role")))
    kept_on = eve.send("/console/people/revoke", on="/console/people", person=person, role="admin")
    assert kept_on.status_code == 409
    assert "last administrator" in kept_on.text
    hire(bakery, "ann", everywhere=Role.ADMIN)
    assert eve.send("/console/people/revoke", on="/console/people", person=person, role="admin").status_code == 303
    with bakery.database.write() as session:
        assert not revoke_role(session, person, Role.ADMIN, product="")
    eve.open("/console/people", status=403)


def test_forged_names_of_people_and_roles_change_nothing(client: httpx.Client, bakery: House) -> None:
    eve = visit(client, bakery, "eve", everywhere=Role.ADMIN)
    before = kept(bakery.database)
    people = "/console/p/bread/people"
    form = {"csrf": eve.token_on(people), "note": ""}
    for person in ("p-nobody", "", "'; DROP TABLE role", "é" * 200):
        for act, field, status in (("revoke", "person", 404), ("take-back", "invite", 404), ("grant", "login", 422)):
            sent = eve.http.post(f"{people}/{act}", data={**form, "role": "author", field: person})
            assert sent.status_code == status, (act, person)
    for role in ("learner", "owner", "", "ADMIN"):
        for act in ("grant", "invite"):
            sent = eve.http.post(f"{people}/{act}", data={**form, "login": "eve", "role": role})
            assert sent.status_code == 422, (act, role)
    assert kept(bakery.database) == before
