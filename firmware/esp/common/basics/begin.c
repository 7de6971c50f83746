/* begin.c - see begin.h. */
#include "begin.h"

#include "esp_heap_caps.h"
#include "give_up.h"
#include "nvs_begin.h"

void *begin_room(size_t n_bytes)
{
    void *room = heap_caps_calloc(1, n_bytes, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);

    if (!room)
        give_up("No memory");
    return room;
}

const char *begin_basics(struct inbox *inbox, unsigned n_places, size_t event_bytes)
{
    if (!nvs_begin())
        return "Flash unusable";
    return inbox_init(inbox, n_places, event_bytes) ? NULL : "No memory";
}
