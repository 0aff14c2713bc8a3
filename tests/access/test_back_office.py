"""Django admin: every model, only for admins, and never a whole big table."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.urls import resolve, reverse
from pghistory.models import Event

from accounts.models import User
from customers.models import UsageEvent, UsageEventLine
from lib.back_office import OfOneCustomer
from metrics.models import DailyUsage, DailyUsageLine, HealthScore, PersonDay
from tests import factories
from tests.access.world import World, build_world, client_of
from tests.factories import CustomerFactory, SubscriptionVersionFactory

APPS = ("accounts", "customers", "outreach", "surveys", "metrics")
OURS = [m for name in APPS for m in apps.get_app_config(name).get_models()]
SHOWN = [model for model in OURS if model in admin.site._registry]
TYPED_IN_METRICS = {"metrics.Assumption", "metrics.Feature", "metrics.Insider", "metrics.Scorecard"}
NEVER_TYPED = {"outreach.Message", "surveys.Response", "surveys.ResponseRevision",
               "customers.ImportRow", "accounts.AuditEntry", "accounts.ApiKey"}  # fmt: skip
FACTORIES = {
    factory._meta.model: factory
    for factory in vars(factories).values()
    if isinstance(factory, type) and hasattr(factory, "_meta") and factory._meta.model in SHOWN
}


@pytest.fixture
def world(db) -> World:
    return build_world({})


def page(model: type[models.Model], kind: str = "changelist") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{kind}")


def is_mirrored(model: type[models.Model]) -> bool:
    """A key of several columns: Django admin shows its `…Line` instead."""
    return isinstance(model._meta.pk, models.CompositePrimaryKey) and any(
        other.__name__ == f"{model.__name__}Line" for other in SHOWN
    )


def test_every_model_has_its_place_in_the_back_office():
    homeless = [
        model._meta.label
        for model in OURS
        if model not in SHOWN and not issubclass(model, Event) and not is_mirrored(model)
    ]

    assert not homeless, f"Register in <app>/admin.py: {homeless}"


def test_every_model_of_others_has_a_name_that_can_be_translated():
    named_by_class = [
        model._meta.label for model in admin.site._registry
        if "allauth" in model.__module__ and isinstance(model._meta.verbose_name, str)
    ]  # fmt: skip

    assert named_by_class == []


def test_secrets_of_signing_in_have_no_page():
    assert not {Authenticator, SocialAccount, SocialToken} & set(admin.site._registry)


def test_the_tables_parted_by_time_are_mirrored():
    assert all(is_mirrored(model) for model in (UsageEvent, DailyUsage, PersonDay, HealthScore))


@pytest.mark.parametrize("person", ["nobody", "ben", "ana", "lea", "vic"])
def test_only_admins_enter(world, person):
    """Visitors are sent to log in, everybody else is refused there."""
    client = client_of(person, world, is_program=False)

    statuses = {model._meta.label: client.get(page(model)).status_code for model in SHOWN}
    at_the_door = client.get(page(SHOWN[0]), follow=True).status_code

    assert statuses == dict.fromkeys(statuses, 302)
    assert at_the_door == (200 if person == "nobody" else 403)


def test_an_admin_opens_every_list_and_form(world):
    client = client_of("ada", world, is_program=False)
    request = type("Request", (), {"user": world["ada"]})

    for model in SHOWN:
        may_add = admin.site._registry[model].has_add_permission(request)
        assert client.get(page(model)).status_code == 200, model
        assert client.get(page(model, "add")).status_code == (200 if may_add else 403), model


def test_conclusions_answers_and_messages_are_never_typed(ada):
    request = type("Request", (), {"user": ada})

    typed = {
        model._meta.label
        for model in SHOWN
        if admin.site._registry[model].has_change_permission(request)
        or admin.site._registry[model].has_add_permission(request)
    }

    in_metrics = {label for label in typed if label.startswith("metrics.")}
    assert in_metrics == TYPED_IN_METRICS
    assert not typed & NEVER_TYPED


@pytest.mark.parametrize("model", list(FACTORIES), ids=lambda model: model._meta.label)
def test_a_list_asks_the_same_number_of_questions_for_3_and_30_rows(model, ada, as_user):
    client = as_user(ada)
    asked = {}
    for how_many in (3, 27):
        FACTORIES[model].create_batch(how_many)
        with connection.execute_wrapper(counter := Counter()):
            assert client.get(page(model)).status_code == 200
        asked[how_many] = counter.count

    assert asked[3] == asked[27]


class Counter:
    count = 0

    def __call__(self, execute, *args):
        self.count += 1
        return execute(*args)


@pytest.mark.parametrize(
    "model", [m for m in SHOWN if isinstance(admin.site._registry[m], OfOneCustomer)]
)
def test_a_huge_table_is_listed_for_one_customer_by_its_index(model, ada, as_user):
    client = as_user(ada)

    everything = client.get(page(model)).context["cl"].queryset
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = client.get(page(model), {"q": "7"}).context["cl"].queryset.explain()

    assert not everything.query.where.children or list(everything) == []
    assert "Seq Scan" not in plan
    assert "customer_id = '7'" in plan or "customer_id = 7" in plan


def test_a_line_of_a_huge_table_opens_by_its_key(ada, as_user):
    customer = CustomerFactory()
    moment = datetime(2026, 6, 15, 3, tzinfo=UTC)
    UsageEvent.objects.create(
        customer_id=customer.pk, client_ts=moment, event_id=UUID(int=7), source_id=1,
        message_id="m", person="pat", kind="track", name="Opened the door", occurred_at=moment,
    )  # fmt: skip
    DailyUsage.objects.create(
        customer_id=customer.pk, day=moment.date(), event_count=3, active_people=1, seconds=0
    )
    client = as_user(ada)

    for model in (UsageEventLine, DailyUsageLine):
        (line,) = client.get(page(model), {"q": customer.pk}).context["cl"].result_list
        address = reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[line.pk]
        )
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("key", ["abc", "~", "9" * 30, "1~x", "null%00", "../../etc"])
def test_odd_keys_and_searches_lead_back_and_not_to_an_error(key, ada, as_user):
    client = as_user(ada)
    labels = ("customers_customer", "customers_usageeventline", "metrics_night", "outreach_message")

    statuses = {
        client.get(f"/admin/{label.replace('_', '/')}/{key}/change/").status_code
        for label in labels
    } | {
        client.get(reverse(f"admin:{label}_changelist") + f"?q={key}").status_code
        for label in labels
    }

    assert statuses <= {200, 302, 404}


@pytest.mark.django_db
def test_every_list_can_be_searched(ada, rf):
    """As far as the rows; that lists are drawn is seen where all are opened."""
    found = {}

    for model, its_admin in admin.site._registry.items():
        request = rf.get(page(model), {"q": ada.email})
        request.user, request.resolver_match = ada, resolve(page(model))
        answer = its_admin.changelist_view(request)
        found[model] = list(answer.context_data["cl"].result_list)

    assert found[User] == [ada]


def inline_code(html: str) -> list[str]:
    """What our policy would refuse: scripts and styles that stand in the page itself."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            named = dict(attrs)
            data = named.get("type") in {"application/json", "text/plain"}
            if tag == "style" or (tag == "script" and "src" not in named and not data):
                found.append(tag)
            found.extend(name for name in named if name == "style" or name.startswith("on"))

    Reader().feed(html)
    return found


def test_inline_code_would_be_found():
    assert inline_code("<p onclick='x()' style='a:b'><script>1</script>") != []


def test_its_pages_work_under_our_strict_policy(ada, as_user):
    client = as_user(ada)
    customer = CustomerFactory(name='"><img src=x onerror=alert(1)>')
    change = reverse("admin:customers_customer_change", args=[customer.pk])

    for address in (reverse("admin:index"), page(type(customer)), change):
        answer = client.get(address)
        html = answer.content.decode()
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert inline_code(html) == []


def test_the_last_admin_stays_one_here_too(ada, as_user):
    address = reverse("admin:accounts_user_change", args=[ada.pk])
    fields = {"full_name": "Ada", "email": ada.email, "role": "lead", "language": "en",
              "time_zone": "Asia/Tokyo"}  # fmt: skip

    as_user(ada).post(address, fields)

    ada.refresh_from_db()
    assert ada.role == "admin"


def test_saving_a_customer_keeps_her_searchable(ada, as_user):
    customer = CustomerFactory(name="Bakery")
    address = reverse("admin:customers_customer_change", args=[customer.pk])
    client = as_user(ada)
    fields = {
        name: "" if value is None else value
        for name, value in client.get(address).context["adminform"].form.initial.items()
    }

    answer = client.post(address, {**fields, "name": "ｻｸﾗ", "attributes": "{}"})

    assert answer.status_code == 302
    assert type(customer).objects.matching("さくら").count() == 1


def test_the_back_office_looks_like_the_house_and_shows_prices_as_people_write_them(as_user, ada):
    SubscriptionVersionFactory(price="1200", quantity="3")

    shown = as_user(ada).get(reverse("admin:customers_subscriptionversion_changelist"))

    page = shown.content.decode()
    assert "css/admin.css" in page
    assert '<td class="field-short_price">1200</td>' in page
    assert '<td class="field-short_quantity">3</td>' in page
