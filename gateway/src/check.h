/* check.h - `warren check`: reads the configuration as the gateway would, loads the drivers it
 * names, and tells every problem with file, line and key. */
#pragma once

/* 0: no errors; 1: errors, printed one per line. Starts no device and listens nowhere. */
int check(const char *config_file);
