"""The briefing before a call: one customer on two pages."""

from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from customers.models import Customer
from metrics.customer_charts import customer_pictures
from metrics.models import CustomerValue, Snapshot
from metrics.question import Question
from metrics.reports.content import Content, Table
from metrics.timeline import timeline

LATEST = 30


def content_of(customer: Customer, question: Question, about: list[tuple[Any, Any]]) -> Content:
    return Content(
        title=customer.name,
        subtitle=_("Customer briefing"),
        question=question,
        charts=customer_pictures(customer, question.today),
        tables=[standing(customer), people(customer), work(customer), happened(customer)],
        about=about,
        most_rows=5,
    )


def standing(customer: Customer) -> Table:
    """How they are, what they pay and until when."""
    snapshot = Snapshot.objects.filter(customer=customer).first()
    value = CustomerValue.objects.filter(customer=customer).first()
    lines: list[tuple[Any, Any]] = [
        (_("External id"), customer.external_id),
        (_("Stage"), customer.get_stage_display()),
        (_("Touch"), customer.get_touch_display()),
        (_("CSM"), str(customer.csm) if customer.csm else None),
        (_("Customer since"), customer.started_on),
    ]
    if snapshot:
        lines += [
            (_("Health"), snapshot.health_score),
            (_("Change in 7 days"), snapshot.health_change_7),
            (_("MRR"), snapshot.mrr),
            (_("Renews on"), snapshot.renews_on),
            (_("Active people in 28 days"), snapshot.active_people_28),
            (_("Seats"), snapshot.seats),
            (_("Last NPS answer"), snapshot.nps_score),
            (_("Open urgent tickets"), snapshot.open_urgent_tickets),
        ]
    if value:
        lines.append((_("Cost to serve a month"), value.cost_to_serve))
    return Table(_("How they are"), [_("What"), _("Value")], lines)


def people(customer: Customer) -> Table:
    contacts = customer.contacts.filter(left_at__isnull=True).order_by("name", "pk")
    lines = [(contact.name, contact.get_role_display(), contact.email) for contact in contacts]
    return Table(_("Who they are"), [_("Name"), _("Role"), _("E-mail")], lines)


def work(customer: Customer) -> Table:
    tasks = customer.tasks.open().select_related("assignee").order_by("due_on", "pk")[:LATEST]
    lines = [(str(task), task.due_on, str(task.assignee or "")) for task in tasks]
    return Table(_("What next"), [_("Task"), _("Due"), _("Who")], lines)


def happened(customer: Customer) -> Table:
    events = timeline(customer, limit=LATEST).events
    lines = [
        (localtime(event.at).replace(tzinfo=None), str(event.title), str(event.text))
        for event in events
    ]
    return Table(_("What happened"), [_("When"), _("What"), _("Words")], lines)
