"""Who may open what in metrics. The columns are explained in test_pages.py."""

TABLE: dict[str, tuple[int, ...]] = {
    #                                  nobody Ben  Ana  Lea  Vic  Ada
    "GET metrics:overview":            (302, 200, 200, 200, 200, 200),
    "GET metrics:night_list":          (302, 200, 200, 200, 200, 200),
}  # fmt: skip
