"""Who may ask what of the REST API; everybody comes with a key that has every REST scope."""

from datetime import date

from customers.models import Attribute, ExchangeRate, RoleRate
from metrics.models import Assumption, Feature, HealthScore, Insider
from tests.access.world import World
from tests.factories import ProductFactory, ResponseFactory


def a_scored_customer(world: World) -> int:
    HealthScore.objects.create(
        customer_id=world["customer"].pk, day=date(2026, 6, 15), score=50, band="amber",
        coverage=1, parts={}, scorecard_version=1,
    )  # fmt: skip
    return world["customer"].pk


OF_A_CUSTOMER = {"scored_customer", "external_id"}
OBJECTS = {
    "metric": lambda _world: "mrr",
    "score": lambda _world: "nps",
    "cohort_metric": lambda _world: "cohort_retention",
    "cohort": lambda _world: "2025-01",
    "age": lambda _world: 3,
    "external_id": lambda world: world["customer"].external_id,
    "scored_customer": a_scored_customer,
    "product": lambda _world: ProductFactory(),
    "attribute": lambda _world: Attribute.objects.create(key="plan_code", label="Plan code"),
    "role_rate": lambda _world: RoleRate.objects.create(
        role="csm", effective_on=date(2026, 6, 1), hourly=4000
    ),
    "feature": lambda _world: Feature.objects.create(event="export"),
    "insider": lambda _world: Insider.objects.create(mark="@staff.example"),
    "assumption": lambda _world: Assumption.objects.create(
        name="gross_margin", effective_on=date(2026, 6, 1), value="0.7"
    ),
    "answer_from_elsewhere": lambda world: ResponseFactory(
        customer=world["customer"], grade="imported"
    ),
    "exchange_rate": lambda _world: ExchangeRate.objects.create(
        currency="USD", month=date(2026, 6, 1), rate=150
    ),
}
TABLE: dict[str, tuple[int, ...]] = {
    #                                                       nobody Ben  Ana  Lea  Vic  Ada
    "GET api:customer-list":                                (401, 200, 200, 200, 200, 200),
    "POST api:customer-list":                               (401, 400, 400, 400, 403, 400),
    "GET api:customer-detail customer":                     (401, 404, 200, 200, 200, 200),
    "GET api:customer-by-external-id external_id":          (401, 404, 200, 200, 200, 200),
    "PATCH api:customer-detail customer":                   (401, 404, 200, 200, 403, 200),
    "POST api:customer-churn customer":                     (401, 404, 400, 400, 403, 400),
    "POST api:customer-bulk-upsert":                        (401, 400, 400, 400, 403, 400),
    "POST api:contact-bulk-upsert":                         (401, 400, 400, 400, 403, 400),
    "POST api:task-bulk-upsert":                            (401, 400, 400, 400, 403, 400),
    "POST api:subscription-bulk-upsert":                    (401, 400, 400, 400, 403, 400),
    "GET api:contact-list":                                 (401, 200, 200, 200, 200, 200),
    "POST api:contact-list":                                (401, 400, 400, 400, 403, 400),
    "GET api:contact-detail contact":                       (401, 404, 200, 200, 200, 200),
    "PATCH api:contact-detail contact":                     (401, 404, 200, 200, 403, 200),
    "GET api:attribute-list":                                (401, 200, 200, 200, 200, 200),
    "POST api:attribute-list":                               (401, 403, 403, 400, 403, 400),
    "POST api:attribute-bulk-upsert":                        (401, 403, 403, 400, 403, 400),
    "GET api:attribute-detail attribute":                    (401, 200, 200, 200, 200, 200),
    "PATCH api:attribute-detail attribute":                  (401, 403, 403, 200, 403, 200),
    "GET api:product-list":                                 (401, 200, 200, 200, 200, 200),
    "POST api:product-list":                                (401, 403, 403, 400, 403, 400),
    "GET api:product-detail product":                       (401, 200, 200, 200, 200, 200),
    "PATCH api:product-detail product":                     (401, 403, 403, 200, 403, 200),
    "GET api:exchange-rate-list":                           (401, 200, 200, 200, 200, 200),
    "POST api:exchange-rate-list":                          (401, 403, 403, 400, 403, 400),
    "GET api:exchange-rate-detail exchange_rate":           (401, 200, 200, 200, 200, 200),
    "PATCH api:exchange-rate-detail exchange_rate":         (401, 403, 403, 200, 403, 200),
    "GET api:cost-line-list":                               (401, 403, 403, 200, 403, 200),
    "POST api:cost-line-list":                              (401, 403, 403, 400, 403, 400),
    "POST api:cost-line-bulk-upsert":                       (401, 403, 403, 400, 403, 400),
    "GET api:cost-line-detail cost_line":                   (401, 403, 403, 200, 403, 200),
    "PATCH api:cost-line-detail cost_line":                 (401, 403, 403, 200, 403, 200),
    "DELETE api:cost-line-detail cost_line":                (401, 403, 403, 204, 403, 204),
    "GET api:role-rate-list":                               (401, 403, 403, 200, 403, 200),
    "POST api:role-rate-list":                              (401, 403, 403, 400, 403, 400),
    "GET api:role-rate-detail role_rate":                   (401, 403, 403, 200, 403, 200),
    "PATCH api:role-rate-detail role_rate":                 (401, 403, 403, 200, 403, 200),
    "GET api:assumption-list":                              (401, 403, 403, 200, 403, 200),
    "POST api:assumption-list":                             (401, 403, 403, 400, 403, 400),
    "GET api:assumption-detail assumption":                 (401, 403, 403, 200, 403, 200),
    "PATCH api:assumption-detail assumption":               (401, 403, 403, 200, 403, 200),
    "GET api:feature-list":                                 (401, 403, 403, 200, 403, 200),
    "POST api:feature-list":                                (401, 403, 403, 400, 403, 400),
    "GET api:feature-detail feature":                       (401, 403, 403, 200, 403, 200),
    "PATCH api:feature-detail feature":                     (401, 403, 403, 200, 403, 200),
    "GET api:insider-list":                                 (401, 403, 403, 200, 403, 200),
    "POST api:insider-list":                                (401, 403, 403, 400, 403, 400),
    "GET api:insider-detail insider":                       (401, 403, 403, 200, 403, 200),
    "PATCH api:insider-detail insider":                     (401, 403, 403, 200, 403, 200),
    "DELETE api:insider-detail insider":                    (401, 403, 403, 204, 403, 204),
    "GET api:subscription-list":                            (401, 200, 200, 200, 200, 200),
    "POST api:subscription-list":                           (401, 400, 400, 400, 403, 400),
    "GET api:subscription-detail subscription":             (401, 404, 200, 200, 200, 200),
    "GET api:subscription-versions subscription":           (401, 404, 200, 200, 200, 200),
    "POST api:subscription-versions subscription":          (401, 404, 400, 400, 403, 400),
    "GET api:purchase-list":                                (401, 200, 200, 200, 200, 200),
    "POST api:purchase-list":                               (401, 400, 400, 400, 403, 400),
    "DELETE api:purchase-detail purchase":                  (401, 404, 204, 204, 403, 204),
    "GET api:purchase-detail purchase":                     (401, 404, 200, 200, 200, 200),
    "PATCH api:purchase-detail purchase":                   (401, 404, 200, 200, 403, 200),
    "GET api:touchpoint-list":                              (401, 200, 200, 200, 200, 200),
    "POST api:touchpoint-list":                             (401, 400, 400, 400, 403, 400),
    "DELETE api:touchpoint-detail touchpoint":              (401, 404, 204, 204, 403, 204),
    "GET api:touchpoint-detail touchpoint":                 (401, 404, 200, 200, 200, 200),
    "GET api:task-list":                                    (401, 200, 200, 200, 200, 200),
    "POST api:task-list":                                   (401, 400, 400, 400, 403, 400),
    "GET api:task-detail task":                             (401, 404, 200, 200, 200, 200),
    "PATCH api:task-detail task":                           (401, 404, 200, 200, 403, 200),
    "POST api:task-done task":                              (401, 404, 200, 200, 403, 200),
    "POST api:task-drop task":                              (401, 404, 200, 200, 403, 200),
    "POST api:task-reopen task":                            (401, 404, 409, 409, 403, 409),
    "POST api:task-snooze task":                            (401, 404, 400, 400, 403, 400),
    "GET api:ticket-list":                                  (401, 200, 200, 200, 200, 200),
    "POST api:ticket-list":                                 (401, 400, 400, 400, 403, 400),
    "DELETE api:ticket-detail ticket":                      (401, 404, 204, 204, 403, 204),
    "GET api:ticket-detail ticket":                         (401, 404, 200, 200, 200, 200),
    "PATCH api:ticket-detail ticket":                       (401, 404, 200, 200, 403, 200),
    "GET api:survey-list":                                  (401, 200, 200, 200, 200, 200),
    "POST api:survey-list":                                 (401, 403, 403, 400, 403, 400),
    "GET api:survey-detail survey":                     (401, 200, 200, 200, 200, 200),
    "GET api:invitation-list":                              (401, 200, 200, 200, 200, 200),
    "GET api:invitation-detail invitation":                 (401, 404, 200, 200, 200, 200),
    "GET api:response-list":                                (401, 200, 200, 200, 200, 200),
    "POST api:response-list":                               (401, 400, 400, 400, 403, 400),
    "POST api:response-bulk-upsert":                        (401, 400, 400, 400, 403, 400),
    "GET api:response-detail response":                     (401, 404, 200, 200, 200, 200),
    "PATCH api:response-detail answer_from_elsewhere":      (401, 404, 200, 200, 403, 200),
    "DELETE api:response-detail answer_from_elsewhere":     (401, 404, 204, 204, 403, 204),
    "GET api:number-list":                                  (401, 200, 200, 200, 200, 200),
    "GET api:number-detail metric":                         (401, 200, 200, 200, 200, 200),
    "GET api:number-rows metric":                           (401, 200, 200, 200, 200, 200),
    "GET api:number-change score":                          (401, 200, 200, 200, 200, 200),
    "GET api:number-cohorts cohort_metric":                 (401, 200, 200, 200, 200, 200),
    "GET api:number-cohort-cell cohort_metric cohort age":  (401, 200, 200, 200, 200, 200),
    "GET api:health-list":                                  (401, 200, 200, 200, 200, 200),
    "GET api:health-detail scored_customer":                (401, 404, 200, 200, 200, 200),
    "GET api:health-history scored_customer":               (401, 404, 200, 200, 200, 200),
    "GET api:alert-list":                                   (401, 200, 200, 200, 200, 200),
    "GET api:alert-detail alert":                           (401, 404, 200, 200, 200, 200),
    "POST api:alert-dismiss alert":                         (401, 404, 400, 400, 403, 400),
    "GET api:night-list":                                   (401, 200, 200, 200, 200, 200),
    "POST api:night-close night":                           (401, 403, 403, 400, 403, 400),
    "GET api:night-detail night":                           (401, 200, 200, 200, 200, 200),
}  # fmt: skip
