#include <criterion/criterion.h>
#include <string.h>

#include "firmware/sim/batch_old_config.h"

typedef void (*reader)(const void *text, size_t n, struct batch_config *ret);

static void expect(reader read, const char *text, uint32_t f, unsigned t)
{
    struct batch_config c;

    read(text, strlen(text), &c);
    cr_expect_eq(c.frequency_known ? c.frequency_s : 0, f, "%s: F %u", text, c.frequency_s);
    cr_expect_eq(
        c.threshold_known ? c.threshold_permille : 0, t, "%s: T %u", text, c.threshold_permille);
}

Test(batch_old_config, the_first_generation_looks_at_a_letter_and_skips_one)
{
    reader first = batch_old_config_first;

    expect(first, "F:30,T:80", 30, 800);
    expect(first, "T:12.5,F:7", 7, 125);
    expect(first, "F=7", 7, 0);
    expect(first, "F7", 0, 0);
    expect(first, "F:30, T:50", 30, 0);
    expect(first, "T:9.9,F:0", 0, 0);
    expect(first, "T:95.1,F:-4", 0, 0);
    expect(first, "F:9999999", 9999999, 0);
    expect(first, "Foo,,T", 0, 0);
    expect(first, "", 0, 0);
}

Test(batch_old_config, later_ones_find_a_setting_wherever_it_stands)
{
    reader later = batch_old_config_later;

    expect(later, "F:30,T:80", 30, 800);
    expect(later, " T:2 F:7", 7, 20);
    expect(later, "xxF:30yyT:50", 30, 500);
    expect(later, "F=7,T=50", 0, 0);
    expect(later, "T:1.9", 0, 0);
    expect(later, "F:30                                                       ,T:80", 0, 0);
}

/* What a host writes is read as the same by all, and by ours. */
Test(batch_old_config, every_generation_understands_what_hosts_write)
{
    static const reader readers[] = {
        batch_old_config_first, batch_old_config_later, batch_config_parse};
    const uint32_t frequencies[] = {1, 5, 30, 3599, 86400};
    const uint16_t thresholds[] = {100, 125, 333, 800, 950};

    for (unsigned i = 0; i < 25; i++) {
        struct batch_config c = {.frequency_known = true,
            .threshold_known = true,
            .frequency_s = frequencies[i / 5],
            .threshold_permille = thresholds[i % 5]};
        char text[BATCH_CONFIG_MAX_BYTES + 1] = "";

        batch_config_write(&c, text);
        for (unsigned k = 0; k < 3; k++)
            expect(readers[k], text, c.frequency_s, c.threshold_permille);
    }
}
