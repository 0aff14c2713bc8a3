"""Who may open what in outreach. The columns are explained in test_pages.py."""

TABLE: dict[str, tuple[int, ...]] = {
    #                                  nobody Ben  Ana  Lea  Vic  Ada
}  # fmt: skip
