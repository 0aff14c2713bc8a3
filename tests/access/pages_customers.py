"""Who may open what in customers. The columns are explained in test_pages.py."""

from django.utils import timezone

from customers.models import ImportRun, SavedView

OBJECTS = {
    "saved_view": lambda world: SavedView.objects.create(
        owner=world["customer"].csm, name="Mine", is_shared=True
    ),
    "import_run": lambda _world: ImportRun.objects.create(
        noun="customers", state="done", file_name="f.csv", stored_as="f", finished_at=timezone.now()
    ),
}
TABLE: dict[str, tuple[int, ...]] = {
    #                                           nobody Ben  Ana  Lea  Vic  Ada
    "GET customers:today":                      (302, 200, 200, 200, 200, 200),
    "GET customers:customer_list":              (302, 200, 200, 200, 200, 200),
    "GET customers:customer_new":               (302, 200, 200, 200, 403, 200),
    "POST customers:customer_new":              (302, 422, 422, 422, 403, 422),
    "POST customers:customer_assign":           (302, 302, 302, 302, 403, 302),
    "POST customers:customer_segment":          (302, 302, 302, 302, 403, 302),
    "POST customers:customer_stage":            (302, 302, 302, 302, 403, 302),
    "POST customers:customer_touch":            (302, 302, 302, 302, 403, 302),
    "POST customers:customer_invite":           (302, 403, 403, 302, 403, 302),
    "POST customers:customer_task":             (302, 302, 302, 302, 403, 302),
    "GET customers:customer_export":            (302, 200, 200, 200, 200, 200),
    "POST customers:customer_export":           (302, 302, 302, 302, 302, 302),
    "GET customers:customer_detail customer":   (302, 404, 200, 200, 200, 200),
    "GET customers:customer_charts customer":   (302, 404, 200, 200, 200, 200),
    "GET customers:customer_timeline customer": (302, 404, 200, 200, 200, 200),
    "GET customers:customer_edit customer":     (302, 404, 200, 200, 403, 200),
    "POST customers:customer_edit customer":    (302, 404, 422, 422, 403, 422),
    "POST customers:touchpoint_log customer":   (302, 404, 302, 302, 403, 302),
    "GET customers:contact_new customer":       (302, 404, 200, 200, 403, 200),
    "POST customers:contact_new customer":      (302, 404, 422, 422, 403, 422),
    "GET customers:contact_edit contact":       (302, 404, 200, 200, 403, 200),
    "POST customers:contact_edit contact":      (302, 404, 422, 422, 403, 422),
    "POST customers:saved_view_keep":           (302, 302, 302, 302, 302, 302),
    "POST customers:saved_view_delete saved_view": (302, 404, 302, 404, 404, 404),
    "GET customers:task_list":                  (302, 200, 200, 200, 200, 200),
    "GET customers:task_board":                 (302, 200, 200, 200, 200, 200),
    "GET customers:task_new":                   (302, 200, 200, 200, 403, 200),
    "POST customers:task_new":                  (302, 422, 422, 422, 403, 422),
    "POST customers:task_bulk_done":            (302, 302, 302, 302, 403, 302),
    "POST customers:task_done task":            (302, 404, 302, 302, 403, 302),
    "POST customers:task_reopen task":          (302, 404, 302, 302, 403, 302),
    "POST customers:task_drop task":            (302, 404, 302, 302, 403, 302),
    "POST customers:task_move task":            (302, 404, 302, 302, 403, 302),
    "POST customers:task_snooze task":          (302, 404, 302, 302, 403, 302),
    "GET customers:import_list":                (302, 403, 403, 200, 403, 200),
    "GET customers:import_upload":              (302, 403, 403, 200, 403, 200),
    "POST customers:import_upload":             (302, 403, 403, 422, 403, 422),
    "GET customers:import_detail import_run":   (302, 403, 403, 200, 403, 200),
    "GET customers:import_progress import_run": (302, 403, 403, 200, 403, 200),
    "GET customers:import_review import_run":   (302, 403, 403, 302, 403, 302),
    "POST customers:import_review import_run":  (302, 403, 403, 302, 403, 302),
    "POST customers:import_save import_run":    (302, 403, 403, 302, 403, 302),
    "GET customers:import_undo import_run":     (302, 403, 403, 200, 403, 200),
    "POST customers:import_undo import_run":    (302, 403, 403, 302, 403, 302),
    "GET customers:import_rejects import_run":  (302, 403, 403, 200, 403, 200),
}  # fmt: skip
