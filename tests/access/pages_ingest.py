"""Who may send events: whoever shows a key. The bodies here are empty, so nobody is asked for one.

What keys may do is tested in tests/customers/ingest.
"""

SAME_FOR_ALL = {
    "POST collect_batch": 400,
    "POST collect_track": 400,
    "POST collect_identify": 400,
    "POST collect_group": 400,
    "POST collect_page": 400,
    "POST collect_screen": 400,
    "POST collect_alias": 400,
    "POST collect_posthog": 400,
    "POST collect_posthog_results": 400,
    "POST collect_sdk_metrics": 200,
    "GET segment_settings key": 200,
    "GET rudderstack_settings": 200,
    "GET posthog_flags": 200,
    "POST posthog_flags": 200,
    "GET posthog_config key": 200,
    "POST posthog_config key": 200,
}
OBJECTS = {"key": lambda _world: "enk_0123456789_public"}
TABLE: dict[str, tuple[int, ...]] = {key: (status,) * 6 for key, status in SAME_FOR_ALL.items()}
