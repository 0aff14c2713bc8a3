"""Addresses that SDKs send events to, each with and without the slash at its end.

They stand at the root, because some SDKs keep only the host of the address they are given.
"""

from typing import Any

from django.urls import path
from django.urls.resolvers import URLPattern

from customers.api import ingest
from customers.ingest.messages import KINDS


def both(route: str, view: Any, name: str, **extra: str) -> list[URLPattern]:
    """A redirect from one spelling to the other would lose the events of every SDK."""
    return [path(route, view, extra, name=name), path(f"{route}/", view, extra, name=name)]


def single_calls(kind: str) -> list[URLPattern]:
    """The long address of a call, and the one-letter one that browsers use."""
    name = f"collect_{kind}"
    return [
        *both(f"v1/{kind}", ingest.collect_segment, name, kind=kind),
        *both(f"v1/{kind[0]}", ingest.collect_segment, name, kind=kind),
    ]


urlpatterns = [
    *both("v1/batch", ingest.collect_segment, "collect_batch"),
    *both("v1/b", ingest.collect_segment, "collect_batch"),
    *[address for kind in sorted(KINDS) for address in single_calls(kind)],
    *both("v1/m", ingest.discard, "collect_sdk_metrics"),
    *both("v1/projects/<str:key>/settings", ingest.segment_settings, "segment_settings"),
    *both("sourceConfig", ingest.rudderstack_settings, "rudderstack_settings"),
    *both("batch", ingest.collect_posthog, "collect_posthog"),
    *both("capture", ingest.collect_posthog, "collect_posthog"),
    *both("e", ingest.collect_posthog, "collect_posthog"),
    *both("i/v0/e", ingest.collect_posthog, "collect_posthog"),
    *both("i/v1/analytics/events", ingest.collect_posthog_results, "collect_posthog_results"),
    *both("flags", ingest.posthog_settings, "posthog_flags"),
    *both("decide", ingest.posthog_settings, "posthog_flags"),
    *both("array/<str:key>/config", ingest.posthog_settings, "posthog_config"),
]
