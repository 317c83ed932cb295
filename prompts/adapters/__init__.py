"""Chat models behind the port; only the wiring imports from here."""
