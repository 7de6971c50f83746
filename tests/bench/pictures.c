#include "pictures.h"

#include <endian.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

/* The scene is larger than the picture, which moves over it. */
#define SCENE 2
#define OCTAVES 7

/* A number from 0 to 1 for each point of a grid, the same in every run. */
static float noise_at(uint32_t x, uint32_t y, uint32_t octave)
{
    uint32_t h = x * 374761393u + y * 668265263u + octave * 2246822519u;

    h = (h ^ (h >> 13)) * 1274126177u;
    return (float)((h ^ (h >> 16)) & 0xffff) / 65535.0f;
}

static float noise_smooth(float x, float y, uint32_t octave)
{
    uint32_t x0 = (uint32_t)x, y0 = (uint32_t)y;
    float fx = x - (float)x0, fy = y - (float)y0;
    float top = noise_at(x0, y0, octave) * (1 - fx) + noise_at(x0 + 1, y0, octave) * fx;
    float bottom = noise_at(x0, y0 + 1, octave) * (1 - fx) + noise_at(x0 + 1, y0 + 1, octave) * fx;

    return top * (1 - fy) + bottom * fy;
}

static uint8_t scene_at(unsigned x, unsigned y, uint32_t channel)
{
    float sum = 0, weights = 0;

    for (uint32_t o = 0; o < OCTAVES; o++) {
        float size = (float)(256u >> o), weight = powf(size, 0.7f);

        sum += weight * noise_smooth((float)x / size, (float)y / size, o * 3 + channel);
        weights += weight;
    }
    return (uint8_t)(255.0f * sum / weights);
}

static uint8_t *scene_draw(unsigned width, unsigned height)
{
    uint8_t *scene = malloc((size_t)width * height * 3);

    for (unsigned y = 0; scene && y < height; y++)
        for (unsigned x = 0; x < width; x++)
            for (uint32_t c = 0; c < 3; c++)
                scene[((size_t)y * width + x) * 3 + c] = scene_at(x, y, c);
    return scene;
}

/* What the camera sees at step i of the loop: the scene from a place on a circle, and something that passes by. */
static void look(const uint8_t *scene, unsigned width, unsigned height, unsigned i, uint8_t *rgb)
{
    double angle = 2 * M_PI * i / PICTURES_N;
    unsigned x = (unsigned)(width / 2 + width / 4 * cos(angle)),
             y = (unsigned)(height / 2 + height / 4 * sin(angle));
    unsigned left = i * (width - 60) / PICTURES_N;

    for (unsigned row = 0; row < height; row++) {
        memcpy(rgb + (size_t)row * width * 3, scene + (((size_t)y + row) * width * SCENE + x) * 3,
            (size_t)width * 3);
        if (row >= height / 4 && row < height / 4 + 60)
            memset(rgb + ((size_t)row * width + left) * 3, 220, 60 * 3);
    }
}

static void encode(const uint8_t *rgb, unsigned width, unsigned height, int quality, uint8_t **ret,
    unsigned long *ret_n)
{
    static const uint8_t comment[16] = "FANB";
    struct jpeg_compress_struct c = {0};
    struct jpeg_error_mgr errors;

    c.err = jpeg_std_error(&errors);
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, ret, ret_n);
    c.image_width = width;
    c.image_height = height;
    c.input_components = 3;
    c.in_color_space = JCS_RGB;
    jpeg_set_defaults(&c);
    jpeg_set_quality(&c, quality, TRUE);
    c.write_JFIF_header = FALSE; /* so that the comment is the first */
    jpeg_start_compress(&c, TRUE);
    jpeg_write_marker(&c, JPEG_COM, comment, sizeof comment);
    while (c.next_scanline < height)
        jpeg_write_scanlines(
            &c, &(JSAMPROW){(JSAMPROW)rgb + (size_t)c.next_scanline * width * 3}, 1);
    jpeg_finish_compress(&c);
    jpeg_destroy_compress(&c);
}

/* The quality whose picture is the largest that is not larger than `bytes`. */
static struct picture encode_to_size(
    const uint8_t *rgb, unsigned width, unsigned height, size_t bytes)
{
    struct picture best = {0};

    for (int low = 2, high = 98; low <= high;) {
        int quality = (low + high) / 2;
        uint8_t *jpeg = NULL;
        unsigned long n = 0;

        encode(rgb, width, height, quality, &jpeg, &n);
        if (n <= bytes || !best.jpeg) {
            free(best.jpeg);
            best = (struct picture){jpeg, n};
        } else {
            free(jpeg);
        }
        if (n <= bytes)
            low = quality + 1;
        else
            high = quality - 1;
    }
    return best;
}

bool pictures_draw(
    struct picture pictures[static PICTURES_N], unsigned width, unsigned height, size_t bytes)
{
    uint8_t *scene = scene_draw(width * SCENE, height * SCENE),
            *rgb = malloc((size_t)width * height * 3);
    bool ok = scene && rgb;

    for (unsigned i = 0; ok && i < PICTURES_N; i++) {
        look(scene, width, height, i, rgb);
        pictures[i] = encode_to_size(rgb, width, height, bytes);
        ok = pictures[i].jpeg && pictures[i].n > PICTURE_STAMP_END;
    }
    free(scene);
    free(rgb);
    return ok;
}

void pictures_free(struct picture pictures[static PICTURES_N])
{
    for (unsigned i = 0; i < PICTURES_N; i++)
        free(pictures[i].jpeg);
}

void picture_stamp(uint8_t *jpeg, uint64_t ns, uint32_t number)
{
    ns = htobe64(ns);
    number = htobe32(number);
    memcpy(jpeg + 10, &ns, sizeof ns);
    memcpy(jpeg + 18, &number, sizeof number);
}

bool picture_read_stamp(const uint8_t *jpeg, uint64_t *ret_ns, uint32_t *ret_number)
{
    if (memcmp(jpeg + 6, "FANB", 4) != 0)
        return false;
    memcpy(ret_ns, jpeg + 10, sizeof *ret_ns);
    memcpy(ret_number, jpeg + 18, sizeof *ret_number);
    *ret_ns = be64toh(*ret_ns);
    *ret_number = be32toh(*ret_number);
    return true;
}
