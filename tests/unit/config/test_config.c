#include "problems.h"

Test(config, without_a_file_everything_has_its_default)
{
    struct config *c = NULL;
    struct config_problems p;

    cr_assert_eq(config_parse(NULL, NULL, 0, NULL, &c, &p), 0, "%s", printed(&p));
    cr_expect_str_eq(c->file, "");
    cr_expect_str_eq(c->http.listen, "127.0.0.1:8080");
    cr_expect_not(c->http.allow_unauthenticated);
    cr_expect_null(c->http.origins[0]);
    cr_expect_eq(c->http.max_connections, 1000);
    cr_expect_str_eq(c->store.path, "/var/lib/warren");
    cr_expect_eq(c->store.max_bytes, 0);
    cr_expect_eq(c->store.min_free_bytes, 256u << 20);
    cr_expect(
        c->store.max_percent == 80 && c->store.max_days == 0 && c->store.events_max_days == 30);
    cr_expect_eq(c->store.events_max, 200000);
    cr_expect(strstr(c->plugins.folder, "/warren/plugins"), "%s", c->plugins.folder);
    cr_expect_str_eq(c->log.level, "info");
    cr_expect_str_eq(c->log.format, "logfmt");
    cr_expect_eq(c->n_devices, 0);
    config_problems_fini(&p);
    config_free(c);
}

Test(config, the_file_overrides_defaults)
{
    struct config *c = taken(
        "http:\n  listen: 0.0.0.0:80\n  allow_unauthenticated: yes\n"
        "  origins: [https://a.example, 'http://b.example:8080']\n  max_connections: 50\n"
        "store:\n  path: /srv/w\n  max_bytes: 1.5GB\n  max_percent: 12.5\n  min_free_bytes: 0\n"
        "plugins: {folder: /opt/p}\nlog: {level: debug, format: json}\n");

    cr_expect_str_eq(c->file, "warren.yaml");
    cr_expect_str_eq(c->http.listen, "0.0.0.0:80");
    cr_expect(c->http.allow_unauthenticated);
    cr_expect_str_eq(c->http.origins[0], "https://a.example");
    cr_expect_str_eq(c->http.origins[1], "http://b.example:8080");
    cr_expect_null(c->http.origins[2]);
    cr_expect_eq(c->http.max_connections, 50);
    cr_expect_str_eq(c->store.path, "/srv/w");
    cr_expect_eq(c->store.max_bytes, 1500000000);
    cr_expect(c->store.max_percent == 12.5);
    cr_expect_eq(c->store.min_free_bytes, 0);
    cr_expect_str_eq(c->plugins.folder, "/opt/p");
    cr_expect_str_eq(c->log.level, "debug");
    cr_expect_str_eq(c->log.format, "json");
    config_free(c);
}

Test(config, empty_files_and_sections_are_fine)
{
    for (const char *const *yaml = (const char *const[]){"", "---\n", "# nothing\n", "http:\n",
             "http: {}\nstore: ~\ndevices:\n", NULL};
         *yaml; yaml++)
        config_free(taken(*yaml));
}

Test(config, a_file_that_says_nothing_is_told_from_one_that_does)
{
    const struct {
        const char *yaml;
        bool blank;
    } rows[] = {{"", true}, {" \n\n", true}, {"# {nothing: here}\n", true}, {"---\n", true},
        {"{}\n", true}, {"devices: {}\n", false}, {"http:\n", false}};

    for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
        struct config *c = taken(rows[i].yaml);

        cr_expect_eq(c->blank, rows[i].blank, "\"%s\"", rows[i].yaml);
        config_free(c);
    }
}

Test(config, a_wrong_value_names_line_key_and_what_was_expected)
{
    cr_expect_str_eq(refused("http:\n  listen: abc\n"),
        "warren.yaml:2:11: http.listen: expected address:port, got \"abc\"\n");
    cr_expect_str_eq(refused("http:\n  listen: [1]\n"),
        "warren.yaml:2:11: http.listen: expected text, got a list\n");
    cr_expect_str_eq(refused("http:\n  listen:\n"),
        "warren.yaml:2:10: http.listen: expected a value, got nothing (\"\" is an empty text)\n");
    cr_expect_str_eq(refused("http: {listen: {a: b}}\n"),
        "warren.yaml:1:16: http.listen: expected a value, got a map of further keys\n");
    cr_expect_str_eq(refused("http:\n\n  max_connections: lots\n"),
        "warren.yaml:3:20: http.max_connections: expected an integer from 8 to 65535, got "
        "\"lots\"\n");
    cr_expect_str_eq(refused("store: {max_percent: 101}\n"),
        "warren.yaml:1:22: store.max_percent: expected a number from 0 to 100 %, got 101\n");
    cr_expect_str_eq(refused("store: {max_bytes: much}\n"),
        "warren.yaml:1:20: store.max_bytes: expected a size such as 500MB or 10GiB, got "
        "\"much\"\n");
    cr_expect_str_eq(refused("log: {level: inof}\n"),
        "warren.yaml:1:14: log.level: expected one of debug, info, warning, error, got \"inof\", "
        "did you mean \"info\"?\n");
}

Test(config, an_unknown_key_is_an_error_with_a_guess)
{
    cr_expect_str_eq(refused("http:\n  lisen: 1\n"),
        "warren.yaml:2:3: http.lisen: is not known, did you mean \"listen\"?\n");
    cr_expect_str_eq(
        refused("http:\n  banana: 1\n"), "warren.yaml:2:3: http.banana: is not known\n");
    cr_expect_str_eq(refused("sotre:\n  path: x\n"),
        "warren.yaml:1:1: sotre: is not known, did you mean \"store\"?\n");
    cr_expect_str_eq(
        refused("device:\n"), "warren.yaml:1:1: device: is not known, did you mean \"devices\"?\n");
    cr_expect_str_eq(
        refused("log:\n  level.x: 1\n"), "warren.yaml:2:3: log.level.x: is not known\n");
    cr_expect_str_eq(refused("http:\n  listen_file: x\n"),
        "warren.yaml:2:3: http.listen_file: is not known\n", "only secrets are read from files");
}

Test(config, a_section_is_a_map)
{
    cr_expect_str_eq(
        refused("http: 8080\n"), "warren.yaml:1:7: http: expected a map of keys, got a text\n");
    cr_expect_str_eq(
        refused("store: [a]\n"), "warren.yaml:1:8: store: expected a map of keys, got a list\n");
    cr_expect_str_eq(refused("- http\n"),
        "warren.yaml:1:1: expected a map of sections (http:, store:, devices: …)\n");
    cr_expect_str_eq(refused("just text\n"),
        "warren.yaml:1:1: expected a map of sections (http:, store:, devices: …)\n");
}

Test(config, syntax_and_duplicates_are_told_with_their_line)
{
    cr_expect_str_eq(refused("http:\n\tlisten: 1\n"),
        "warren.yaml:2:1: indented by a tab: YAML takes spaces only\n");
    cr_expect_str_eq(refused("log:\n  level: info\n  level: debug\n"),
        "warren.yaml:3:3: \"level\" is there twice, first in line 2\n");
}

Test(config, lists_are_checked_element_by_element)
{
    cr_expect_str_eq(refused("http:\n  origins: [https://a.example/]\n"),
        "warren.yaml:2:12: http.origins: expected origins such as https://warren.example or "
        "http://10.0.0.5:8080, got "
        "\"https://a.example/\"\n");
    cr_expect_str_eq(refused("http:\n  origins:\n    - ftp://a\n"),
        "warren.yaml:3:5: http.origins: expected origins such as https://warren.example or "
        "http://10.0.0.5:8080, got "
        "\"ftp://a\"\n");
    cr_expect_str_eq(refused("http:\n  origins:\n    - [x]\n"),
        "warren.yaml:3:7: http.origins: expected a text in this list\n");
    cr_expect_str_eq(refused("http:\n  origins: ['a,b']\n"),
        "warren.yaml:2:13: http.origins: an element of a list must not be empty or have a comma in "
        "it\n");
}

Test(config, all_mistakes_are_told_at_once)
{
    const char *text = refused("http:\n  listen: abc\n  lisen: 1\nlog:\n  level: x\n");

    cr_expect_str_eq(text,
        "warren.yaml:2:11: http.listen: expected address:port, got \"abc\"\n"
        "warren.yaml:3:3: http.lisen: is not known, did you mean \"listen\"?\n"
        "warren.yaml:5:10: log.level: expected one of debug, info, warning, error, got \"x\"\n");
}

Test(config, so_many_mistakes_are_counted)
{
    char yaml[4096] = "http:\n", line[32];
    const char *text;

    for (int i = 0; i < CONFIG_MAX_PROBLEMS + 7; i++) {
        snprintf(line, sizeof line, "  zzzz%d: 1\n", i);
        strcat(yaml, line);
    }
    text = refused(yaml);
    cr_expect_not_null(strstr(text, "… and 7 more\n"));
}

Test(config, a_file_that_cannot_be_read_is_one_problem)
{
    struct config *c = NULL;
    struct config_problems p;

    cr_expect_eq(config_load("/nonexistent/warren.yaml", &c, &p), -ENOENT);
    cr_expect_str_eq(
        printed(&p), "/nonexistent/warren.yaml: cannot be read: No such file or directory\n");
    config_problems_fini(&p);
    cr_expect_eq(config_load("/", &c, &p), -EINVAL);
    cr_expect_str_eq(printed(&p), "/: is not a regular file\n");
    config_problems_fini(&p);
    cr_expect_null(c);
}

Test(config, a_file_that_is_too_large_is_refused)
{
    char path[] = "/tmp/test-config-XXXXXX";
    int fd = mkstemp(path);
    struct config *c = NULL;
    struct config_problems p;

    cr_assert_eq(ftruncate(fd, CONFIG_MAX_FILE_BYTES + 1), 0);
    cr_expect_eq(config_load(path, &c, &p), -E2BIG);
    cr_expect(strstr(printed(&p), ": is larger than 1048576 bytes\n"), "%s", printed(&p));
    config_problems_fini(&p);
    close(fd);
    unlink(path);
}

Test(config, listen_is_an_address_and_a_port)
{
    static const struct {
        const char *text, *address;
        uint16_t port;
    } good[] = {
        {"127.0.0.1:8080", "127.0.0.1", 8080},
        {"0.0.0.0:0", "0.0.0.0", 0},
        {"[::1]:80", "::1", 80},
        {"[::]:65535", "::", 65535},
        {"localhost:9", "127.0.0.1", 9},
        {"8080", "127.0.0.1", 8080},
    };
    static const char *const bad[] = {"", "abc", ":8080", "::1:80", "[::1]", "[::1:80", "::1]:80",
        "[]:80", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1:8x",
        "1.2.3:80", "example.org:80", "[127.0.0.1]:80", "[:80", "]:80",
        "[00000000000000000000000000000000000000000000000000::]:1"};
    char address[64];
    uint16_t port;

    for (size_t i = 0; i < N_ELEMENTS(good); i++) {
        cr_expect_eq(config_split_listen(good[i].text, address, sizeof address, &port), 0, "%s",
            good[i].text);
        cr_expect_str_eq(address, good[i].address);
        cr_expect_eq(port, good[i].port);
    }
    for (size_t i = 0; i < N_ELEMENTS(bad); i++)
        cr_expect_eq(
            config_split_listen(bad[i], address, sizeof address, &port), -EINVAL, "%s", bad[i]);
    cr_expect_eq(
        config_split_listen("127.0.0.1:80", address, 9, &port), -EINVAL, "the address must fit");
}
