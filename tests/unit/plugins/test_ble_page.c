/* The page's tables are the driver's. */
#include <criterion/criterion.h>

#include "ble.h"
#include "page.h"

static const struct wr_driver *driver(void)
{
    return plugin("ble-batch-camera");
}

Test(ble_page, has_every_option_with_its_default)
{
    page_has_options(page_section(PAGE, "**Options**", "**Settings**"), driver()->options);
}

Test(ble_page, has_every_setting_with_its_range)
{
    page_has_settings(
        page_section(PAGE, "**Settings**", "**Commands**"), driver()->kinds[0].settings);
}

Test(ble_page, has_every_command_event_and_attribute)
{
    const struct wr_kind *kind = &driver()->kinds[0];

    page_has_commands(page_section(PAGE, "**Commands**", "**Events**"), kind);
    page_has_events(page_section(PAGE, "**Events**", "**Attributes**"), kind->topics);
    page_has_attributes(page_section(PAGE, "**Attributes**", NULL), kind->attributes);
}
