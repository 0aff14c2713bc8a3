"""Usage events arrive: read, screened, given a customer, stored once.

`store_events` is the only way into the append-only table of usage events, for requests of SDKs
and for imported files alike.
"""

from customers.ingest.storing import (
    IMPORTED,
    NewEvent,
    Stored,
    event_id_of,
    store_events,
    withdraw_events,
)

__all__ = ["IMPORTED", "NewEvent", "Stored", "event_id_of", "store_events", "withdraw_events"]
