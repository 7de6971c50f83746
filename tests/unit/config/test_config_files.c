/* The files in config/ are held against the table. SOURCE_ROOT comes from the build. */
#include "problems.h"

#include "base/json.h"
#include "config/yaml_tree.h"

static char *slurp(const char *name)
{
    char path[512], *text = calloc(1, 1u << 18);
    FILE *f;

    snprintf(path, sizeof path, "%s/config/%s", SOURCE_ROOT, name);
    f = fopen(path, "r");
    cr_assert(f, "%s: %s", path, strerror(errno));
    cr_assert_gt(fread(text, 1, (1u << 18) - 1, f), 0);
    fclose(f);
    return text;
}

/* "#key: value" and "#  key: value" lose their mark; "# words" stay comments. */
static void uncomment(char *text)
{
    for (char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        char *mark = line + strspn(line, " ");

        if (*mark == '#' && mark[1] != '\n' && mark[1] != '#' && (mark[1] != ' ' || mark[2] == ' '))
            memmove(mark, mark + 1, strlen(mark));
    }
}

Test(config_files, the_committed_schema_is_the_table_s)
{
    char *committed = slurp("warren.schema.json");
    struct buf now = BUF_INIT(1u << 18);

    cr_assert_eq(config_schema(&now), 0);
    cr_expect_str_eq(
        committed, buf_text(&now), "config/warren.schema.json is old: run `ninja -C build schema`");
    buf_fini(&now);
    free(committed);
}

static void section_of(const char *path, char section[static 64])
{
    size_t n = strcspn(path, ".");

    cr_assert_lt(n, 64);
    memcpy(section, path, n);
    section[n] = '\0';
}

static const json_t *schema_of(const json_t *schema, const char *path)
{
    char section[64];

    section_of(path, section);
    schema = json_object_get(json_object_get(schema, "properties"), section);
    return json_object_get(json_object_get(schema, "properties"), strchr(path, '.') + 1);
}

Test(config_files, the_schema_has_every_option_and_no_path_of_this_build)
{
    char *text = slurp("warren.schema.json");
    struct error e = ERROR_NULL;
    json_t *schema = json_read(text, strlen(text), &e);
    size_t n;
    const struct config_option *options = config_options(&n);

    cr_assert(schema, "%s", e.text);
    for (size_t i = 0; i < n; i++) {
        const json_t *o = schema_of(schema, options[i].path);

        cr_expect(json_is_string(json_object_get(o, "description")), "%s", options[i].path);
        cr_expect_eq(
            json_object_get(o, "default") == NULL, options[i].built_in, "%s", options[i].path);
    }
    json_decref(schema);
    free(text);
}

static void not_default(void *ctx, const char *key, bool live)
{
    if (strcmp(key, "plugins.folder") != 0) /* depends on the build */
        cr_expect_fail("%s: %s is not the default", (const char *)ctx, key);
}

Test(config_files, the_example_as_it_is_says_nothing_but_defaults)
{
    char *text = slurp("warren.yaml");
    struct config *example = taken(text), *defaults = taken("");

    config_each_change(defaults, example, not_default, (char[]){"warren.yaml"});
    cr_expect_eq(example->n_devices, 0);
    config_free(example);
    config_free(defaults);
    free(text);
}

Test(config_files, the_example_names_every_key_with_its_default)
{
    char *text = slurp("warren.yaml");
    struct yaml_tree *t = NULL;
    struct yaml_place at = {0};
    struct error e = ERROR_NULL;
    struct config *example, *defaults = taken("");
    size_t n;
    const struct config_option *options = config_options(&n);

    uncomment(text);
    example = taken(text);
    config_each_change(defaults, example, not_default, (char[]){"warren.yaml"});
    cr_assert_eq(yaml_tree_read(text, strlen(text), &t, &at, &e), 0, "%s", e.text);
    for (size_t i = 0; i < n; i++) {
        char section[64];
        const struct yaml_tree *map;

        section_of(options[i].path, section);
        map = yaml_tree_find(t, section);
        cr_expect(map && yaml_tree_find(map, options[i].param.key), "warren.yaml does not name %s",
            options[i].path);
    }
    cr_expect_eq(example->n_devices, 4);
    yaml_tree_free(t);
    config_free(example);
    config_free(defaults);
    free(text);
}

Test(config_files, the_demo_stays_on_loopback_and_inside_the_checkout)
{
    char *text = slurp("demo.yaml"), address[64];
    struct config *c = taken(text);
    uint16_t port;

    cr_assert_eq(config_split_listen(c->http.listen, address, sizeof address, &port), 0);
    cr_expect_str_eq(address, "127.0.0.1");
    cr_expect_eq(port, 8080);
    cr_expect_not(c->http.allow_unauthenticated);
    cr_expect_eq(strncmp(c->store.path, "build/", 6), 0);
    cr_expect_eq(strncmp(c->plugins.folder, "build/", 6), 0);
    cr_expect_eq(strncmp(c->ble.bus, "unix:path=build/", 16), 0);
    cr_assert_eq(c->n_devices, 4);
    cr_expect_str_eq(c->devices[0].id, "porch");
    cr_expect_str_eq(c->devices[0].driver, "pi-trigger-camera");
    cr_expect_str_eq(c->devices[1].id, "garden");
    cr_expect_str_eq(c->devices[1].driver, "ble-batch-camera");
    cr_expect_str_eq(c->devices[2].id, "playground");
    cr_expect_str_eq(c->devices[2].driver, "playground-hub");
    cr_expect_str_eq(c->devices[3].id, "saber");
    cr_expect_str_eq(c->devices[3].driver, "wifi-debug-camera");
    config_free(c);
    free(text);
}
