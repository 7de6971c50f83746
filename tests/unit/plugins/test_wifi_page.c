/* The page's tables are the driver's. */
#include <criterion/criterion.h>

#include "page.h"
#include "wifi.h"

static const struct wr_driver *driver(void)
{
    return plugin("wifi-debug-camera");
}

Test(wifi_page, has_every_option_with_its_default)
{
    page_has_options(page_section(PAGE, "**Options**", "**Commands**"), driver()->options);
}

Test(wifi_page, has_all_of_the_camera)
{
    const struct wr_kind *camera = &driver()->kinds[0];

    page_has_commands(page_section(PAGE, "**Commands**", "**Settings**"), camera);
    page_has_settings(page_section(PAGE, "**Settings**", "**Events**"), camera->settings);
    page_has_events(page_section(PAGE, "**Events**", "**Attributes**"), camera->topics);
    page_has_attributes(page_section(PAGE, "**Attributes**", "**Pictures**"), camera->attributes);
}
