/* The page's tables are the driver's. */
#include <criterion/criterion.h>

#include "page.h"
#include "pi.h"

static const struct wr_driver *driver(void)
{
    return plugin("pi-trigger-camera");
}

Test(pi_page, has_every_option_with_its_default)
{
    page_has_options(page_section(PAGE, "**Options**", "**Commands**"), driver()->options);
}

Test(pi_page, has_every_command_with_its_arguments)
{
    page_has_commands(page_section(PAGE, "**Commands**", "**Events**"), &driver()->kinds[0]);
}

Test(pi_page, has_every_event)
{
    page_has_events(page_section(PAGE, "**Events**", "**Attributes**"), driver()->kinds[0].topics);
}

Test(pi_page, has_every_attribute)
{
    page_has_attributes(page_section(PAGE, "**Attributes**", NULL), driver()->kinds[0].attributes);
}
