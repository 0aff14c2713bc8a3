"""A backend of Django's databases; Django wants it in a module called `base`."""
