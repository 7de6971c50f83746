/* pairing.h - a link that is encrypted, without anybody being asked for anything ("Just Works"): nobody listens in who was not
 * there when it was paired. Who has paired once is known again.
 */
#ifndef PAIRING_H
#define PAIRING_H

#include <stdbool.h>
#include <stdint.h>

#include "host/ble_hs.h"

/* Before NimBLE's task begins. Needs CONFIG_BT_NIMBLE_SECURITY_ENABLE, which is on by default. */
void pairing_begin(void);
/* What a link tells, of pairing or not. What NimBLE is to be answered. */
int pairing_event(const struct ble_gap_event *e);
bool pairing_is_encrypted(uint16_t connection);

#endif
