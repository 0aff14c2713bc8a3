"""How long customers stay: lives, cohorts, survival, renewals and who was lost."""
