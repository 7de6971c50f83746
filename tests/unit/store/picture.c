#include "picture.h"

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

static void paint(uint8_t *row, unsigned width, unsigned y, unsigned seed)
{
    for (unsigned x = 0; x < width; x++) {
        row[3 * x] = (uint8_t)(x * 255 / width + seed);
        row[3 * x + 1] = (uint8_t)(y + seed * 7);
        row[3 * x + 2] = (uint8_t)((x ^ y) * 3 + seed * 13);
    }
}

uint8_t *picture_make(unsigned width, unsigned height, unsigned seed, size_t *ret_n)
{
    struct jpeg_compress_struct j;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long n = 0;
    uint8_t *row = malloc(3 * (size_t)width);

    j.err = jpeg_std_error(&errors);
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, &bytes, &n);
    j.image_width = width;
    j.image_height = height;
    j.input_components = 3;
    j.in_color_space = JCS_RGB;
    jpeg_set_defaults(&j);
    jpeg_set_quality(&j, 85, TRUE);
    jpeg_start_compress(&j, TRUE);
    while (j.next_scanline < height) {
        JSAMPROW rows = row;

        paint(row, width, j.next_scanline, seed);
        jpeg_write_scanlines(&j, &rows, 1);
    }
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    free(row);
    *ret_n = n;
    return bytes;
}
