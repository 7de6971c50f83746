"""The components of a project, as its CMakeLists.txt name them."""

import os
import re


class Component:
    """A folder with a CMakeLists.txt that registers it."""

    def __init__(self, folder):
        self.folder = folder
        self.name = os.path.basename(folder)
        with open(os.path.join(folder, "CMakeLists.txt"), encoding="utf-8") as file:
            text = re.sub(r"#.*", "", file.read())
        words = re.findall(r'"([^"]*)"|([\w.-]+)', re.search(r"idf_component_register\((.*?)\)", text, re.S)[1])
        self.values = {}
        for quoted, plain in words:
            if plain.isupper():
                values = self.values.setdefault(plain, [])
            else:
                values.append(quoted or plain)
        self.sources = [os.path.join(folder, s) for s in self.values.get("SRCS", [])]
        self.includes = [os.path.normpath(os.path.join(folder, d)) for d in self.values.get("INCLUDE_DIRS", [])]
        self.public = set(self.values.get("REQUIRES", []))
        self.requires = self.public | set(self.values.get("PRIV_REQUIRES", []))


def read_components(project):
    """main, and those of EXTRA_COMPONENT_DIRS: name → component."""
    with open(os.path.join(project, "CMakeLists.txt"), encoding="utf-8") as file:
        extra = re.search(r"set\(EXTRA_COMPONENT_DIRS(.*?)\)", file.read(), re.S)
    folders = ["main"] + re.findall(r'"([^"]+)"', extra[1] if extra else "")
    components = [Component(os.path.normpath(os.path.join(project, f))) for f in folders]
    return {c.name: c for c in components}
