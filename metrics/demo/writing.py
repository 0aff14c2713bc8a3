"""The story as facts in the tables, written in a few large statements."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.hashers import make_password

from accounts.models import Team, User
from customers.models import (
    Contact,
    Customer,
    Discount,
    ExchangeRate,
    Product,
    Purchase,
    Subscription,
    SubscriptionVersion,
    Task,
    Ticket,
    Touchpoint,
)
from lib.days import add_months, day_start, month_start
from lib.searching import search_key
from metrics.demo import names
from metrics.demo.story import MONTHS, PER_YEN, Life

DONE_IN_TIME = 0.93
DAYS_BETWEEN_TOUCHES = {"high": 16, "low": 40, "tech": 80}


@dataclass
class Cast:
    """The people of the demo; `password` opens every one of them."""

    admin: User
    lead: User
    csms: list[User]


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of a reporting day."""
    return datetime.combine(day, time(hour, minute), tzinfo=day_start(day).tzinfo)


def write_people(password: str) -> Cast:
    east, west = (Team.objects.get_or_create(name=name)[0] for name in ("東日本 / East", "West"))
    people = [
        ("admin@example.com", "Ada Admin", "admin", None, "en"),
        ("lea@example.com", "Lea Lindqvist", "lead", east, "en"),
        ("vic@example.com", "Vic Viewer", "viewer", east, "en"),
        ("ana@example.com", "Ana Abe", "csm", east, "en"),
        ("ben@example.com", "Ben Baba", "csm", west, "en"),
        ("sakura@example.com", "三輪 さくら", "csm", east, "ja"),
        ("kenji@example.com", "真鍋 健司", "csm", east, "ja"),
        ("mei@example.com", "Mei Moreau", "csm", west, "en"),
    ]
    # One salt for all of them: eight slow hashes would be most of the wait.
    hashed = make_password(password)
    users = User.objects.bulk_create(
        User(
            email=email, password=hashed, full_name=name, role=role, team=team, language=language
        )
        for email, name, role, team, language in people
    )  # fmt: skip
    return Cast(admin=users[0], lead=users[1], csms=users[3:])


def write_rates(today: date) -> None:
    """The yen loses a little against the others, with small waves."""
    rates = []
    for back in range(MONTHS + 2):
        month = add_months(month_start(today), -back)
        drift = Decimal(1) - Decimal(back) * Decimal("0.003") + Decimal(back % 5) * Decimal("0.004")
        rates += [
            ExchangeRate(
                currency=code,
                month=month,
                rate=round(drift / PER_YEN[code], 6),
                recorded_at=day_start(month),
            )
            for code in ("USD", "EUR")
        ]
    ExchangeRate.objects.bulk_create(rates)


def write_customers(lives: list[Life], cast: Cast, random: Random) -> list[Customer]:
    stages = Customer.Stage
    customers = []
    for life in lives:
        csm = cast.csms[life.number // 5 % len(cast.csms)]
        young = len(life.months) <= 3
        stage = stages.ONBOARDING if young else random.choice([stages.ADOPTING, stages.GROWING])
        if life.versions[-1].ends_on:
            stage = stages.LEAVING
        customers.append(
            Customer(
                external_id=f"D-{life.number:04}", name=life.name, kana=life.kana,
                domain=life.domain, segment=life.segment, touch=life.touch, csm=csm,
                stage=stages.CHURNED if life.churned_on else stage,
                team=csm.team, industry=life.industry, country=life.country,
                language=life.language, currency=life.currency, started_on=life.started_on,
                churned_on=life.churned_on,
                churn_reason=life.churn_reason if life.churned_on else "",
                created_at=at(life.started_on),
                search_text=search_key(life.name, life.kana, life.domain, f"D-{life.number:04}"),
            )
        )  # fmt: skip
    return Customer.objects.bulk_create(customers)


def write_contacts(
    lives: list[Life], customers: list[Customer], random: Random
) -> dict[int, list[Contact]]:
    roles = ["champion", "decision_maker", "administrator", "billing", "member", "member"]
    contacts = []
    for life, customer in zip(lives, customers, strict=True):
        count = {"tech": 2, "low": 4, "high": 6}[life.touch]
        for place in range(count):
            name, kana = names.person(random, life.is_japanese)
            contacts.append(
                Contact(
                    customer=customer, external_id=f"{customer.external_id}-P{place}", name=name,
                    kana=kana, email=f"p{place}@{life.domain}", role=roles[place],
                    title=names.TITLES[roles[place]][0 if life.is_japanese else 1],
                    language=life.language, created_at=at(life.started_on),
                )
            )  # fmt: skip
    by_customer: dict[int, list[Contact]] = {}
    for contact in Contact.objects.bulk_create(contacts):
        by_customer.setdefault(contact.customer_id, []).append(contact)
    return by_customer


def write_subscriptions(lives: list[Life], customers: list[Customer]) -> None:
    product = Product.objects.create(external_id="hibiki", name="Hibiki Workspace")
    subscriptions = Subscription.objects.bulk_create(
        Subscription(
            customer=customer, product=product, external_id=f"{customer.external_id}-S",
            created_at=at(life.started_on),
        )
        for life, customer in zip(lives, customers, strict=True)
    )  # fmt: skip
    versions, discounts = [], []
    for life, subscription in zip(lives, subscriptions, strict=True):
        for state in life.versions:
            version = SubscriptionVersion(
                subscription=subscription, effective_on=state.effective_on,
                recorded_at=at(state.effective_on, 9), plan=state.plan, price=state.price,
                currency=life.currency, quantity=state.seats, interval=life.interval,
                trial_ends_on=life.started_on + timedelta(days=life.trial_days)
                if life.trial_days else None,
                ends_on=state.ends_on, renews_on=_renewal_after(life, state.effective_on),
                notice_days=30, auto_renews=state.ends_on is None, reason=state.reason,
            )  # fmt: skip
            versions.append(version)
            if life.discount_percent:
                discounts.append((version, life))
    SubscriptionVersion.objects.bulk_create(versions)
    Discount.objects.bulk_create(
        Discount(
            version=version, percent=life.discount_percent, starts_on=life.started_on,
            ends_on=add_months(life.started_on, 12),
        )
        for version, life in discounts
    )  # fmt: skip


def _renewal_after(life: Life, day: date) -> date | None:
    """The next anniversary of a yearly contract; a monthly one has no renewal to prepare."""
    if life.interval != "year":
        return None
    months = 12
    while add_months(life.started_on, months) <= day:
        months += 12
    return add_months(life.started_on, months)


def write_invoices(lives: list[Life], customers: list[Customer], today: date) -> None:
    purchases = []
    for life, customer in zip(lives, customers, strict=True):
        step = 12 if life.interval == "year" else 1
        dates = [m.starts_on for n, m in enumerate(life.months) if n % step == 0]
        last_day = life.churned_on or today
        for number, day in enumerate(dates):
            if day >= last_day:
                break
            state = [v for v in life.versions if v.effective_on <= day][-1]
            late = life.is_past_due and number == len(dates) - 1
            purchases.append(
                Purchase(
                    customer=customer, external_id=f"{customer.external_id}-I{number}",
                    number=f"INV-{life.number:04}-{number:02}", purchased_on=day,
                    due_on=day + timedelta(days=30), amount=state.price * state.seats,
                    paid_on=None if late or day + timedelta(days=20) > today
                    else day + timedelta(days=20),
                    currency=life.currency, created_at=at(day),
                )
            )  # fmt: skip
    Purchase.objects.bulk_create(purchases, batch_size=5000)


def write_touchpoints(
    lives: list[Life], customers: list[Customer], contacts: dict[int, list[Contact]],
    today: date, random: Random,
) -> None:  # fmt: skip
    touchpoints = []
    for life, customer in zip(lives, customers, strict=True):
        day = life.started_on + timedelta(days=random.randrange(10))
        last_day = min(today, life.churned_on or today)
        # Some customers are forgotten: that is what the alerts are for.
        pace = DAYS_BETWEEN_TOUCHES[life.touch] * random.choice([1, 1, 1, 2])
        while day < last_day:
            kind = random.choices(["call", "meeting", "mail", "training", "note"], [4, 2, 4, 1, 1])[
                0
            ]
            when = at(day, random.randrange(9, 18), random.randrange(60))
            touchpoints.append(
                Touchpoint(
                    customer=customer, contact=random.choice(contacts[customer.pk]),
                    author=customer.csm, kind=kind, happened_at=when, created_at=when,
                    minutes={"mail": 10, "note": 5}.get(kind, random.choice([15, 30, 45, 60])),
                    summary=random.choice(names.CALL_NOTES[life.language]),
                )
            )  # fmt: skip
            if kind in Touchpoint.KINDS_THAT_TOUCH:
                customer.last_touch_at = when
            day += timedelta(days=max(2, int(random.expovariate(1 / pace))))
    Touchpoint.objects.bulk_create(touchpoints, batch_size=5000)
    Customer.objects.bulk_update(customers, ["last_touch_at"], batch_size=500)


def write_tickets(
    lives: list[Life], customers: list[Customer], today: date, random: Random
) -> None:
    tickets: list[Ticket] = []
    for life, customer in zip(lives, customers, strict=True):
        for month in life.months:
            for place in range(month.tickets):
                opened = at(month.starts_on + timedelta(days=random.randrange(28)), 10, place)
                if opened.date() >= min(today, life.churned_on or today):
                    continue
                hours = random.expovariate(1 / (20 - 6 * month.mood if month.mood < 2 else 8))
                closed = opened + timedelta(hours=hours)
                tickets.append(
                    Ticket(
                        customer=customer, external_id=f"T-{len(tickets):05}",
                        subject=random.choice(names.TICKETS[life.language]),
                        priority=random.choices(["low", "medium", "high", "urgent"], [3, 4, 2, 1])[0],
                        opened_at=opened, first_response_at=opened + timedelta(hours=hours / 5),
                        closed_at=closed if closed < at(today) and random.random() > 0.03 else None,
                        satisfaction=max(1, min(5, round(3.4 + month.mood + random.gauss(0, 0.7)))),
                        created_at=opened,
                    )
                )  # fmt: skip
    Ticket.objects.bulk_create(tickets, batch_size=5000)


def write_own_tasks(customers: list[Customer], today: date, random: Random) -> None:
    """Tasks people wrote themselves; those of alerts come from the nights."""
    titles = {
        "en": ["Send the summary of the last meeting", "Prepare the quarterly review",
               "Ask for a reference", "Plan the training for new people"],
        "ja": ["前回の議事録を送る", "四半期レビューの準備", "導入事例への協力を依頼する", "新任者向け研修の日程調整"],
    }  # fmt: skip
    tasks = []
    for customer in customers:
        if customer.churned_on or random.random() > 0.25:
            continue
        due = today + timedelta(days=random.randrange(-5, 21))
        done = random.random() < 0.3
        tasks.append(
            Task(
                customer=customer, assignee=customer.csm, due_on=due,
                type=random.choice(["lifecycle", "expansion", "other"]),
                title=random.choice(titles[customer.language]),
                done_at=datetime.now(UTC) if done else None,
                done_by=customer.csm if done else None,
            )
        )  # fmt: skip
    Task.objects.bulk_create(tasks)


def work_off(today: date, random: Random) -> None:
    """What the people of the demo did about tasks that were due: nearly all of them."""
    overdue = Task.objects.open().filter(due_on__lt=today - timedelta(days=2))
    long_ago = today - timedelta(days=12)
    done = [
        task
        for task in overdue
        if (task.due_on or today) < long_ago or random.random() < DONE_IN_TIME
    ]
    for task in done:
        task.done_at, task.done_by_id = at(task.due_on or today, 17), task.assignee_id
    Task.objects.bulk_update(done, ["done_at", "done_by"], batch_size=500)
