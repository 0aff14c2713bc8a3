"""Finds the few front-end files we take from npm packages, and only those."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage, Storage

FILES = {
    "vendor/tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler/tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "vendor/tabler/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "vendor/tabler/tabler.min.js.map": "@tabler/core/dist/js/tabler.min.js.map",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/htmx.min.js.map": "htmx.org/dist/htmx.min.js.map",
}


class RenamedFile(FileSystemStorage):
    """A storage whose `path()` answers the file the package calls otherwise."""

    def __init__(self, source: str) -> None:
        super().__init__(location=settings.NODE_MODULES)
        self.source = source

    def path(self, name: str) -> str:
        return str(Path(settings.NODE_MODULES) / self.source)


class NpmFinder(BaseFinder):
    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [s for s in FILES.values() if not (Path(settings.NODE_MODULES) / s).is_file()]
        if not missing:
            return []
        return [
            Error(
                f"Front-end files are missing: {', '.join(missing)}.",
                hint="Run `make setup`.",
                id="enishi.E001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = FILES.get(path)
        found = str(Path(settings.NODE_MODULES) / source) if source else None
        if found and not Path(found).is_file():
            found = None
        if find_all:
            return [found] if found else []
        return found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for public, source in FILES.items():
            yield public, RenamedFile(source)
