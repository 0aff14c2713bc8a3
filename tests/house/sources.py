"""Our own files, as the tests of the house look at them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ["accounts", "customers", "outreach", "surveys", "metrics"]
PACKAGES = [*APPS, "lib", "config", "bench"]


def python_files(*packages: str) -> list[Path]:
    """Ours only: migrations are written by Django."""
    return [
        file
        for package in packages or PACKAGES
        for file in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in file.parts
    ]


def templates() -> list[Path]:
    return sorted(file for file in (ROOT / "templates").rglob("*") if file.is_file())


def short(file: Path) -> str:
    return str(file.relative_to(ROOT))
