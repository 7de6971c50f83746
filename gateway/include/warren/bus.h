/* bus.h - for bridges: plugins that carry the bus somewhere else (MQTT, NATS). They are devices like others, with this service. */
#ifndef WARREN_BUS_H
#define WARREN_BUS_H

#include "frame.h"

/* One event, as everybody on the bus gets it. `json` is the whole {id, time, device, type, data}. */
struct wr_event {
    uint32_t size;
    uint64_t id;
    int64_t time_us; /* UTC */
    const char *device, *type, *json;
    size_t json_len;
};

struct wr_bus_events {
    uint32_t size;
    void (*event)(struct wr_dev *dev, void *ctx, const struct wr_event *event);
};

struct wr_bus {
    uint32_t size;
    /* types and device ids: shell-style patterns, * only. */
    wr_handle (*subscribe)(struct wr_dev *dev, const char *device, const char *type, const struct wr_bus_events *events, void *ctx);
    /* Runs a command of any device, `args` a JSON object; done as for commands over REST. */
    wr_handle (*command)(struct wr_dev *dev, const char *device, const char *name, const char *args,
        void (*done)(struct wr_dev *dev, void *ctx, int result, const char *json), void *ctx);
};

#endif
