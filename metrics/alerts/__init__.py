"""Alerts: a rule fires for a customer, a task follows, and it settles when its cause is gone."""
