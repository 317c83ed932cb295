"""Where vendor packages meet the knowledge room's ports."""
