#!/usr/bin/env python3
"""page.py - the code blocks of docs/writing-a-driver.md.

A fenced block whose info string has a second word belongs to the test: a path (the block is appended to that file), "once" (commands that end)
or "stays" (a program that goes on running).

    page.py PAGE FOLDER FILE...     writes these files of the page into FOLDER
"""

import pathlib
import re
import sys

FENCE = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.M | re.S)


def blocks(page):
    """(language, second word, text) in the order of the page."""
    return FENCE.findall(pathlib.Path(page).read_text())


def file_of(page, name):
    text = "".join(text for _, where, text in blocks(page) if where == name)
    if not text:
        sys.exit(f"{page}: no block of {name}")
    return text


if __name__ == "__main__":
    page, folder, *names = sys.argv[1:]
    for name in names:
        (pathlib.Path(folder) / pathlib.Path(name).name).write_text(file_of(page, name))
