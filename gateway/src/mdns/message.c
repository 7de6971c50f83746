/* message.c - the bodies of Avahi's signals.
 *
 *     ItemNew, ItemRemove   i interface, i protocol, s name, s type, s domain, u flags
 *     Found                 i interface, i protocol, s name, s type, s domain, s host,
 *                           i protocol of the address, s address, q port, aay TXT, u flags
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "mdns/mirror.h"

static int check_names(const struct mdns_item *i)
{
    return *i->name && strlen(i->name) < MDNS_LABEL_BYTES && *i->type &&
            strlen(i->type) < MDNS_TYPE_BYTES && strlen(i->domain) < MDNS_NAME_BYTES
        ? 0
        : -EBADMSG;
}

int mdns_read_item(sd_bus_message *m, struct mdns_item *ret)
{
    struct mdns_item i;
    int r = sd_bus_message_read(
        m, "iisssu", &i.interface, &i.protocol, &i.name, &i.type, &i.domain, &i.flags);

    if (r <= 0 || check_names(&i) < 0)
        return -EBADMSG;
    *ret = i;
    return 0;
}

/* --- TXT --------------------------------------------------------------------------------------- */

/* RFC 6763, 6.4: keys are the same in large and small letters; of two the first counts, and one
 * without a key does not. What holds a NUL is no text. */
static int take_txt(struct props *txt, const uint8_t *bytes, size_t n)
{
    static const char prefix[] = "txt.";
    char key[sizeof prefix + MDNS_TXT_BYTES], value[MDNS_TXT_BYTES];
    const uint8_t *equals = memchr(bytes, '=', n);
    size_t n_key = equals ? (size_t)(equals - bytes) : n, n_value = n - n_key - (equals != NULL);

    if (n >= MDNS_TXT_BYTES || n_key == 0 || memchr(bytes, '\0', n))
        return 0;
    memcpy(key, prefix, sizeof prefix);
    for (size_t k = 0; k < n_key; k++)
        key[sizeof prefix - 1 + k] =
            (char)(bytes[k] >= 'A' && bytes[k] <= 'Z' ? bytes[k] - 'A' + 'a' : bytes[k]);
    key[sizeof prefix - 1 + n_key] = '\0';
    memcpy(value, bytes + n - n_value, n_value);
    value[n_value] = '\0';
    if (props_find(txt->rows, txt->n, key))
        return 0;
    return props_add(txt, MDNS_MAX_TXT, key, value);
}

static int read_txt(sd_bus_message *m, struct props *txt)
{
    const void *bytes;
    size_t n;
    int r = sd_bus_message_enter_container(m, 'a', "ay");

    if (r < 0)
        return r;
    while ((r = sd_bus_message_read_array(m, 'y', &bytes, &n)) > 0) {
        r = n > 0 ? take_txt(txt, bytes, n) : 0;
        if (r < 0)
            return r;
    }
    return r < 0 ? r : sd_bus_message_exit_container(m);
}

/* --- an answer --------------------------------------------------------------------------------- */

static int read_head(sd_bus_message *m, struct mdns_answer *a)
{
    int of_address,
        r = sd_bus_message_read(m, "iissssisq", &a->item.interface, &a->item.protocol,
            &a->item.name, &a->item.type, &a->item.domain, &a->host, &of_address, &a->address,
            &a->port);

    return r <= 0 || check_names(&a->item) < 0 || strlen(a->host) >= MDNS_NAME_BYTES ? -EBADMSG : 0;
}

int mdns_read_answer(sd_bus_message *m, struct mdns_answer *ret)
{
    struct mdns_answer a = {0};
    int r = read_head(m, &a);

    if (r == 0)
        r = read_txt(m, &a.txt);
    if (r >= 0)
        r = sd_bus_message_read(m, "u", &a.item.flags);
    if (r > 0) {
        *ret = a;
        return 0;
    }
    props_fini(&a.txt);
    return r == -ENOMEM ? r : -EBADMSG;
}
