"""Every change of a person or a key leaves a trace that nobody can take back."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.audit import changes_of, entries_about, event_models
from accounts.models import AuditEntry, LinkedAccount, User
from customers.models import Customer
from tests.factories import ContactFactory, CustomerFactory, TeamFactory


def refused():
    return pytest.raises(DatabaseError, match="pgtrigger: Cannot")


@pytest.fixture
def renamed(ada, as_user):
    """A team that Ada renamed on the page."""
    team = TeamFactory(name="North")
    as_user(ada).post(reverse("accounts:team_edit", args=[team.pk]), {"name": "South"})
    return AuditEntry.objects.get(metadata__url=reverse("accounts:team_edit", args=[team.pk]))


def test_a_change_names_its_person_and_the_values_before_and_after(renamed, ada):
    (change,) = changes_of(renamed.pk)

    assert renamed.metadata["user"] == ada.pk
    assert (change.table, change.act) == ("team", "update")
    assert [(f.label, f.before, f.after) for f in change.fields] == [("name", "North", "South")]


def test_a_change_by_a_program_names_its_key(ana, api_of):
    customer = CustomerFactory(csm=ana, name="Bakery")
    program = api_of(ana)

    answer = program.patch(
        f"/api/v1/customers/{customer.pk}", {"industry": "Food"}, content_type="application/json"
    )

    assert answer.status_code == 200
    entry = AuditEntry.objects.get(metadata__method="PATCH")
    assert entry.metadata["key"] == ana.api_keys.get().pk
    assert entry.metadata["user"] == ana.pk


def test_a_new_password_is_told_and_not_what_it_is(ana, as_user):
    ana.set_password("correct horse battery")
    ana.save()
    fields = {"oldpassword": "correct horse battery", "password1": "a brand new secret",
              "password2": "a brand new secret"}  # fmt: skip
    page = reverse("account_change_password")

    assert as_user(ana).post(page, fields).status_code == 302

    (change,) = changes_of(AuditEntry.objects.get(metadata__url=page).pk)
    ana.refresh_from_db()
    assert ana.check_password("a brand new secret")
    assert (change.table, change.row_id) == ("user", str(ana.pk))
    assert [field.label for field in change.fields] == ["password set"]
    assert ana.password not in str(change)


def test_nobody_can_say_otherwise_when_a_password_was_set(ana):
    ana.set_password("a brand new secret")
    ana.save()
    ana.refresh_from_db()
    set_at = ana.password_set_at

    User.objects.update(password_set_at=None)
    ana.refresh_from_db()

    assert set_at is not None
    assert ana.password_set_at == set_at


@pytest.mark.django_db
def test_a_new_user_has_a_password_since_it_was_made_or_none_yet():
    invited = User.objects.create_user("kei@example.com")
    made = User.objects.create_user("mai@example.com", "a brand new secret")

    for user in (invited, made):
        user.refresh_from_db()
    assert invited.password_set_at is None
    assert made.password_set_at is not None


def test_hashing_the_same_password_anew_is_no_new_password(ana, settings):
    ana.set_password("a brand new secret")
    ana.save()
    ana.refresh_from_db()
    set_at, hashed = ana.password_set_at, ana.password

    newer = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    settings.PASSWORD_HASHERS = [newer, *settings.PASSWORD_HASHERS]
    assert ana.check_password("a brand new secret")

    ana.refresh_from_db()
    assert ana.password != hashed
    assert ana.password_set_at == set_at


def test_logging_in_elsewhere_is_told_when_it_is_linked_and_when_it_is_not_any_more(ana):
    elsewhere = LinkedAccount.objects.create(user=ana, provider="sso", uid="ana")
    elsewhere.extra_data = {"picture": "new"}
    elsewhere.save()
    elsewhere.delete()

    traces = LinkedAccount.pgh_event_models["insert"].objects.order_by("pgh_id")

    assert [(t.pgh_label, t.user_id, t.uid) for t in traces] == [
        ("insert", ana.pk, "ana"), ("delete", ana.pk, "ana"),
    ]  # fmt: skip


def test_the_page_shows_who_when_and_what(renamed, ada, as_user):
    client = as_user(ada)

    log = client.get(reverse("accounts:audit_log")).content.decode()
    entry = client.get(renamed.get_absolute_url()).content.decode()

    assert str(ada) in log
    assert reverse("accounts:audit_entry", args=[renamed.pk]) in log
    assert "North" in entry
    assert "South" in entry


def test_the_log_can_be_read_for_one_person_and_one_customer(ada, lea, as_user, api_of):
    bakery, other = CustomerFactory(external_id="B-1"), CustomerFactory()
    for user, customer in ((ada, bakery), (lea, other)):
        api_of(user).patch(
            f"/api/v1/customers/{customer.pk}", {"industry": "Food"},
            content_type="application/json",
        )  # fmt: skip
    client, log = as_user(ada), reverse("accounts:audit_log")

    of_ada = client.get(log, {"person": ada.pk}).context["lines"]
    of_bakery = client.get(log, {"customer": "B-1"}).context["lines"]

    assert {line["person"] for line in of_ada} == {ada}
    assert [line["entry"].metadata["user"] for line in of_bakery] == [ada.pk]


def test_a_contact_belongs_to_the_story_of_its_customer(ada, as_user, api_of):
    contact = ContactFactory()

    api_of(ada).patch(
        f"/api/v1/contacts/{contact.pk}", {"title": "CEO"}, content_type="application/json"
    )

    assert entries_about(contact.customer_id) == [
        AuditEntry.objects.get(metadata__url=f"/api/v1/contacts/{contact.pk}").pk
    ]


@pytest.mark.parametrize(
    "query",
    ["?person=abc", "?person=" + "9" * 40, "?before=yesterday", "?before=2026-13-45T00:00:00Z",
     "?customer=%00", "?customer=" + "x" * 3000, "?person=1&person=2"],
)  # fmt: skip
def test_odd_filters_are_no_trouble(ada, as_user, query):
    assert as_user(ada).get(reverse("accounts:audit_log") + query).status_code == 200


@pytest.mark.parametrize("how_many", [3, 30])
def test_the_log_asks_the_same_number_of_questions(
    ada, as_user, how_many, django_assert_max_num_queries
):
    client = as_user(ada)
    for n in range(how_many):
        client.post(reverse("accounts:team_list"), {"name": f"Team {n}"})

    # The tenth writes the session, because the messages of the posts above are shown now.
    with django_assert_max_num_queries(10):
        answer = client.get(reverse("accounts:audit_log"))

    assert len(answer.context["lines"]) >= how_many


@pytest.mark.parametrize("statement", ["UPDATE {} SET pgh_label = 'x'", "DELETE FROM {}"])
def test_no_line_of_any_event_table_can_be_changed_or_deleted(db, statement):
    CustomerFactory()
    table = Customer.pgh_event_models["insert"]._meta.db_table

    with (
        pytest.raises(DatabaseError, match="Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_every_event_table_is_append_only(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname ~ 'append_only'"
        )
        guarded = {row[0] for row in cursor.fetchall()}

    assert {model._meta.db_table for model in event_models()} <= guarded


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM pghistory_context",
        "UPDATE pghistory_context SET metadata = '{}' WHERE created_at < now() - interval '1 day'",
    ],
)
def test_nobody_takes_an_audit_entry_back(renamed, statement):
    late = AuditEntry.objects.create(metadata={"user": 1})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pghistory_context SET created_at = now() - interval '2 days' WHERE id = %s",
            [late.pk],
        )

    with (
        pytest.raises(DatabaseError, match="Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_bulk_update_leaves_a_trace_too(db):
    CustomerFactory.create_batch(3)
    events = Customer.pgh_event_models["update"]
    before = events.objects.count()

    Customer.objects.update(industry="Food")

    assert events.objects.count() == before + 3
