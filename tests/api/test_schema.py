"""The OpenAPI document: committed, complete, and true for whatever a fuzzer thinks of."""

import json
import warnings
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from django.urls import reverse
from drf_spectacular import validation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.yaml"
# The rules of OpenAPI itself. Its validator in Rust: the one in Python takes seconds.
RULES = json.loads(Path(validation.__file__).with_name("openapi_3_1_schema.json").read_text())
HOW = "Run `manage.py spectacular --file docs/openapi.yaml` and read the difference."


@pytest.fixture(scope="module")
def schema():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema) -> dict[str, dict]:
    return {o["operationId"]: o for path in schema["paths"].values() for o in path.values()}


def test_the_committed_document_is_the_one_we_serve(schema):
    served = OpenApiYamlRenderer().render(schema, renderer_context={}).decode()

    # The loader in C: the one in Python takes seconds.
    documents = [yaml.load(text, yaml.CSafeLoader) for text in (served, COMMITTED.read_text())]
    assert documents[0] == documents[1], HOW


def test_it_is_valid_openapi_and_nothing_had_to_be_guessed(schema, capsys):
    plain = json.loads(OpenApiJsonRenderer().render(schema))

    assert [str(fault) for fault in jsonschema_rs.validator_for(RULES).iter_errors(plain)] == []
    assert schema["openapi"].startswith("3.1")
    assert "Warning" not in capsys.readouterr().err


def test_every_operation_has_what_a_reader_and_a_generator_need(schema):
    known_tags = {tag["name"] for tag in schema["tags"]}

    for name, operation in operations(schema).items():
        assert operation["summary"], name
        assert operation["description"], name
        assert set(operation["tags"]) <= known_tags, name
        assert operation["responses"]["4XX"] == {"$ref": "#/components/responses/Problem"}, name


def test_every_object_has_an_example(schema):
    shapes = schema["components"]["schemas"]

    lacking = [n for n, s in shapes.items() if s.get("type") == "object" and "examples" not in s]

    assert lacking in ([], ["Problem"])


def test_the_document_and_its_page_come_from_ourselves(client, db):
    page = client.get(reverse("api-docs")).content.decode()
    script = client.get(f"{reverse('api-docs')}?script=")

    assert client.get(reverse("schema")).status_code == 200
    assert script["Content-Type"].startswith("application/javascript")
    assert "//" not in page.replace("http://www.w3.org", "")
    assert "<style" not in page
