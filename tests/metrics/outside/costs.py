"""What a program from outside makes of costs, time and purchases: cost and lifetime value."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.metrics.outside.company import Files, Row, following, months
from tests.metrics.outside.money import DAY, Books, Figures, share

ROLES = {"ana@example.com": "csm", "lea@example.com": "lead", None: "csm"}


def assumed(files: Files, name: str, day: date) -> Fraction:
    ruling = [row for row in files["assumptions"]
              if row["name"] == name and row["date"] <= day.isoformat()]  # fmt: skip
    default = {"gross_margin": "0.8", "discount_rate": "0.1"}[name]
    return Fraction(max(ruling, key=lambda row: row["date"])["value"] if ruling else default)


def spent(files: Files, books: Books, column: str, period: list[date]) -> Fraction:
    """Each line evenly over its days, each day at the rate of its month; months of a period."""
    total = Fraction()
    for line in files["cost_lines"]:
        for month in period:
            total += of_month(line, books, month) * percent(line[column])
    return total


def of_month(line: Row, books: Books, month: date) -> Fraction:
    days = (line["last day"] - line["first day"]).days + 1
    first, last = max(line["first day"], month), min(line["last day"], following(month) - DAY)
    shared = max(0, (last - first).days + 1)
    return Fraction(line["amount"]) * shared / days * books.rate(line["currency"], month)


def percent(text: str) -> Fraction:
    return Fraction(int(text.removesuffix("%")), 100)


def costs(files: Files, books: Books, month: date) -> Figures:
    last, before = following(month) - DAY, month - DAY
    keeping = spent(files, books, "retention share", [month])
    winning = spent(files, books, "acquisition share", [month])
    start, end = books.paying(before), books.paying(last)
    steps = books.steps(month)
    has_lines = any(of_month(line, books, month) * percent(line["retention share"])
                    for line in files["cost_lines"])  # fmt: skip
    serving = served(files, books, month)
    return {
        "crc": keeping if has_lines else None,
        "crc_per_customer": share(keeping, len([c for c in start if c in end])),
        "crc_per_average_customer": share(2 * keeping, len(start) + len(end)),
        "crc_share_of_arr": share(2 * keeping, 12 * (books.total(before) + books.total(last))),
        "cac": share(winning, steps.new),
        "payback": share(winning, steps.amounts["new"] * assumed(files, "gross_margin", last)),
        "cost_to_serve": serving, "cost_to_serve_per_customer": share(serving, len(end)),
    }  # fmt: skip


def served(files: Files, books: Books, month: date) -> Fraction:
    total = sum((of_month(line, books, month) for line in files["cost_lines"]
                 if line["customer id"]), Fraction())  # fmt: skip
    for touch in files["touchpoints"]:
        day = touch["date"].date()
        if month <= day < following(month):
            ruling = [
                row
                for row in files["role_rates"]
                if row["role"] == ROLES[touch["author"]] and row["date"] <= day.isoformat()
            ]
            hourly = max(ruling, key=lambda row: row["date"])["hourly cost"]
            total += Fraction(touch["minutes"] * hourly, 60)
    return total


def values(files: Files, books: Books, month: date) -> Figures:
    """Lifetime values of the customers of a month's last day, from the churn of twelve months."""
    last = following(month) - DAY
    year = months(month.replace(year=month.year - 1), last)[1:]
    churn = pooled_churn(books, year)
    margin, paying = assumed(files, "gross_margin", last), books.paying(last)
    monthly = (share(books.total(last), len(paying)) or Fraction()) * margin
    found: Figures = dict.fromkeys(("ltv_subscription", "ltv_discounted", "ltv_simple",
                                    "ltv_to_cac"))  # fmt: skip
    found["pooled_churn"] = churn
    if churn is None or not paying:
        return found
    step = float(1 - churn) / (1 + float(assumed(files, "discount_rate", last))) ** (1 / 12)
    found["ltv_discounted"] = float(monthly) * sum(step**t for t in range(60))
    found["ltv_simple"] = simple(files, books, year, churn) * margin
    found["ltv_subscription"] = share(monthly, churn)
    cac = share(spent(files, books, "acquisition share", year),
                sum(books.steps(each).new for each in year))  # fmt: skip
    if churn and cac:
        found["ltv_to_cac"] = monthly / churn / cac
    return found


def pooled_churn(books: Books, year: list[date]) -> Fraction | None:
    lost = watched = 0
    for month in year:
        start, end = books.paying(month - DAY), books.paying(following(month) - DAY)
        watched += len(start)
        lost += sum(customer not in end for customer in start)
    return share(lost, watched)


def simple(files: Files, books: Books, year: list[date], churn: Fraction) -> Fraction:
    """Average purchase × purchases a year × years that a customer stays within sixty months."""
    bought = [row for row in files["purchases"] if year[0] <= row["date"] < following(year[-1])]
    money = sum((row["amount"] * books.rate(row["currency"], row["date"]) for row in bought),
                Fraction())  # fmt: skip
    buyers = {row["customer id"] for row in bought}
    stays = sum(((1 - churn) ** t for t in range(60)), Fraction()) / 12
    average, often = money / len(bought), Fraction(len(bought), len(buyers))
    return average * often * stays


def as_decimal(value: Fraction | float) -> Decimal:
    """Thirty digits are enough to compare."""
    if isinstance(value, float):
        return Decimal(value)
    return Decimal(value.numerator) / Decimal(value.denominator)
