"""Customers change hands, and nothing is left behind: their open tasks go along."""

from django.db import transaction

from accounts.models import User
from customers.models import Customer, Task


def customers_of(user: User) -> int:
    """How many customers nobody would look after without her."""
    return Customer.objects.filter(csm=user).count()


@transaction.atomic
def hand_over(*, giver: User, taker: User) -> int:
    """Every customer and every open task of one user goes to another. How many customers."""
    Task.objects.open().filter(assignee=giver).update(assignee=taker)
    return Customer.objects.filter(csm=giver).update(csm=taker)
