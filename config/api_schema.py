"""The OpenAPI document and the page that shows it, served from our own static files."""

from functools import cache
from typing import Any

from django.urls import path
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


@cache
def _document(language: str | None) -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document


class DocumentOnce(SchemaGenerator):
    """The routes do not change while a process lives, so neither does their description."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return _document(translation.get_language())


urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(generator_class=DocumentOnce), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="schema", template_name="config/api_docs.html"
        ),
        name="api-docs",
    ),
]
