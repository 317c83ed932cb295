"""Alumni cases: what a graduate was stuck on, did, and what came of it; taken in, decided on, shown, withdrawn."""
