"""The back office of what leaves the house. Only topics are typed here."""

from django.contrib import admin

from lib.back_office import BackOffice, ReadOnly
from outreach.models import ContactTouch, Mailing, MailText, Message, Suppression, Topic


@admin.register(Topic)
class TopicAdmin(BackOffice):
    list_display = ("key", "name_en", "name_ja", "is_operational")
    search_fields = ("key",)


@admin.register(Mailing)
class MailingAdmin(ReadOnly):
    list_display = ("name", "topic", "state", "created_by", "created_at")


@admin.register(MailText)
class MailTextAdmin(ReadOnly):
    list_display = ("mailing", "language", "subject")
    search_fields = ("mailing",)


@admin.register(Message)
class MessageAdmin(ReadOnly):
    list_display = ("uuid", "mailing", "contact", "state", "attempts", "due_at", "sent_at")
    search_fields = ("uuid", "mailing", "contact")


@admin.register(Suppression)
class SuppressionAdmin(ReadOnly):
    list_display = ("email_hash", "topic", "reason", "source", "created_at")
    search_fields = ("email_hash",)


@admin.register(ContactTouch)
class ContactTouchAdmin(ReadOnly):
    list_display = ("email_hash", "topic", "touched_at")
    search_fields = ("email_hash",)
