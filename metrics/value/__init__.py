"""Lifetime value, by six roads: simple, subscription, discounted, and three fitted models."""
