"""Pages against what they describe: links lead somewhere, docs/rest.md has every route of the table and no other."""

import os
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
TOPS = ("docs", "plugins", "firmware", "tests", "deploy")


def pages():
    yield from ROOT.glob("*.md")
    for top in TOPS:
        for folder, folders, names in os.walk(ROOT / top):
            folders[:] = [f for f in folders if f != "node_modules"]
            yield from (pathlib.Path(folder, n) for n in names if n.endswith(".md"))


class Docs(unittest.TestCase):
    def test_links_lead_somewhere(self):
        broken = []
        for page in pages():
            for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
                if "://" not in link and not (page.parent / link).exists():
                    broken.append(f"{page.relative_to(ROOT)}: {link}")
        self.assertEqual(broken, [])

    def test_rest_has_every_route_and_no_other(self):
        source = (ROOT / "gateway/src/http/routes.c").read_text(encoding="utf-8")
        rows = re.findall(r'\{HTTP_(\w+),\s*(V1\s*)?"([^"]+)"', source)
        table = sorted(f"{method} {'/api/v1' if v1 else ''}{path}" for method, v1, path in rows)
        page = (ROOT / "docs/rest.md").read_text(encoding="utf-8")
        told = sorted(re.findall(r"^### `(\w+ /[^`]+)`$", page, re.M))
        self.assertGreater(len(table), 20)
        self.assertEqual(table, told)

    def test_rest_has_every_event_of_the_gateways_and_no_other(self):
        subjects = "capture|command|config|device|found|motion|plugin|settings|storage"
        sources = (p.read_text(encoding="utf-8") for p in (ROOT / "gateway/src").rglob("*.c"))
        said = {t for source in sources for t in re.findall(rf'"((?:{subjects})\.[a-z_]+)"', source)}
        page = (ROOT / "docs/rest.md").read_text(encoding="utf-8").partition("### `GET /api/v1/events`")[2].partition("\n## ")[0]
        told = {t for cell in re.findall(r"^\| ([^|]*) \|", page, re.M) for t in re.findall(r"`(\w+\.\w+)`", cell)}
        self.assertGreater(len(said), 20)
        self.assertEqual(sorted(said), sorted(told))

    def test_every_decision_is_in_the_index(self):
        folder = ROOT / "docs/decisions"
        index = (folder / "README.md").read_text(encoding="utf-8")
        missing = [p.name for p in folder.glob("*.md") if p.name != "README.md" and f"({p.name})" not in index]
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
