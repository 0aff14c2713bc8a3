from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.querysets import OfCustomerQuerySet


class CountedInvitation(models.Model):
    """An invitation as it is counted: when it was made, its mail sent, and it answered.

    Kept by the database with every change of an invitation, of its mail and of its response
    (migrations 0030, 0035, 0040), so that no figure is late. Answers perhaps of a machine are none.
    """

    # The number of the invitation.
    key = models.BigIntegerField(_("number"), primary_key=True)
    wave_id = models.BigIntegerField(_("wave"))
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, db_constraint=False, db_index=False,
        related_name="+", verbose_name=_("customer"),
    )  # fmt: skip
    contact_id = models.BigIntegerField(_("contact"))
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    # Of mails of an earlier tool; of ours the contact's address tells it.
    is_returned = models.BooleanField(_("returned"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    has_comment = models.BooleanField(_("comment"), default=False)
    # On the days it was made and sent; null until the next night (metrics/loyalty/placing.py).
    asked_place_id = models.IntegerField(_("place of counting when made"), null=True)
    sent_place_id = models.IntegerField(_("place of counting when sent"), null=True)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        ordering = ["-key"]
        verbose_name = _("counted invitation")
        verbose_name_plural = _("counted invitations")
        indexes = [
            models.Index(fields=["created_at"], name="counted_invitation_by_creation"),
            models.Index(fields=["sent_at"], name="counted_invitation_by_sending"),
        ]

    def __str__(self) -> str:
        return f"#{self.key}"
