from django.urls import path

from customers.views import customer_list, import_list, task_list, today

app_name = "customers"
urlpatterns = [
    path("", today.today, name="today"),
    path("customers/", customer_list.customer_list, name="customer_list"),
    path("tasks/", task_list.task_list, name="task_list"),
    path("imports/", import_list.import_list, name="import_list"),
]
