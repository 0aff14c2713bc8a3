"""Who may open what in config: health for load balancers, the API's document."""

TABLE: dict[str, tuple[int, ...]] = {
    #                        nobody Ben  Ana  Lea  Vic  Ada
    "GET health:live":       (200, 200, 200, 200, 200, 200),
    "GET health:ready":      (200, 200, 200, 200, 200, 200),
    "GET schema":            (200, 200, 200, 200, 200, 200),
    "GET api-docs":          (200, 200, 200, 200, 200, 200),
}  # fmt: skip
