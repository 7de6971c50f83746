/* What json_read() takes can be written, and what was written reads back as the same value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error e = ERROR_NULL;
    json_t *j = json_read((const char *)data, size, &e), *again;
    char *text;

    if (!j) {
        if (e.code >= 0 || !e.text[0])
            abort();
        return 0;
    }
    text = json_text(j);
    if (!text)
        abort();
    again = json_read(text, strlen(text), &e);
    if (!again)
        abort();
    /* A real without a fraction (1.0) comes back as an integer; therefore the texts are compared.
     */
    char *text2 = json_text(again);
    if (!text2 || strcmp(text, text2) != 0)
        abort();
    free(text);
    free(text2);
    json_decref(j);
    json_decref(again);
    return 0;
}
