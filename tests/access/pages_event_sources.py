"""Who looks after event sources: whoever manages the keys of the installation."""

from accounts.models import ApiKey
from customers.models import QuarantinedEvent


def a_source(world):
    return ApiKey.issue(owner=world["ada"], name="server", kind=ApiKey.Kind.SERVER)[0]


OBJECTS = {
    "source": a_source,
    "quarantined": lambda world: QuarantinedEvent.objects.create(
        source=world["source"], code="event_missing", body="{"
    ),
}
TABLE: dict[str, tuple[int, ...]] = {
    #                                            nobody Ben  Ana  Lea  Vic  Ada
    "GET customers:attribute_list":              (302, 403, 403, 200, 403, 200),
    "POST customers:attribute_declare":          (302, 403, 403, 422, 403, 422),
    "GET customers:event_source_list":           (302, 403, 403, 403, 403, 200),
    "GET customers:event_source_detail source":  (302, 403, 403, 403, 403, 200),
    "GET customers:waiting_account_list":        (302, 403, 403, 403, 403, 200),
    "POST customers:waiting_account_map":        (302, 403, 403, 403, 403, 302),
    "POST customers:quarantine_retry quarantined":  (302, 403, 403, 403, 403, 302),
    "POST customers:quarantine_delete quarantined": (302, 403, 403, 403, 403, 302),
}  # fmt: skip
