"""Does it find, does it tell the truth: evaluation sets, scorers and committed baselines."""
