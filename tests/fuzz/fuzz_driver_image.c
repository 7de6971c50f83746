#include <stdlib.h>
#include <string.h>

#include "device/driver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The image is given in an allocation of its very size, so that a read past its end is seen. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct driver_head head;
    struct error e = ERROR_NULL;
    uint8_t *image = malloc(n > 0 ? n : 1);

    if (!image)
        return 0;
    memcpy(image, data, n);
    if (driver_image_check(image, n, &head, &e) < 0 && !e.text[0])
        abort();
    free(image);
    return 0;
}
