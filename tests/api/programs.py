"""How a program of the tests speaks to the API."""

from typing import Any

from django.test import Client

CUSTOMERS = "/api/v1/customers"
JSON = "application/json"


def send(client: Client, method: str, url: str, body: Any = None, **headers: str) -> Any:
    """A request with a JSON body; `headers` in Python's spelling, such as `if_match`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(client, method)(url, data=body, content_type=JSON, headers=named)


def send_raw(client: Client, url: str, body: bytes, content_type: str = JSON) -> Any:
    client.raise_request_exception = False
    return client.generic("POST", url, data=body, content_type=content_type)


def every_row(client: Client, url: str) -> list[int]:
    """The ids of a whole list, page by page."""
    ids: list[int] = []
    while url:
        page = client.get(url).json()
        ids += [row["id"] for row in page["results"]]
        url = page["next"]
    return ids
