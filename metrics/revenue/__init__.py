"""Recurring revenue: what a subscription is worth, how it moves, and the figures of a month."""
