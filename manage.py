#!/usr/bin/env python
"""The command line of Enishi."""

import gc
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["migrate"]:
        # It makes and forgets thousands of classes; with Python's own thresholds a quarter of its
        # time goes into looking for garbage.
        gc.set_threshold(200_000, 20, 100)
    execute_from_command_line(sys.argv)
