from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet


class CountedAnswer(models.Model):
    """A valid answer as it is counted, and when the same contact or interaction answered again.

    In days that begin with it, it counts until then. Kept by the database with every change of a
    response or of a rated ticket (migration 0024), so that no figure is late.
    """

    # The number of the response; that of a ticket is made negative.
    key = models.BigIntegerField(_("number"), primary_key=True)
    kind = models.CharField(_("kind"), max_length=4)
    # What the answer speaks for: c… a contact, i… an interaction, r… itself.
    unit = models.CharField(_("contact or interaction"), max_length=210, db_collation="C")
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, db_constraint=False, db_index=False,
        related_name="+", verbose_name=_("customer"),
    )  # fmt: skip
    contact_id = models.BigIntegerField(_("contact"), null=True)
    # Of an effort scale already turned round.
    score = models.SmallIntegerField(_("score"))
    answered_at = models.DateTimeField(_("answered"))
    next_at = models.DateTimeField(_("answered again"), null=True)
    # On the day of the answer; null until the next night (metrics/loyalty/placing.py).
    place_id = models.IntegerField(_("place of counting"), null=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["-answered_at", "-key"]
        verbose_name = _("counted answer")
        verbose_name_plural = _("counted answers")
        indexes = [
            models.Index(fields=["kind", "answered_at"], name="counted_answer_by_moment"),
            models.Index(fields=["kind", "unit"], name="counted_answer_by_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.score}"
