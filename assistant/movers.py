"""Every mover by the name that profiles call it."""

from assistant.moves import Movers

MOVERS = Movers({})
