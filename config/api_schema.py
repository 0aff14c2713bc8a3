"""The OpenAPI document and the page that shows it, served from our own static files."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
