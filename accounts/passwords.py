"""What a password may be: long enough, not endless, and the same however it is typed."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# Longer ones would only cost us time: each is hashed with Argon2.
MAX_LENGTH = 128


def normalised(password: str) -> str:
    """One form for a letter and its accent, composed or not (NFKC), as keyboards differ."""
    return unicodedata.normalize("NFKC", password)


class MaximumLengthValidator:
    def validate(self, password: str, user: object = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return ngettext(
            "Your password may have at most %(count)d character.",
            "Your password may have at most %(count)d characters.",
            MAX_LENGTH,
        ) % {"count": MAX_LENGTH}


class OwnWordsValidator:
    """Refuses a password that is little more than our name or the word for itself."""

    WORDS = ("enishi", "password", "passwort", "customer", "パスワード")

    def validate(self, password: str, user: object = None) -> None:
        rest = normalised(password).casefold()
        for word in self.WORDS:
            rest = rest.replace(word, "")
        if len([letter for letter in rest if letter.isalpha()]) < len(password) / 4 and (
            len(rest) < len(normalised(password))
        ):
            raise ValidationError(self.get_help_text(), code="password_of_own_words")

    def get_help_text(self) -> str:
        return _("Your password may not be made of the name of this product and some digits.")
