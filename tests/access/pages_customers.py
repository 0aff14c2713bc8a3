"""Who may open what in customers. The columns are explained in test_pages.py."""

TABLE: dict[str, tuple[int, ...]] = {
    #                                  nobody Ben  Ana  Lea  Vic  Ada
    "GET customers:today":             (302, 200, 200, 200, 200, 200),
    "GET customers:customer_list":     (302, 200, 200, 200, 200, 200),
    "GET customers:task_list":         (302, 200, 200, 200, 200, 200),
    "GET customers:import_list":       (302, 403, 403, 200, 403, 200),
}  # fmt: skip
