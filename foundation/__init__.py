"""What every room stands on: settings, ids, errors, clock, text clean-up, the database and the home's lock."""
