"""One word, one meaning: the glossary knows every noun, and some words are never used."""

import re

import pytest
from django.apps import apps
from django.db import models

from tests.house.sources import APPS, ROOT, python_files, short

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
# Names that say nothing, and words for customers and jobs that mean something else here.
FORBIDDEN_MODULES = {
    "utils", "util", "helpers", "helper", "services", "service", "common", "misc", "managers",
    "manager", "data", "info", "process", "handle", "handlers", "signals", "client",
    "clients", "account", "organisation", "organisations", "organization", "base",
}  # fmt: skip
NAMED_BY_DJANGO = {"lib/steady_postgres/base.py"}
FORBIDDEN_CLASSES = re.compile(
    r"^(Client|Account|Organi[sz]ation|Notification|Campaign|.*(Helper|Service|Util|Manager2))$"
)


def is_a_view(model: type[models.Model]) -> bool:
    """A view over an append-only table for the back office: `UsageEventLine` of `UsageEvent`."""
    return not model._meta.managed and model.__name__.endswith("Line")


def own_models() -> list[type[models.Model]]:
    return [
        model
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if not hasattr(model, "pgh_tracked_model") and not is_a_view(model)
    ]


def test_every_model_stands_in_the_glossary():
    missing = [m.__name__ for m in own_models() if f"`{m.__name__}`" not in GLOSSARY]

    assert missing == []


def test_every_choice_stands_in_the_glossary():
    kinds = {
        name
        for model in own_models()
        for name, value in vars(model).items()
        if isinstance(value, type) and issubclass(value, models.Choices)
    }

    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in GLOSSARY] == []


def test_every_model_says_what_one_row_stands_for():
    silent = [m.__name__ for m in own_models() if m.__doc__.startswith(f"{m.__name__}(")]

    assert silent == []


def test_no_module_has_a_name_that_says_nothing():
    files = python_files(*APPS, "lib")
    found = {short(file) for file in files if {file.stem, file.parent.name} & FORBIDDEN_MODULES}

    assert found - NAMED_BY_DJANGO == set()


def test_jobs_of_workers_are_not_called_tasks():
    """A task is work for a person; Celery's default name for its file would be the second use."""
    assert [app for app in APPS if (ROOT / app / "tasks.py").exists()] == []


def test_no_model_takes_a_word_that_means_something_else_here():
    assert [m.__name__ for m in own_models() if FORBIDDEN_CLASSES.match(m.__name__)] == []


@pytest.mark.parametrize("name", ["Client", "MailHelper", "Campaign"])
def test_a_forbidden_name_would_be_found(name):
    assert FORBIDDEN_CLASSES.match(name)


def test_models_have_no_save_of_their_own_and_nobody_listens_to_them():
    text = {short(file): file.read_text() for file in python_files(*APPS)}
    guilty = [
        name
        for name, source in text.items()
        if (re.search(r"def save\(self", source) and "/models/" in name)
        or re.search(r"(post|pre)_(save|delete)\b", source)
    ]  # fmt: skip

    assert guilty == []


def test_nothing_is_left_for_later():
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    files = [file for file in python_files() if later.search(file.read_text())]

    assert [short(file) for file in files] == []
