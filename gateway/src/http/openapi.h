/* openapi.h - the OpenAPI 3.1 document. */
#pragma once

#include <warren/json_write.h>

struct drivers;

/* drivers NULL: without the schemas of settings and arguments. */
void openapi_write(struct wr_json *j, const struct drivers *drivers);

/* What the routes name; ends with a row without a name. */
extern const struct openapi_schema {
    const char *name, *schema;
} openapi_schemas[];
