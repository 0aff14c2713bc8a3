"""The health score: the scorecard, scoring a night, reading and explaining scores."""
