/* The page's tables are the driver's. */
#include <criterion/criterion.h>

#include "page.h"
#include "playground.h"

static const struct wr_driver *driver(void)
{
    return plugin("playground-hub");
}

Test(playground_page, has_every_option_with_its_default)
{
    page_has_options(page_section(PAGE, "**Options**", "**Commands**"), driver()->options);
}

Test(playground_page, has_all_of_the_hub)
{
    const struct wr_kind *hub = &driver()->kinds[0];

    page_has_commands(page_section(PAGE, "**Commands**", "**Events**"), hub);
    page_has_events(page_section(PAGE, "**Events**", "**Attributes**"), hub->topics);
    page_has_attributes(page_section(PAGE, "**Attributes**", "**Modules**"), hub->attributes);
}

Test(playground_page, has_all_of_a_module)
{
    const struct wr_kind *module = &driver()->kinds[1];

    page_has_attributes(
        page_section(PAGE, "**Modules**", "**What a module says**"), module->attributes);
    page_has_events(page_section(PAGE, "**What a module says**", "## "), module->topics);
}
