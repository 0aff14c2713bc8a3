"""The OpenAPI document and the page that shows it, served from our own static files."""

from functools import cache
from typing import Any

from django.urls import path
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


@cache
def _document(language: str | None) -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document


class DocumentOnce(SchemaGenerator):
    """The routes do not change while a process lives, so neither does their description."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return _document(translation.get_language())


@cache
def _text(language: str | None) -> bytes:
    text: bytes = OpenApiYamlRenderer().render(_document(language))
    return text


class TextOnce(OpenApiYamlRenderer):
    """To write it down takes a second of CPU, as long as a hundred pages."""

    def render(self, data: Any, *_args: Any, **_more: Any) -> bytes:
        return _text(translation.get_language())


class ShortTextOnce(TextOnce):
    media_type = OpenApiYamlRenderer2.media_type


class Schema(SpectacularAPIView):
    renderer_classes = [TextOnce, ShortTextOnce, OpenApiJsonRenderer, OpenApiJsonRenderer2]


urlpatterns = [
    path("schema/", Schema.as_view(generator_class=DocumentOnce), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="schema", template_name="config/api_docs.html"
        ),
        name="api-docs",
    ),
]
