/* said.c - the camera's own words on their way to people. */
#include "camera.h"

const char *said(struct pi_span raw, char out[SAID_BYTES])
{
    wr_text_clean(raw.at, raw.n, out, SAID_BYTES);
    return *out ? out : "(nothing)";
}
