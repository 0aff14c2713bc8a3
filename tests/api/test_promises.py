"""What a release promised to programs stays until a release has said that it will go."""

import copy

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tests.api.promises import DOCUMENT, RELEASED, broken, names_in, read

HOW = "Label it `deprecated` for one release before it goes (docs/recipes.md)."
SMALL = {
    "paths": {
        "/things": {
            "get": {
                "parameters": [{"name": "kind", "in": "query", "schema": {"enum": ["a", "b"]}}],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        }
                    }
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Thing": {"properties": {"id": {"type": "integer"}, "kind": {"enum": ["a", "b"]}}},
            "ThingRequest": {"properties": {"kind": {"type": "string"}}},
            "Kind": {"enum": ["a", "b"]},
        }
    },
}


@pytest.fixture(scope="module")
def document():
    return read(DOCUMENT)


@pytest.fixture
def small():
    return copy.deepcopy(SMALL)


def test_nothing_that_was_released_is_gone(document):
    assert broken(read(RELEASED), names_in(document)) == [], HOW


def get(of):
    return of["paths"]["/things"]["get"]


def shape(of, name):
    return of["components"]["schemas"][name]


CHANGES = [
    (lambda d: d["paths"].clear(), "GET /things"),
    (lambda d: get(d)["parameters"].clear(), "GET /things: ?kind"),
    (lambda d: get(d)["parameters"][0]["schema"]["enum"].remove("b"), "GET /things: ?kind=b"),
    (
        lambda d: get(d)["responses"].update({"204": get(d)["responses"].pop("200")}),
        "GET /things: 200 application/json Thing",
    ),
    (lambda d: d["components"]["schemas"].pop("Kind"), "Kind"),
    (lambda d: shape(d, "Thing")["properties"].pop("id"), "Thing: id"),
    (lambda d: shape(d, "Thing")["properties"]["kind"]["enum"].remove("a"), "Thing: kind=a"),
    (lambda d: shape(d, "Kind")["enum"].remove("a"), "Kind: a"),
    (lambda d: shape(d, "ThingRequest").update(required=["kind"]), "ThingRequest: kind?"),
]


@pytest.mark.parametrize(("change", "lost"), CHANGES, ids=[lost for _change, lost in CHANGES])
def test_what_breaks_a_program_is_found(change, lost, small):
    change(small)

    assert lost in broken(names_in(SMALL, promised=True), names_in(small))


def test_additions_break_nobody(small):
    shape(small, "Thing")["properties"]["name"] = {"type": "string"}
    shape(small, "Kind")["enum"].append("c")

    assert broken(names_in(SMALL, promised=True), names_in(small)) == []


def test_a_label_is_no_removal_and_what_a_release_labelled_may_go(small):
    shape(small, "Thing")["properties"]["id"]["deprecated"] = True
    get(small)["deprecated"] = True

    assert broken(names_in(SMALL, promised=True), names_in(small)) == []
    without = copy.deepcopy(small)
    shape(without, "Thing")["properties"].pop("id")
    without["paths"].clear()
    assert broken(names_in(small, promised=True), names_in(without)) == []


def examples_of(document):
    for name, schema in document["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            yield name, example


def test_every_shape_is_a_schema_and_its_example_fits(document):
    """References that lead nowhere fail here, too: examples follow them."""
    wrong = {}
    for name, example in examples_of(document):
        Draft202012Validator.check_schema(document["components"]["schemas"][name])
        validator = Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})
        for error in validator.iter_errors(example):
            wrong[f"{name}: {error.json_path}"] = error.message

    assert wrong == {}


def test_an_example_that_does_not_fit_would_be_found(document):
    validator = Draft202012Validator({**document, "$ref": "#/components/schemas/Attribute"})

    with pytest.raises(ValidationError):
        validator.validate({"key": 5})


def test_every_reference_leads_somewhere(document):
    def references(part):
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            part = list(part.values())
        for inner in part if isinstance(part, list) else ():
            yield from references(inner)

    parts = document["components"]
    known = {f"#/components/{kind}/{name}" for kind in parts for name in parts[kind]}
    assert set(references(document)) - known == set()
