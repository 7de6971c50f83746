/* routes.h - one table of all routes: from it come dispatch, permissions, 405 with Allow, the check
 * of the query, OpenAPI and the docs' test. */
#pragma once

#include <warren/driver.h>

#include "http/api.h"

struct route {
    enum http_method method;
    const char *path; /* "/api/v1/devices/{id}" */
    enum permission permission;
    route_fn handle;
    const char *summary;          /* one line, for OpenAPI */
    const struct wr_param *query; /* what may stand behind the "?", and nothing else; NULL: none */
    const char *request;          /* name of the body's schema in openapi.c; NULL: no body */
    const char *response;         /* name of the schema of 200 or 201; NULL: not JSON, see type */
    const char *type;             /* content type of the answer; NULL: application/json */
};

const struct route *routes(size_t *ret_n);
/* Every route has a permission, a function and a summary; else a sentence. Called at start. */
int routes_check(struct error *e);
/* The route and its arguments. NULL: none for that path (*ret_allow 0), or not for that method
 * (*ret_allow: bits 1 << enum http_method). HEAD is GET's. */
const struct route *route_find(
    enum http_method method, const char *path, struct route_args *ret_args, unsigned *ret_allow);
/* Checks who may and runs it, or answers with a problem. */
void route_dispatch(struct api *a, struct http_request *q);
const char *http_method_name(enum http_method m);
