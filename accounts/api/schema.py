"""How resources describe themselves in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from accounts.api.examples import example_of

SUMMARIES = {
    "list": "List {plural}",
    "retrieve": "Read one of the {plural}",
    "create": "Add to the {plural}",
    "partial_update": "Change one of the {plural}",
    "destroy": "Remove one of the {plural}",
}
PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Programs look at `code`, people at `detail`.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}},
    },
}
PROBLEM_ERROR = {
    "type": "object",
    "description": "One wrong value: `pointer` into the body, or `parameter` of the query.",
    "required": ["code", "detail"],
    "properties": {
        "pointer": {"type": "string"},
        "parameter": {"type": "string"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
}
PROBLEM_EXAMPLE = {
    "type": "urn:enishi:problem:validation_error",
    "title": "Bad Request",
    "status": 400,
    "detail": "The request holds values we cannot take.",
    "instance": "/api/v1/customers",
    "code": "validation_error",
    "request_id": "5f1c0c2c1f4e4c7c9c7c0b6a3d2e1f00",
    "errors": [{"pointer": "/name", "code": "required", "detail": "This field is required."}],
}
HEADERS = {
    "IdempotencyKey": ("Idempotency-Key", "The same key and body give the same answer for 24 h."),
    "IfMatch": ("If-Match", "The ETag you read; 412 when the object was changed since."),
    "IfNoneMatch": ("If-None-Match", "The ETag you have; 304 when it is still the same."),
}


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.KeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key, `enk_…`."}


class ResourceSchema(AutoSchema):
    """Operation ids, summaries and headers, made from the nouns of the routes."""

    def get_operation_id(self) -> str:
        action = {"partial_update": "update", "destroy": "delete"}.get(self._action, self._action)
        return f"{self.get_tags()[0].replace('-', '_')}_{action}"

    @property
    def _action(self) -> str:
        return str(self.view.action_map[self.method.lower()])

    def get_summary(self) -> str:
        plural = self.get_tags()[0].replace("-", " ")
        if self._action in SUMMARIES:
            return SUMMARIES[self._action].format(plural=plural)
        return str(getattr(self.view, self._action).__doc__).split(";")[0].split(".")[0]

    def get_description(self) -> str:
        own = getattr(self.view, self._action).__doc__ if self._action not in SUMMARIES else None
        return str(own or type(self.view).__doc__)

    def get_override_parameters(self) -> list[Any]:
        names = self.view.serializer_class
        is_shaped = hasattr(names, "expandable")
        if self.method == "DELETE" or self._action not in SUMMARIES or not is_shaped:
            return []
        expand = ", ".join(sorted(names.expandable))
        wanted = {"fields": f"Only these: {', '.join(names.Meta.fields)}."}
        if expand:
            wanted["expand"] = f"Add related objects: {expand}."
        return [_text_parameter(name, text) for name, text in wanted.items()]

    def get_operation(self, *args: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args)
        if operation is None:
            return None
        operation["responses"]["4XX"] = {"$ref": "#/components/responses/Problem"}
        header_refs = [{"$ref": f"#/components/parameters/{name}"} for name in self._headers()]
        operation["parameters"] = operation.get("parameters", []) + header_refs
        return operation

    def _headers(self) -> list[str]:
        is_about_one = "{" in self.path
        if self.method == "GET":
            return ["IfNoneMatch"] if self._action == "retrieve" else []
        return ["IdempotencyKey", "IfMatch"] if is_about_one else ["IdempotencyKey"]


def _text_parameter(name: str, description: str) -> Any:
    return OpenApiParameter(name, str, OpenApiParameter.QUERY, description=description)


def with_problems(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Hook: what all operations share, and an example for each object."""
    components = result["components"]
    components["schemas"] |= {"Problem": PROBLEM, "ProblemError": PROBLEM_ERROR}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": PROBLEM_EXAMPLE}
    components["responses"] = {
        "Problem": {
            "description": "The request was refused; the body says why.",
            "content": {"application/problem+json": content},
        }
    }
    components["parameters"] = {
        key: {
            "name": name, "in": "header", "schema": {"type": "string"}, "description": text,
        } for key, (name, text) in HEADERS.items()
    }  # fmt: skip
    schemas = components["schemas"]
    for schema in schemas.values():
        if schema.get("type") == "object" and schema is not PROBLEM:
            schema["examples"] = [example_of(schema, schemas)]
    tags = {o["tags"][0] for path in result["paths"].values() for o in path.values()}
    result["tags"] = [{"name": tag, "description": TAGS[tag]} for tag in TAGS if tag in tags]
    return result


TAGS = {
    "customers": "Companies we serve.",
    "contacts": "People at customers.",
    "imports": "Files of many records, and what became of their rows.",
    "attributes": "Custom attributes of customers, as declared.",
    "products": "What we sell by subscription.",
    "exchange-rates": "What a currency is worth in the reporting currency.",
    "subscriptions": "Contract lines with two clocks.",
    "purchases": "Purchases and invoices.",
    "cost-lines": "Money spent to keep and to win customers.",
    "role-rates": "What an hour of a role costs.",
    "assumptions": "What figures take for granted, from a day on.",
    "features": "Events of the product, and what using them says.",
    "insiders": "Our own people and bots, who stand in no figure.",
    "touchpoints": "Time we gave a customer.",
    "tasks": "What somebody should do, and by when.",
    "tickets": "Support cases.",
    "surveys": "Questions we keep asking.",
    "invitations": "Who was asked.",
    "responses": "What contacts answered.",
    "health": "How customers are doing.",
    "alerts": "Rules that fired.",
    "nights": "Days that were closed.",
    "numbers": "Figures of customer success, each open to its rows.",
}
