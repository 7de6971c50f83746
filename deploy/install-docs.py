#!/usr/bin/env python3
"""install-docs.py FOLDER - installs the pages with their places among each other, so that links lead where they lead in the
sources: README, changes, all of docs/, and what is reached from there by links. FOLDER is the installation's, without DESTDIR.
"""

import os
import pathlib
import re
import shutil
import sys

LINK = re.compile(r"\]\(([^)#\s]+)")


def pages(root):
    """Every file to install, relative to `root`."""
    waiting = [pathlib.Path("README.md"), pathlib.Path("CHANGELOG.md"), pathlib.Path("LICENSE")]
    waiting += [p.relative_to(root) for p in (root / "docs").rglob("*") if p.is_file()]
    found = set()
    while waiting:
        page = waiting.pop()
        if page in found or not (root / page).is_file():
            continue
        found.add(page)
        if page.suffix == ".md":
            links = LINK.findall((root / page).read_text(encoding="utf-8"))
            waiting += [pathlib.Path(os.path.normpath(page.parent / link)) for link in links if "://" not in link]
    return found


def main(folder):
    root = pathlib.Path(__file__).resolve().parents[1]
    to = pathlib.Path(os.environ.get("DESTDIR", "") + folder)
    for page in pages(root):
        (to / page.parent).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / page, to / page)
        (to / page).chmod(0o644)


if __name__ == "__main__":
    main(*sys.argv[1:])
