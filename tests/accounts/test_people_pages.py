"""Users, teams and API keys: invited, changed, closed, handed over."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ApiKey, Team, User
from accounts.permissions import Role
from customers.models import Customer, Task
from tests.factories import CustomerFactory, TaskFactory, TeamFactory, UserFactory


def user_fields(**changes) -> dict[str, str]:
    return {
        "full_name": "New Person", "email": "new@example.com", "role": "csm", "team": "",
        "language": "ja", "time_zone": "Asia/Tokyo", **changes,
    }  # fmt: skip


@pytest.mark.parametrize("how_many", [3, 30])
@pytest.mark.parametrize(("page", "queries"), [("user_list", 5), ("team_list", 5)])
def test_lists_of_people_ask_the_same_number_of_questions(
    ada, as_user, page, queries, how_many, django_assert_max_num_queries
):
    for team in TeamFactory.create_batch(how_many):
        UserFactory(team=team)
    client = as_user(ada)

    with django_assert_max_num_queries(queries):
        answer = client.get(reverse(f"accounts:{page}"))

    assert answer.status_code == 200


def test_an_invited_person_gets_a_letter_in_her_language_and_chooses_a_password(
    ada, as_user, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        as_user(ada).post(reverse("accounts:user_invite"), user_fields())

    invited = User.objects.get(email="new@example.com")
    assert (invited.role, invited.has_usable_password()) == ("csm", False)
    assert mailoutbox[0].to == ["new@example.com"]
    link = next(line for line in mailoutbox[0].body.splitlines() if "/key/" in line)
    client = Client()
    form = client.get(link.removeprefix("http://127.0.0.1:8000")).url
    client.post(form, {"password1": "a brand new secret", "password2": "a brand new secret"})
    client.post(
        reverse("account_login"), {"login": "new@example.com", "password": "a brand new secret"}
    )
    assert client.get(reverse("accounts:profile")).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"email": "ADA@example.com"}, {"email": "no address"}, {"role": "king"}, {"full_name": ""},
     {"time_zone": "Mars/Base"}, {"email": "null\0@example.com"}],
)  # fmt: skip
def test_a_wrong_invitation_is_explained_and_makes_nobody(ada, as_user, wrong):
    answer = as_user(ada).post(reverse("accounts:user_invite"), user_fields(**wrong))

    assert answer.status_code == 200
    assert set(answer.context["form"].errors) == set(wrong)
    assert list(User.objects.all()) == [ada]


def test_the_last_admin_stays_one(ada, as_user):
    fields = user_fields(full_name="Ada", email="ada@example.com", role="lead")

    answer = as_user(ada).post(reverse("accounts:user_edit", args=[ada.pk]), fields)
    as_user(ada).post(reverse("accounts:user_disable", args=[ada.pk]))

    ada.refresh_from_db()
    assert answer.context["form"].errors["role"]
    assert (ada.role, ada.is_active) == (Role.ADMIN, True)


def test_whoever_goes_hands_her_customers_and_open_tasks_over(ada, ana, ben, as_user):
    bakery = CustomerFactory(csm=ana)
    task = TaskFactory(customer=bakery, assignee=ana)

    as_user(ada).post(reverse("accounts:user_disable", args=[ana.pk]), {"taker": ben.pk})

    ana.refresh_from_db()
    assert not ana.is_active
    assert Customer.objects.get(pk=bakery.pk).csm == ben
    assert Task.objects.get(pk=task.pk).assignee == ben


def test_nobody_goes_before_it_is_said_what_becomes_of_her_customers(ada, ana, as_user):
    CustomerFactory(csm=ana)

    answer = as_user(ada).post(reverse("accounts:user_disable", args=[ana.pk]))

    ana.refresh_from_db()
    assert answer.context["form"].non_field_errors()
    assert ana.is_active


def test_customers_may_be_left_on_purpose_with_a_warning(ada, ana, as_user):
    CustomerFactory(csm=ana)

    answer = as_user(ada).post(
        reverse("accounts:user_disable", args=[ana.pk]), {"leave": "on"}, follow=True
    )

    ana.refresh_from_db()
    assert not ana.is_active
    assert "1 customer has nobody who works here any more." in answer.content.decode()


def test_a_program_of_a_disabled_user_is_refused(ada, ana, as_user, api_of):
    program = api_of(ana)
    as_user(ada).post(reverse("accounts:user_disable", args=[ana.pk]))

    assert program.get("/api/v1/customers").status_code == 401


def test_a_deleted_team_leaves_its_people(ada, as_user):
    team = TeamFactory()
    member = UserFactory(team=team)

    as_user(ada).post(reverse("accounts:team_delete", args=[team.pk]))

    member.refresh_from_db()
    assert (Team.objects.count(), member.team) == (0, None)


def issue(client: Client, **changes):
    fields = {"name": "CRM", "kind": "rest", "scopes": ["customers:read"], **changes}
    return client.post(reverse("accounts:api_key_issue"), fields)


def test_a_new_key_is_shown_once(ana, as_user):
    client = as_user(ana)

    answer = issue(client, expires_on="2099-01-31")

    text, key = answer.context["text"], ApiKey.objects.get()
    assert text in answer.content.decode()
    assert (ApiKey.matching(text), key.owner, key.scopes) == (key, ana, ["customers:read"])
    assert text not in client.get(reverse("accounts:api_key_list")).content.decode()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["events:write"]}, "scopes"),
        ({"kind": "browser"}, "allowed_origins"),
        ({"kind": "browser", "allowed_origins": "javascript:alert(1)"}, "allowed_origins"),
        ({"kind": "browser", "allowed_origins": "https://a.example/path"}, "allowed_origins"),
        ({"expires_on": "2001-01-01"}, "expires_on"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"kind": "root"}, "kind"),
    ],
)
def test_a_wrong_wish_for_a_key_is_explained(ana, as_user, wrong, field):
    answer = issue(as_user(ana), **wrong)

    assert answer.context["form"].errors[field]
    assert not ApiKey.objects.exists()


def test_a_key_that_sends_events_can_do_nothing_else(ana, as_user):
    issue(as_user(ana), kind="server", scopes=["customers:write"])

    assert ApiKey.objects.get().scopes == ["events:write"]


def test_a_revoked_key_is_refused_at_once(ana, as_user):
    client = as_user(ana)
    text = issue(client).context["text"]

    client.post(reverse("accounts:api_key_revoke", args=[ApiKey.objects.get().pk]))

    program = Client(headers={"authorization": f"Bearer {text}"})
    assert program.get("/api/v1/customers").status_code == 401


def test_everybody_sees_her_own_keys_and_admins_all(ana, ben, ada, as_user):
    for owner in (ana, ben):
        ApiKey.issue(owner=owner, name=f"of {owner}")

    seen = {
        user.email: as_user(user).get(reverse("accounts:api_key_list")).content.decode()
        for user in (ana, ada)
    }

    assert "of Ben Baba" not in seen[ana.email]
    assert "of Ana Abe" in seen[ana.email]
    assert "of Ben Baba" in seen[ada.email]


def test_a_profile_speaks_the_chosen_language_at_once(ana, as_user):
    client = as_user(ana)

    client.post(
        reverse("accounts:profile"),
        {"full_name": "Ana", "language": "ja", "time_zone": "Asia/Tokyo", "theme": "dark"},
    )

    html = client.get(reverse("accounts:profile")).content.decode()
    assert 'lang="ja"' in html
    assert 'data-bs-theme="dark"' in html


def test_nobody_promotes_herself(ana, as_user):
    as_user(ana).post(
        reverse("accounts:profile"),
        {"full_name": "Ana", "language": "en", "time_zone": "Asia/Tokyo", "theme": "auto",
         "role": "admin", "is_active": "on", "email": "x@example.com"},
    )  # fmt: skip

    ana.refresh_from_db()
    assert (ana.role, ana.email) == (Role.CSM, "ana@example.com")


def test_settings_show_what_the_role_may_reach(ana, ada, as_user):
    shown = {
        user.email: {
            card.url_name
            for card in as_user(user).get(reverse("accounts:settings")).context["cards"]
        }
        for user in (ana, ada)
    }

    assert shown[ana.email] == {"accounts:profile", "accounts:api_key_list"}
    assert {"accounts:user_list", "accounts:audit_log", "admin:index"} <= shown[ada.email]
