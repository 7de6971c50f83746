"""What directions.py allows and catches."""

import sys
import unittest

import directions

BASE = {
    "gateway/include/warren/driver.h": "#include <stdint.h>\n",
    "gateway/src/base/buf.h": "",
    "gateway/src/loop/loop.h": '#include "base/buf.h"\n',
    "gateway/src/http/api.h": "",
    "firmware/proto/pi_text.h": "",
    "firmware/cores/flow/flow.h": "",
    "plugins/demo/draw.h": "",
    "plugins/other/other.h": "",
}


def sentences(path, text):
    return [why for _, _, _, why in directions.check(BASE | {path: text})]


class Directions(unittest.TestCase):
    def allows(self, path, include):
        self.assertEqual(sentences(path, f"#include {include}\n"), [])

    def catches(self, path, include, why):
        self.assertEqual(sentences(path, f"#include {include}\n"), [why])

    def test_a_folder_may_include_itself_and_what_stands_below(self):
        self.allows("gateway/src/loop/tcp.c", '"loop/loop.h"')
        self.allows("gateway/src/loop/tcp.c", '"base/buf.h"')
        self.allows("gateway/src/main.c", '"http/api.h"')

    def test_nothing_includes_what_stands_above(self):
        self.catches("gateway/src/base/json.c", '"loop/loop.h"', "gateway/src/base may not include gateway/src/loop")
        self.catches("gateway/src/store/store.c", '"http/api.h"', "gateway/src/store may not include gateway/src/http")

    def test_warrenctl_is_a_client(self):
        self.allows("gateway/src/ctl/main.c", '"loop/loop.h"')
        self.catches("gateway/src/ctl/main.c", '"http/api.h"', "gateway/src/ctl may not include gateway/src/http")

    def test_drivers_see_the_public_headers_their_codec_and_the_c_library(self):
        self.allows("plugins/demo/demo.c", "<warren/driver.h>")
        self.allows("plugins/demo/demo.c", '"pi_text.h"')
        self.allows("plugins/demo/demo.c", "<string.h>")
        self.allows("plugins/demo/demo.c", '"draw.h"')
        self.catches("plugins/demo/demo.c", '"base/buf.h"', "plugins/demo may not include gateway/src/base")
        self.catches("plugins/demo/demo.c", '"../other/other.h"', "plugins/demo may not include plugins/other")
        self.catches("plugins/demo/demo.c", "<sys/socket.h>", "plugins/demo has the C library only")

    def test_codecs_and_cores_run_without_a_host(self):
        self.allows("firmware/cores/toy/toy.c", '"pi_text.h"')
        self.allows("firmware/cores/toy/toy.c", '"flow.h"')
        self.catches("firmware/proto/toy.c", '"flow.h"', "firmware/proto may not include firmware/cores/flow")
        self.catches("firmware/proto/toy.c", "<warren/driver.h>", "firmware/proto may not include gateway/include/warren")
        self.catches("firmware/cores/toy/toy.c", "<unistd.h>", "firmware/cores/toy has the C library only")

    def test_each_dependency_has_one_owner(self):
        self.allows("gateway/src/store/db.c", "<sqlite3.h>")
        self.catches("gateway/src/device/found.c", "<sqlite3.h>", "only gateway/src/store may include it")
        self.catches("gateway/src/http/rest.c", "<uv.h>", "only gateway/src/loop may include it")
        self.catches("gateway/src/http/rest.c", '"curl/curl.h"', "only gateway/src/loop may include it")

    def test_what_the_build_makes_is_nobodys(self):
        self.allows("gateway/src/base/x.c", '"made_by_the_build.h"')

    def test_lines_are_told(self):
        wrong = list(directions.check(BASE | {"gateway/src/base/x.c": '/* why */\n\n  # include "loop/loop.h"\n'}))
        self.assertEqual(wrong[0][:3], ("gateway/src/base/x.c", 3, "loop/loop.h"))


if __name__ == "__main__":
    sys.exit(unittest.main())
