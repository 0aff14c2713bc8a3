"""What can be said of any page: accessible, and no wider than its window."""

from django.conf import settings
from playwright.sync_api import Page

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Style sheets are read for one rule only, which is an experiment and in none of these levels.
RUN = """levels => axe.run({
    runOnly: {type: 'tag', values: levels},
    resultTypes: ['violations'], preload: {assets: ['media']},
}).then(r => r.violations)"""

# Parts that come later are there, and every chart is drawn.
COMPLETE = (
    "() => !document.querySelector('.lazy-charts, .htmx-request, .chart-picture:not(.is-drawn)')"
)


def wait_until_complete(page: Page) -> None:
    page.wait_for_function(COMPLETE)


def accessibility_faults(page: Page) -> list[str]:
    """One line for each element that breaks WCAG 2.2 AA, as far as axe can see."""
    page.evaluate(AXE.read_text())
    return [
        f"{violation['id']}: {node['html']} ({node['failureSummary']})"
        for violation in page.evaluate(RUN, LEVELS)
        for node in violation["nodes"]
    ]


def sideways_overflow(page: Page) -> int:
    """How many CSS pixels the page is wider than its window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )
