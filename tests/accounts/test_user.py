import pytest

from accounts.models import User
from accounts.permissions import Permission, Role


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", ["Ana@Example.com", "ANA@EXAMPLE.COM"])
def test_an_address_is_one_identity_whatever_its_case(spelling):
    made = User.objects.create_user("ana@example.com", full_name="Ana")

    assert User.objects.get_by_natural_key(spelling) == made


def test_only_admins_use_the_back_office():
    may = {role: User(role=role).may(Permission.USE_ADMIN) for role in Role}

    assert may == {Role.ADMIN: True, Role.LEAD: False, Role.CSM: False, Role.VIEWER: False}


def test_a_disabled_user_may_do_nothing():
    gone = User(role=Role.ADMIN, is_active=False)

    assert not any(gone.may(permission) for permission in Permission)
