#include "ble/names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What short ones stand in front of. */
#define BASE_UUID "-0000-1000-8000-00805f9b34fb"

static bool is_dash(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

static bool is_hex(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isxdigit((unsigned char)s[i]))
            return false;
    }
    return true;
}

bool ble_uuid(const char *s, char out[BLE_UUID_BYTES])
{
    size_t n = strlen(s);
    char text[BLE_UUID_BYTES + 8]; /* compilers think that short ones are long */

    if ((n == 4 || n == 8) && is_hex(s, n))
        snprintf(text, sizeof text, "%.4s%.8s%s", n == 4 ? "0000" : "", s, BASE_UUID);
    else if (n == BLE_UUID_BYTES - 1)
        memcpy(text, s, BLE_UUID_BYTES);
    else
        return false;
    for (size_t i = 0; text[i]; i++) {
        if (is_dash(i) ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
        text[i] = (char)tolower((unsigned char)text[i]);
    }
    memcpy(out, text, BLE_UUID_BYTES);
    return true;
}
