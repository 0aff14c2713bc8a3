from django.urls import path

from customers.views import (
    contact_edit,
    customer_bulk,
    customer_detail,
    customer_edit,
    customer_list,
    import_actions,
    import_detail,
    import_list,
    import_review,
    import_upload,
    task_actions,
    task_list,
    task_new,
    today,
    touchpoint_log,
)

app_name = "customers"
urlpatterns = [
    path("", today.today, name="today"),
    path("customers/", customer_list.customer_list, name="customer_list"),
    path("customers/new/", customer_edit.customer_new, name="customer_new"),
    path("customers/assign/", customer_bulk.customer_assign, name="customer_assign"),
    path("customers/export/", customer_bulk.customer_export, name="customer_export"),
    path("customers/<int:customer>/", customer_detail.customer_detail, name="customer_detail"),
    path("customers/<int:customer>/edit/", customer_edit.customer_edit, name="customer_edit"),
    path(
        "customers/<int:customer>/charts/", customer_detail.customer_charts, name="customer_charts"
    ),
    path(
        "customers/<int:customer>/timeline/",
        customer_detail.customer_timeline,
        name="customer_timeline",
    ),
    path(
        "customers/<int:customer>/touchpoints/",
        touchpoint_log.touchpoint_log,
        name="touchpoint_log",
    ),
    path("customers/<int:customer>/contacts/", contact_edit.contact_new, name="contact_new"),
    path("contacts/<int:contact>/", contact_edit.contact_edit, name="contact_edit"),
    path("tasks/", task_list.task_list, name="task_list"),
    path("tasks/new/", task_new.task_new, name="task_new"),
    path("tasks/done/", task_actions.task_bulk_done, name="task_bulk_done"),
    path("tasks/<int:task>/done/", task_actions.task_done, name="task_done"),
    path("tasks/<int:task>/reopen/", task_actions.task_reopen, name="task_reopen"),
    path("tasks/<int:task>/drop/", task_actions.task_drop, name="task_drop"),
    path("tasks/<int:task>/snooze/", task_actions.task_snooze, name="task_snooze"),
    path("imports/", import_list.import_list, name="import_list"),
    path("imports/new/", import_upload.import_upload, name="import_upload"),
    path("imports/<int:pk>/", import_detail.import_detail, name="import_detail"),
    path("imports/<int:pk>/progress/", import_detail.import_progress, name="import_progress"),
    path("imports/<int:pk>/review/", import_review.import_review, name="import_review"),
    path("imports/<int:pk>/save/", import_actions.import_save, name="import_save"),
    path("imports/<int:pk>/undo/", import_actions.import_undo, name="import_undo"),
    path("imports/<int:pk>/rejects/", import_actions.import_rejects, name="import_rejects"),
]
