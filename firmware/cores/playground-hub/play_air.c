/* play_air.c - commands on the air, in both dialects.
 *
 * A message of the first dialect says how near is meant, and who receives it decides. One of the second does not: for all it
 * goes to all, for near ones to each of those that were heard as loud as that, unless it speaks the first dialect as well.
 */
#include "play_hub_private.h"

static int say(struct play_hub *h, const uint8_t *mac, const struct air_message *a)
{
    char text[AIR_MAX_BYTES];
    size_t n = air_message_write(a, JSON_PUT_SPACED, text);

    return h->port.air(h->port.ctx, mac, text, n);
}

static void say_to_near(struct play_hub *h, const struct air_message *a, int threshold_dbm)
{
    for (unsigned i = 0; i < h->modules.n; i++) {
        const struct play_hub_module *m = &h->modules.rows[i];

        if (!m->answers && play_modules_is_fresh(h, m) &&
            (m->rssi_dbm == 0 || m->rssi_dbm > threshold_dbm))
            (void)say(h, m->mac, a);
    }
}

int play_air_command(struct play_hub *h, enum hub_command c, int threshold_dbm)
{
    struct air_message a;
    int r;

    (void)air_of_command(c, threshold_dbm, AIR_V1, &a);
    r = say(h, NULL, &a);
    if (r < 0 || air_of_command(c, threshold_dbm, AIR_V2, &a) < 0)
        return r;
    if (threshold_dbm <= HUB_THRESHOLD_ALL)
        return say(h, NULL, &a);
    say_to_near(h, &a, threshold_dbm);
    return 0;
}

/* All are asked, whatever an app wants to see: how loud they are is measured here, once. */
int play_air_ping(struct play_hub *h)
{
    struct air_message a;

    (void)air_of_command(HUB_PING, HUB_THRESHOLD_ALL, AIR_V1, &a);
    return say(h, NULL, &a);
}

/* Three bytes are four letters of base64, and MicroPython ends them with a newline. */
static void base64(const uint8_t mac[HUB_MAC_RAW_BYTES], char out[10])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (int i = 0; i < HUB_MAC_RAW_BYTES; i += 3) {
        unsigned v = (unsigned)mac[i] << 16 | (unsigned)mac[i + 1] << 8 | mac[i + 2];

        for (int k = 18; k >= 0; k -= 6)
            *out++ = digits[v >> k & 63];
    }
    out[0] = '\n';
    out[1] = '\0';
}

int play_air_game(struct play_hub *h, const uint8_t *mac, int game, enum hub_command c)
{
    struct air_message a = {.dialect = AIR_V2,
        .topic = AIR_GAME,
        .battery_percent = AIR_BATTERY_UNKNOWN,
        .value = {.kind = AIR_LIST, .list = {game}, .n_list = 1}};
    int r = 0;

    base64(h->mac, a.value.text);
    if (game != PLAY_NO_GAME)
        r = say(h, mac, &a);
    if (r < 0 || c == HUB_N_COMMANDS)
        return r;
    (void)air_of_command(c, HUB_THRESHOLD_ALL, AIR_V1, &a);
    return say(h, mac, &a);
}
