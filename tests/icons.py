"""The archive of icons is opened once for a process: its table of contents names five thousand, and
the library reads it again for each icon a page draws first."""

from contextlib import nullcontext
from zipfile import ZipFile

import tablericons
from tablericons._compat import open_binary


def open_icons_once() -> None:
    archive = ZipFile(open_binary("tablericons", "tablericons.zip"))
    tablericons.ZipFile = lambda _file, _mode: nullcontext(archive)
