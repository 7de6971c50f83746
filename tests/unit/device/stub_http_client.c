#include "loop/http_client.h"
#include "loop/watch_dir.h"
int http_client_new(struct loop *l, struct resolver *r, struct http_client **ret){*ret=0;return 0;}
struct http_client *http_client_free(struct http_client *c){return 0;}
int http_fetch_start(struct http_client *c, const struct http_fetch_options *o, const struct http_fetch_events *e, void *x, struct http_fetch **r){return -1;}
void http_fetch_cancel(struct http_fetch *f){}
int watch_dir_new(struct loop *l, const char *path, int64_t s, int64_t r, void (*changed)(void *ctx), void *ctx, struct watch_dir **ret){return -1;}
struct watch_dir *watch_dir_free(struct watch_dir *w){return 0;}
