from collections.abc import Callable, Iterator

import pytest

from tests.flows.web import Web


@pytest.fixture
def web_of() -> Iterator[Callable[..., Web]]:
    """Starts web servers; whoever still runs at the end is killed."""
    started: list[Web] = []

    def start(user, **words) -> Web:
        started.append(Web(user, **words))
        return started[-1]

    yield start
    for web in started:
        web.kill()
