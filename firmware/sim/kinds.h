/* kinds.h - the kinds of virtual Bluetooth devices. */
#pragma once

#include "sim_show.h"

extern const struct sim_kind batch_kind, play_kind, wifi_kind;
