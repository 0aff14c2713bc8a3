"""Who may open what in accounts."""

from accounts.models import ApiKey, AuditEntry
from tests.factories import TeamFactory, UserFactory

OBJECTS = {
    "team": lambda _world: TeamFactory(),
    "colleague": lambda _world: UserFactory(full_name="Col League"),
    "leaver": lambda _world: UserFactory(full_name="Leif Leaver", is_active=False),
    "key_of_ana": lambda world: ApiKey.issue(owner=world["ana"], name="Of Ana")[0],
    "audit_entry": lambda _world: AuditEntry.objects.create(metadata={"url": "/"}),
}

TABLE: dict[str, tuple[int, ...]] = {
    #                                             nobody Ben  Ana  Lea  Vic  Ada
    "GET accounts:settings":                         (302, 200, 200, 200, 200, 200),
    "GET accounts:second_factor":                    (302, 200, 200, 200, 200, 200),
    "GET accounts:profile":                          (302, 200, 200, 200, 200, 200),
    "POST accounts:profile":                         (302, 200, 200, 200, 200, 200),
    "GET accounts:set_language":                     (302, 302, 302, 302, 302, 302),
    "POST accounts:set_language":                    (302, 302, 302, 302, 302, 302),
    "GET accounts:user_list":                        (302, 403, 403, 403, 403, 200),
    "GET accounts:user_invite":                      (302, 403, 403, 403, 403, 200),
    "POST accounts:user_invite":                     (302, 403, 403, 403, 403, 200),
    "GET accounts:user_edit colleague":              (302, 403, 403, 403, 403, 200),
    "POST accounts:user_edit colleague":             (302, 403, 403, 403, 403, 200),
    "POST accounts:user_invite_again colleague":     (302, 403, 403, 403, 403, 302),
    "GET accounts:user_disable colleague":           (302, 403, 403, 403, 403, 200),
    "POST accounts:user_disable colleague":          (302, 403, 403, 403, 403, 302),
    "POST accounts:user_enable leaver":              (302, 403, 403, 403, 403, 302),
    "GET accounts:team_list":                        (302, 403, 403, 403, 403, 200),
    "POST accounts:team_list":                       (302, 403, 403, 403, 403, 200),
    "GET accounts:team_edit team":                   (302, 403, 403, 403, 403, 200),
    "POST accounts:team_edit team":                  (302, 403, 403, 403, 403, 200),
    "POST accounts:team_delete team":                (302, 403, 403, 403, 403, 302),
    "GET accounts:api_key_list":                     (302, 200, 200, 200, 200, 200),
    "GET accounts:api_key_issue":                    (302, 200, 200, 200, 200, 200),
    "POST accounts:api_key_issue":                   (302, 200, 200, 200, 200, 200),
    "GET accounts:api_key_revoke key_of_ana":        (302, 404, 200, 404, 404, 200),
    "POST accounts:api_key_revoke key_of_ana":       (302, 404, 302, 404, 404, 302),
    "GET accounts:audit_log":                        (302, 403, 403, 403, 403, 200),
    "GET accounts:audit_entry audit_entry":          (302, 403, 403, 403, 403, 200),
}  # fmt: skip
