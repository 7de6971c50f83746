/* Debian's newlib declares this pointer constant, ESP-IDF's own header declares it again as it is in Espressif's newlib. */
#define _global_impure_ptr newlib_global_impure_ptr
#include_next <sys/reent.h>
#undef _global_impure_ptr
