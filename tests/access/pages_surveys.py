"""Who may open what in surveys. The columns are explained in test_pages.py."""

TABLE: dict[str, tuple[int, ...]] = {
    #                                  nobody Ben  Ana  Lea  Vic  Ada
    "GET surveys:survey_list":         (302, 200, 200, 200, 200, 200),
}  # fmt: skip
