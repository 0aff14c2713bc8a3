from allauth.mfa.models import Authenticator

from lib.audit import audited_by_people


# Neither its secret nor when it was used last leaves a trace.
@audited_by_people(
    exclude=["data", "last_used_at"], app_label="accounts", model_name="SecondFactorEvent"
)
class SecondFactor(Authenticator):
    """A code generator, a passkey or recovery codes: allauth's, watched by our log of changes."""

    class Meta:
        proxy = True
        verbose_name = Authenticator._meta.verbose_name
        verbose_name_plural = Authenticator._meta.verbose_name_plural
