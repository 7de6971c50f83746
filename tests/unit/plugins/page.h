/* page.h - a protocol's page against the tables of its driver. */
#pragma once

#include <warren/driver.h>

/* The page from one heading to the next (`to` NULL: to its end); valid until the next call. A page or a heading that is not there is
 * a failure of the test. */
char *page_section(const char *path, const char *from, const char *to);

/* Each row of the section's tables, whose first column has one name in backticks or more, is one of the driver's, and all of the driver's
 * are there. The section is taken apart. */

/* | `key` | default, "required" or "none" | … */
void page_has_options(char *section, const struct wr_param *options);
/* | `key` | <min> to <max> <unit> | …, or what one can choose from */
void page_has_settings(char *section, const struct wr_param *settings);
/* | `name` | `argument` …, of whole numbers also (<default>; <min> to <max>) | … ; of cameras the host's own `capture`, too */
void page_has_commands(char *section, const struct wr_kind *kind);
void page_has_events(char *section, const struct wr_topic *topics);
void page_has_attributes(char *section, const struct wr_attribute *attributes);
