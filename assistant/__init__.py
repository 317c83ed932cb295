"""Turns what a person says into a cited answer or an honest decline."""
