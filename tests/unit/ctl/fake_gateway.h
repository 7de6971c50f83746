/* fake_gateway.h - a gateway of a few lines on the test's own loop: answers by a table, and
 * remembers what it was asked. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

/* One answer. The first whose request matches and that is not used up is given. */
struct fake_route {
    const char *request; /* "GET /api/v1/devices"; the query counts */
    int status;
    const char *body;
    const char *type; /* NULL: application/json */
    unsigned times;   /* how often; 0: always */
    bool cut;         /* the connection ends before the body is whole */
};

struct fake_gateway;

struct fake_gateway *fake_gateway_new(struct loop *l, const struct fake_route *routes, size_t n);
uint16_t fake_gateway_port(const struct fake_gateway *g);
/* All requests so far, one per line: "POST /api/v1/… {\"args\":{}}"; with the id where
 * Last-Event-ID was sent: "GET /… [7]". */
const char *fake_gateway_asked(const struct fake_gateway *g);
struct fake_gateway *fake_gateway_free(struct fake_gateway *g);
