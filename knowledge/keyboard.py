"""What a text says that was typed with the other keyboard layout on: ЙЦУКЕН against QWERTY, key by key."""

_LATIN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./" + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>?' + "@#$^&"
_RUSSIAN = "ёйцукенгшщзхъфывапролджэячсмитьбю." + "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ," + '"№;:?'
_TO_RUSSIAN = str.maketrans(_LATIN, _RUSSIAN)
_TO_LATIN = str.maketrans(_RUSSIAN, _LATIN)


def other_layout(typed: str, *, to_russian: bool) -> str:
    """The same keys on the other layout."""
    return typed.translate(_TO_RUSSIAN if to_russian else _TO_LATIN)
