"""Passwords: hashed by Argon2id with its library's parameters, which are RFC 9106's for little memory (64 MiB).

Checking one takes the same time whether or not there is somebody to check it for.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from foundation.errors import Invalid

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 200
_FEWEST_DIFFERENT = 5
_hasher = PasswordHasher()
# Each takes 64 MiB while it runs: no crowd at the door may take the memory from those who are inside.
_at_once = Semaphore(2)


class Weakness(StrEnum):
    """What is wrong with a password somebody chose."""

    SHORT = "password_short"
    LONG = "password_long"
    PLAIN = "password_plain"
    LIKE_LOGIN = "password_login"


_ADVICE = {
    Weakness.SHORT: f"the password is too short; take {MIN_PASSWORD_CHARS} characters or more",
    Weakness.LONG: f"the password is too long; {MAX_PASSWORD_CHARS} characters are the most",
    Weakness.PLAIN: f"the password is too plain; use {_FEWEST_DIFFERENT} or more different characters",
    Weakness.LIKE_LOGIN: "the password holds the login; choose another one",
}


class WeakPassword(Invalid):
    """A password that may not be chosen."""

    def __init__(self, weakness: Weakness) -> None:
        self.weakness = weakness
        super().__init__(_ADVICE[weakness])


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a password is right; `fresh` is its hash by today's parameters where the kept one has older ones."""

    right: bool
    fresh: str | None = None


def check_strength(password: str, *, login: str) -> None:
    """Raises WeakPassword."""
    chosen = _plain(password)
    if len(chosen) < MIN_PASSWORD_CHARS:
        raise WeakPassword(Weakness.SHORT)
    if len(chosen) > MAX_PASSWORD_CHARS:
        raise WeakPassword(Weakness.LONG)
    if len(set(chosen.casefold())) < _FEWEST_DIFFERENT:
        raise WeakPassword(Weakness.PLAIN)
    if login and login.casefold() in chosen.casefold():
        raise WeakPassword(Weakness.LIKE_LOGIN)


def hash_password(password: str) -> str:
    """The hash to keep, with its salt and parameters; takes a tenth of a CPU second and more."""
    with _at_once:
        return _hasher.hash(_plain(password))


def check_password(kept: str | None, password: str) -> Checked:
    """Compare with a kept hash; with None, take as long and say no."""
    asked = _plain(password)[: MAX_PASSWORD_CHARS + 1]
    with _at_once:
        nobodys = _nobodys(_hasher)
        try:
            _hasher.verify(kept or nobodys, asked)
        except (VerificationError, InvalidHashError):
            return Checked(False)
        if not kept:
            return Checked(False)
        outdated = _hasher.check_needs_rehash(kept)
        return Checked(True, _hasher.hash(asked) if outdated else None)


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody's password")


def _plain(password: str) -> str:
    """One form for what different keyboards send for the same characters."""
    return unicodedata.normalize("NFC", password.encode("utf-8", "replace").decode())
