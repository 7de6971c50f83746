#!/usr/bin/env python3
"""page.py OUTPUT.c PAGE.html - writes the page as C, as it is and as gzip: the same input gives the same output."""

import gzip
import sys


def array(name, data):
    rows = (data[at:at + 24] for at in range(0, len(data), 24))
    body = ",\n".join("    " + ", ".join(map(str, row)) for row in rows)
    return f"const unsigned char {name}[] = {{\n{body}}};\nconst size_t {name}_bytes = sizeof {name};\n"


def main():
    output, page = sys.argv[1:]
    with open(page, "rb") as file:
        plain = file.read()
    with open(output, "w", encoding="utf-8") as file:
        file.write('/* Made of page.html by page.py. */\n#include "wifi_page.h"\n\n')
        file.write(array("wifi_page", plain) + array("wifi_page_gz", gzip.compress(plain, 9, mtime=0)))


main()
