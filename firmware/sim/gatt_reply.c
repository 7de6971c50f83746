#include "gatt_reply.h"

int gatt_reply(sd_bus_message *m, const uint8_t *bytes, size_t n)
{
    sd_bus_message *reply = NULL;
    int r = sd_bus_message_new_method_return(m, &reply);

    if (r >= 0)
        r = sd_bus_message_append_array(reply, 'y', bytes, n);
    if (r >= 0)
        r = sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    return r;
}
