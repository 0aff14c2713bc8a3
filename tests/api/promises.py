"""What the description of the API promises to programs that exist, and what was promised before.

`released.yaml` is what the last release promised. A name that is gone from the document breaks
somebody's program, unless a release before labelled it `deprecated`: what a release labels it no
longer promises. At a release: `python -m tests.api.promises`, which refuses to forget the rest.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "openapi.yaml"
RELEASED = Path(__file__).parent / "released.yaml"
METHODS = {"get", "post", "put", "patch", "delete"}
Names = dict[str, list[str]]


def read(path: Path) -> Any:
    # The loader in C: the one in Python takes seconds.
    return yaml.load(path.read_text(), yaml.CSafeLoader)


def names_in(document: dict[str, Any], *, promised: bool = False) -> Names:
    """By operation its parameters and answers, by shape its fields, by enum its values.

    `promised` leaves out what is labelled as deprecated.
    """

    def counts(thing: dict[str, Any]) -> bool:
        return not (promised and thing.get("deprecated"))

    found = {
        f"{method.upper()} {path}": [*_asked(operation, counts), *_answered(operation)]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS and counts(operation)
    }
    for name, shape in document["components"]["schemas"].items():
        if counts(shape):
            found[name] = _named(name, shape, counts)
    return {name: sorted(of) for name, of in sorted(found.items())}


def broken(promises: Names, now: Names) -> list[str]:
    """What was promised and is not there."""
    lost = [name for name in promises if name not in now]
    return lost + [
        f"{name}: {part}"
        for name, parts in promises.items()
        for part in parts
        if name in now and part not in now[name]
    ]


def _asked(operation: dict[str, Any], counts: Any) -> list[str]:
    named = [p for p in operation.get("parameters", []) if "name" in p and counts(p)]
    values = [f"?{p['name']}={v}" for p in named for v in p["schema"].get("enum", ())]
    return [f"?{p['name']}" for p in named] + values


def _answered(operation: dict[str, Any]) -> list[str]:
    """Status, media type and the shape, where it has a name."""
    return [
        f"{status} {kind} {content.get('schema', {}).get('$ref', '').rpartition('/')[2]}".strip()
        for status, answer in operation["responses"].items()
        for kind, content in answer.get("content", {}).items()
    ]


def _named(name: str, shape: dict[str, Any], counts: Any) -> list[str]:
    """Fields with a question mark may be left out of a request, and that is a promise, too."""
    fields = {f: s for f, s in shape.get("properties", {}).items() if counts(s)}
    is_asked = name.endswith("Request")
    optional = [f"{f}?" for f in fields if is_asked and f not in shape.get("required", [])]
    values = [f"{f}={v}" for f, s in fields.items() for v in s.get("enum", ())]
    return [*fields, *optional, *values, *(str(value) for value in shape.get("enum", ()))]


if __name__ == "__main__":
    document = read(DOCUMENT)
    gone = broken(read(RELEASED), names_in(document)) if RELEASED.exists() else []
    if gone:
        sys.exit("Promised and gone:\n" + "\n".join(gone))
    text = yaml.dump(names_in(document, promised=True), default_flow_style=None, width=100)
    RELEASED.write_text(text)
