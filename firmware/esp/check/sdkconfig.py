"""ESP-IDF's Kconfig files and a project's sdkconfig.defaults, evaluated into the sdkconfig.h that its build would make."""

import glob
import os
import re

import kconfiglib


def sources(folder, headers, leaf):
    """A file that names every Kconfig file of that kind, as ESP-IDF's build writes it."""
    places = sorted(glob.glob(f"{headers}/components/*/{leaf}") + glob.glob(f"{headers}/managed_components/*/{leaf}"))
    path = os.path.join(folder, leaf + ".in")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f'source "{p}"\n' for p in places)
    return path


def read_kconfig(headers, target, version, project, folder):
    projbuild = sources(folder, headers, "Kconfig.projbuild")
    with open(projbuild, "a", encoding="utf-8") as file:
        file.writelines(f'source "{p}"\n' for p in sorted(glob.glob(f"{project}/*/Kconfig.projbuild")))
    os.environ.update(
        IDF_PATH=headers, IDF_TARGET=target, IDF_TOOLCHAIN="gcc", IDF_VERSION=version, IDF_INIT_VERSION=version,
        IDF_ENV_FPGA="", IDF_CI_BUILD="", IDF_DOC_BUILD="",
        COMPONENT_KCONFIGS_SOURCE_FILE=sources(folder, headers, "Kconfig"),
        COMPONENT_KCONFIGS_PROJBUILD_SOURCE_FILE=projbuild)
    return kconfiglib.Kconfig(f"{headers}/Kconfig", warn=False, warn_to_stderr=False)


def read_defaults(path):
    """Yields (line number, name, value)."""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            found = re.match(r'\s*CONFIG_(\w+)=(.*?)\s*$', line)
            if found:
                yield number, found[1], found[2].strip('"')


def is_same(symbol, wanted):
    if symbol.type in (kconfiglib.INT, kconfiglib.HEX) and symbol.str_value:
        return int(symbol.str_value, 0) == int(wanted, 0)
    return symbol.str_value == wanted


def apply_defaults(kconfig, paths):
    """Sets what the files say, of which the last one holds; returns a sentence per option that there is not, or that did not take.
    The chip is not theirs to say: it was chosen before."""
    rows = {name: (path, number, value) for path in paths for number, name, value in read_defaults(path) if name != "IDF_TARGET"}
    wrong = []
    for name, (path, number, value) in rows.items():
        if name not in kconfig.syms or not kconfig.syms[name].nodes:
            wrong.append(f"{path}:{number}: error: there is no option CONFIG_{name}")
        else:
            kconfig.syms[name].set_value(value)
    for name, (path, number, value) in rows.items():
        symbol = kconfig.syms.get(name)
        if symbol is not None and symbol.nodes and not is_same(symbol, value):
            wrong.append(f"{path}:{number}: error: CONFIG_{name}={value} did not take: it is {symbol.str_value or 'not set'}")
    return wrong


def definition(symbol):
    """A line of sdkconfig.h, or None."""
    if symbol.type in (kconfiglib.BOOL, kconfiglib.TRISTATE):
        return f"#define CONFIG_{symbol.name} 1\n" if symbol.str_value == "y" else None
    if not (symbol.visibility or symbol.config_string) or (symbol.str_value == "" and symbol.type != kconfiglib.STRING):
        return None
    value = symbol.str_value
    if symbol.type == kconfiglib.STRING:
        value = '"' + kconfiglib.escape(value) + '"'
    elif symbol.type == kconfiglib.HEX and not value.lower().startswith("0x"):
        value = "0x" + value
    return f"#define CONFIG_{symbol.name} {value}\n"


def write_header(kconfig, path):
    with open(path, "w", encoding="utf-8") as file:
        file.write("#pragma once\n")
        file.writelines(line for line in map(definition, kconfig.unique_defined_syms) if line)
