/* What the camera codec's reader takes for JSON, jansson takes as well; and no path or text leaves
 * its room. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "json_pull.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_pull j;
    struct json_pull_value v;
    struct error e = ERROR_NULL;
    int r;

    json_pull_init(&j, (const char *)data, size);
    while ((r = json_pull_next(&j, &v)) > 0) {
        if (strlen(v.path) >= JSON_PULL_TEXT_MAX ||
            (v.kind == JSON_PULL_STRING && v.text.n > JSON_PULL_TEXT_MAX))
            abort();
    }
    if (r == 0 && size > 0) {
        json_t *other = json_read((const char *)data, size, &e);
        /* It also refuses keys that stand twice, and numbers that are too large. */
        if (!other && !strstr(e.text, "duplicate") && !strstr(e.text, "overflow") &&
            !strstr(e.text, "too big"))
            abort();
        json_decref(other);
    }
    return 0;
}
