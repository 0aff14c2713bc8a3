from outreach.models.mailing import Mailing
from outreach.models.message import Message
from outreach.models.suppression import ContactTouch, Suppression
from outreach.models.topic import Topic

__all__ = ["ContactTouch", "Mailing", "Message", "Suppression", "Topic"]
