"""Addresses that SDKs send events to."""

urlpatterns: list = []
