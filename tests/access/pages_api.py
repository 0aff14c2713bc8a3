"""Who may ask what of the REST API; everybody comes with a key that has every REST scope."""

TABLE: dict[str, tuple[int, ...]] = {
    #                                  nobody Ben  Ana  Lea  Vic  Ada
    "GET api:api-root":                (200, 200, 200, 200, 200, 200),
}  # fmt: skip
