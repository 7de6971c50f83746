#include "base/ble_address.h"

#include <ctype.h>
#include <string.h>

bool ble_address(const char *s, char out[BLE_ADDRESS_BYTES])
{
    char text[BLE_ADDRESS_BYTES];

    if (strlen(s) != BLE_ADDRESS_BYTES - 1)
        return false;
    for (size_t i = 0; i < BLE_ADDRESS_BYTES; i++) {
        if (i % 3 == 2 && s[i] ? s[i] != ':' : s[i] && !isxdigit((unsigned char)s[i]))
            return false;
        text[i] = (char)toupper((unsigned char)s[i]);
    }
    memcpy(out, text, sizeof text);
    return true;
}
