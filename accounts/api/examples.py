"""Believable examples for the OpenAPI document, made from names and types of fields."""

from typing import Any

BY_NAME: dict[str, Any] = {
    "id": 42,
    "customer": 42,
    "contact": 7,
    "csm": 3,
    "external_id": "C-00042",
    "name": "Sakura Trading",
    "full_name": "Ana Abe",
    "kana": "サクラショウジ",
    "domain": "sakura.example",
    "email": "hanako@sakura.example",
    "segment": "SMB",
    "country": "JP",
    "language": "ja",
    "currency": "JPY",
    "plan": "Pro",
    "price": "12000.00",
    "amount": "360000.00",
    "mrr": "360000.0000",
    "retention_share": "0.5000",
    "acquisition_share": "0.5000",
    "coverage": "0.800",
    "health_coverage": "0.800",
    "default_language": "ja",
    "score": 9,
    "health_score": "71.50",
    "reason": "Asked for by the customer",
    "summary": "Talked about the renewal.",
    "title": "Call about the renewal",
    "attributes": {"seats": 25},
    "next": "https://cs.example.com/api/v1/customers?cursor=WyJjcmVhdGVkX2F0Il0",
    "previous": None,
}
BY_FORMAT = {
    "date": "2026-06-15",
    "date-time": "2026-06-15T03:00:00Z",
    "email": "hanako@sakura.example",
    "decimal": "12.50",
    "uri": "https://cs.example.com/",
}
BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "string": "text"}


def example_of(schema: dict[str, Any], schemas: dict[str, Any], name: str = "") -> Any:
    """One value that fits a schema. `schemas` are the named ones it may refer to."""
    inner = _followed(schema, schemas)
    kind = _kind_of(inner)
    if "enum" in inner:
        return next(value for value in inner["enum"] if value is not None)
    if kind == "array":
        return [example_of(inner["items"], schemas, name)]
    if kind == "object" and name not in BY_NAME:
        fields = inner.get("properties", {})
        return {key: example_of(value, schemas, key) for key, value in fields.items()}
    if name in BY_NAME and _fits(BY_NAME[name], kind, inner):
        return BY_NAME[name]
    return BY_FORMAT.get(inner.get("format", ""), BY_TYPE.get(kind))


def _followed(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema behind references and choices; the first of several."""
    for word in ("allOf", "oneOf", "anyOf"):
        if word in schema:
            return _followed(schema[word][0], schemas)
    if "$ref" in schema:
        return _followed(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    return schema


def _kind_of(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "object")
    return str(next(k for k in kind if k != "null")) if isinstance(kind, list) else str(kind)


def _fits(value: Any, kind: str, schema: dict[str, Any]) -> bool:
    if value is None:
        return isinstance(schema.get("type"), list)
    if isinstance(value, str):
        return kind == "string" and schema.get("format") not in {"date", "date-time"}
    return kind == {int: "integer", dict: "object"}[type(value)]
