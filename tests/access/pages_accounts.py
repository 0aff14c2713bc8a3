"""Who may open what in accounts, and in the sign-in pages of allauth."""

TABLE: dict[str, tuple[int, ...]] = {
    #                                          nobody Ben  Ana  Lea  Vic  Ada
    "GET accounts:settings":                   (302, 200, 200, 200, 200, 200),
    "GET accounts:profile":                    (302, 200, 200, 200, 200, 200),
}  # fmt: skip
