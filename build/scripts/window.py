"""Looks at the real window as a screen reader does, over AT-SPI, until it shows what it should.

window.py NAME SECONDS: ends with 0 once the window's table of requests has rows and one of them names NAME.
"""

import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402


def below(node):
    """Every object below node, the window's own parts first."""
    try:
        count = node.get_child_count()
    except Exception:  # an object that went away while it was looked at
        return
    for i in range(count):
        try:
            child = node.get_child_at_index(i)
        except Exception:
            continue
        if child is not None:
            yield child
            yield from below(child)


def text(node):
    try:
        return node.get_name() or Atspi.Text.get_text(node, 0, -1)
    except Exception:
        return ""


def seen():
    """The window's title, how many rows its table has, and all its texts."""
    title, rows, texts = "", 0, []
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        app = desktop.get_child_at_index(i)
        if app is None or not app.get_name().startswith("scimdesk"):
            continue
        for node in below(app):
            role = node.get_role_name()
            if role == "frame":
                title = node.get_name()
            if role == "table row":
                rows += 1
            texts.append(text(node))
    return title, rows, texts


def main():
    name, seconds = sys.argv[1], float(sys.argv[2])
    end = time.monotonic() + seconds
    while True:
        title, rows, texts = seen()
        if title == "ScimDesk" and rows > 1 and any(name in t for t in texts):
            print(f"the window {title!r} shows {rows} rows, one of them for {name}")
            return
        if time.monotonic() > end:
            sys.exit(f"the window {title!r} has {rows} rows, none for {name!r}; it says:\n" + "\n".join(t for t in texts if t))
        time.sleep(0.2)


main()
