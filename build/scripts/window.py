"""Uses the real window as a screen reader does, over AT-SPI, and ends with 0 once it shows what it should.

window.py pages         opens every page by its item in the navigation
window.py start-sample  starts a sample from the first page, and waits until people are listed
window.py leave-sample  leaves it, and waits until no mark of it and no folder is left
window.py rows NAME     opens Activity, and waits for a row that names NAME
window.py at X Y W H    waits until the window stands there
"""

import json
import os
import sys
import tempfile
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

PATIENCE = 30  # seconds for one thing to appear


def words(name):
    """The page's own texts, so that a test breaks with the window and not with a word of it."""
    with open(f"frontend/src/locales/en/{name}.json", encoding="utf-8") as file:
        return json.load(file)


SHELL, SAMPLE = words("shell"), words("sample")
PAGES = ["overview", "activity", "people", "groups", "connection", "settings"]


def below(node):
    """Every object below node, the window's own parts first."""
    try:
        count = node.get_child_count()
    except GLib.Error:  # an object that went away while it was looked at
        return
    for i in range(count):
        try:
            child = node.get_child_at_index(i)
        except GLib.Error:
            continue
        if child is not None:
            yield child
            yield from below(child)


def window():
    """Everything that the window consists of."""
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        app = desktop.get_child_at_index(i)
        if app is not None and (app.get_name() or "").startswith("scimdesk"):
            app.clear_cache()  # nothing here listens for what changes
            yield from below(app)


def text(node):
    try:
        return node.get_name() or ("Text" in node.get_interfaces() and Atspi.Text.get_text(node, 0, -1)) or ""
    except GLib.Error:
        return ""


def role(node):
    try:
        return node.get_role_name()
    except GLib.Error:
        return ""


def find(roles, name):
    """The first object of one of the roles that is called exactly so."""
    return next((n for n in window() if role(n) in roles and text(n) == name), None)


def wait(what, check):
    """Repeats check until it gives something."""
    end = time.monotonic() + PATIENCE
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > end:
            seen = [f"{role(n)}: {text(n)}" for n in window() if text(n)]
            sys.exit(f"{what} did not come; the window says:\n" + "\n".join(seen))
        time.sleep(0.1)


BUTTONS = ["push button", "button", "toggle button"]


def press(name, roles=BUTTONS):
    node = wait(f"{name!r} to press", lambda: find(roles, name))
    if not Atspi.Action.do_action(node, 0):
        sys.exit(f"{name!r} can't be pressed")


def headings():
    return [text(n) for n in window() if role(n) == "heading"]


def visit(page):
    """Opens a page by its item, and waits for its title and headings of its own."""
    name = SHELL["pages"][page]
    title = SHELL["title"].replace("{{page}}", name).replace("{{name}}", SHELL["name"])
    if find(["document web"], title):
        return
    before = headings()
    press(name)
    wait(f"The page {name!r}", lambda: find(["document web"], title) and (now := headings()) and now != before)


def rows():
    """The texts of each row of the table, the header's among them."""
    return [[text(n) for n in below(row)] for row in window() if role(row) == "table row"]


def scratch():
    return [name for name in os.listdir(tempfile.gettempdir()) if name.startswith("scimdesk-scratch-")]


def pages():
    for page in PAGES[1:] + PAGES[:1]:
        visit(page)
    print(f"the window opens its {len(PAGES)} pages")


def start_sample():
    visit("overview")
    press(SAMPLE["card"]["start"])
    press(SAMPLE["dialog"]["speeds"]["fast"], ["radio button"])
    press(SAMPLE["dialog"]["start"])
    wait("The mark of the sample", lambda: find(BUTTONS, SAMPLE["band"]["leave"]))
    if len(scratch()) != 1:
        sys.exit(f"The sample is in {scratch()}, not in one folder.")
    visit("people")
    names = wait("A list of people", lambda: [r for r in rows() if any("@office.example" in t for t in r)])
    print(f"the window lists people of the sample, {len(names)} of them in view")


def leave_sample():
    press(SAMPLE["band"]["leave"])
    wait("The window without the sample", lambda: not find(BUTTONS, SAMPLE["band"]["leave"]) and not scratch())
    visit("people")
    wait("A list without the sample's people", lambda: not any("@office.example" in t for r in rows() for t in r))
    print("the window has left the sample, and nothing of it is there")


def activity(name):
    visit("activity")
    found = wait(f"A row for {name!r}", lambda: (all := rows()) and any(name in t for r in all for t in r) and all)
    print(f"the window shows {len(found)} rows, one of them for {name}")


def at(place):
    def stands():
        frame = next((n for n in window() if role(n) == "frame"), None)
        extents = frame and frame.get_extents(Atspi.CoordType.SCREEN)
        return extents and [extents.x, extents.y, extents.width, extents.height] == place
    wait(f"The window at {place}", stands)
    print(f"the window stands at {place}")


def main():
    match sys.argv[1:]:
        case ["pages"]:
            pages()
        case ["start-sample"]:
            start_sample()
        case ["leave-sample"]:
            leave_sample()
        case ["rows", name]:
            activity(name)
        case ["at", *place] if len(place) == 4:
            at([int(n) for n in place])
        case _:
            sys.exit(__doc__)


main()
