"""What somebody chooses who gets an account: a name, a login, a password; what is wrong is told by field."""

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.errors import Invalid
from learning.accounts import BadLogin, plain_login
from learning.passwords import WeakPassword, check_strength, hash_password
from learning.people import checked_name


@dataclass(frozen=True, slots=True)
class Chosen:
    """An account that may be made; `secret` is the hash of its password."""

    name: str
    login: str
    secret: str


class Refused(Invalid):
    """What cannot be chosen; `troubles` are the keys of texts by field."""

    def __init__(self, troubles: Mapping[str, str]) -> None:
        self.troubles = troubles
        super().__init__(f"look at {', '.join(troubles)} again")


def choose(typed: Mapping[str, str]) -> Chosen:
    """What was typed as an account; takes the time that hashing takes. Raises Refused."""
    troubles: dict[str, str] = {}
    name = login = ""
    try:
        name = checked_name(typed.get("name", ""))
    except Invalid:
        troubles["name"] = "name_long"
    if not name and not troubles:
        troubles["name"] = "name_empty"
    try:
        login = plain_login(typed.get("login", ""))
    except BadLogin:
        troubles["login"] = "login_bad"
    troubles |= weakness(typed.get("password", ""), login=login)
    if troubles:
        raise Refused(troubles)
    return Chosen(name, login, hash_password(typed["password"]))


def weakness(password: str, *, login: str) -> dict[str, str]:
    """What is wrong with a password, by its field; empty when nothing is."""
    try:
        check_strength(password, login=login)
    except WeakPassword as err:
        return {"password": str(err.weakness)}
    return {}
