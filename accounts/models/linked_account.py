from allauth.socialaccount.models import SocialAccount

from lib.audit import audited


# Whoever logs in elsewhere has what is said there written anew each time: that leaves no trace.
@audited(
    exclude=["extra_data", "last_login"], app_label="accounts", model_name="LinkedAccountEvent"
)
class LinkedAccount(SocialAccount):
    """A log-in of a user elsewhere (OpenID Connect): allauth's, watched by our log of changes."""

    class Meta:
        proxy = True
        verbose_name = SocialAccount._meta.verbose_name
        verbose_name_plural = SocialAccount._meta.verbose_name_plural
