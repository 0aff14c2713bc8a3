from outreach.models.mailing import Mailing, MailText
from outreach.models.message import Message
from outreach.models.suppression import ContactTouch, Suppression
from outreach.models.topic import Topic

__all__ = ["ContactTouch", "MailText", "Mailing", "Message", "Suppression", "Topic"]
