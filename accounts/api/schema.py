"""How a resource describes itself in the OpenAPI document."""

from drf_spectacular.openapi import AutoSchema


class ResourceSchema(AutoSchema):
    """Operation ids, summaries and problems, made from the nouns of the routes."""
