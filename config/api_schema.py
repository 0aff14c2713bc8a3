"""The OpenAPI document and the page that shows it, served from our own static files."""

urlpatterns: list = []
