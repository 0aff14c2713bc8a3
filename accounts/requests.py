"""The request of somebody who is logged in, as views behind `@login_required` receive it."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from accounts.models import User


class PersonRequest(HttpRequest):
    user: "User"
