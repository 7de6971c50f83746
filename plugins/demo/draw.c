/* draw.c - draws the demo camera's pictures at build time and writes them as C. Not part of the
 * driver: that one needs no codec.
 *
 * A loop of FRAMES pictures of hills, a sun or moon and a ball that jumps through; once by day and
 * once by night. The last picture leads to the first. There is texture everywhere, so that motion
 * detection has something to see.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "pictures.h"

#define WIDTH DEMO_WIDTH
#define HEIGHT DEMO_HEIGHT
#define FRAMES DEMO_FRAMES
#define QUALITY 60

struct colour {
    double r, g, b;
};

/* The same every time, so that builds are reproducible. */
static double grain(int x, int y)
{
    uint32_t h = (uint32_t)x * 374761393u + (uint32_t)y * 668265263u;

    h = (h ^ (h >> 13)) * 1274126177u;
    return (double)((h ^ (h >> 16)) & 0xFF) / 255.0 - 0.5;
}

static double hill(int x)
{
    return 150 + 22 * sin(x * 0.021 + 1) + 9 * sin(x * 0.063);
}

static struct colour landscape(int x, int y)
{
    double t = (double)y / HEIGHT,
           stripes = 14 * sin(x * 0.3 + y * 0.12) + 10 * grain(x / 3, y / 3);

    if (y < hill(x))
        return (struct colour){110 + 90 * t, 160 + 60 * t, 235};
    return (struct colour){70 + stripes, 140 + stripes - 60 * (t - 0.6), 60 + stripes / 2};
}

static void disc(struct colour *c, double x, double y, double r, struct colour with)
{
    double d = r - sqrt(x * x + y * y), a = d <= -0.5 ? 0 : d >= 0.5 ? 1 : d + 0.5;

    *c = (struct colour){
        c->r + a * (with.r - c->r), c->g + a * (with.g - c->g), c->b + a * (with.b - c->b)};
}

static double ball_x_at(double phase)
{
    return 40 + 240 * (phase < 0.5 ? 2 * phase : 2 - 2 * phase);
}

static double ball_y_at(double phase)
{
    return 185 - 75 * fabs(sin(4 * M_PI * phase));
}

static struct colour pixel(int x, int y, double phase, int night)
{
    double turn = 2 * M_PI * phase;
    double ball_x = ball_x_at(phase), ball_y = ball_y_at(phase);
    double ball_light = 20 * ((int)floor((x - ball_x) / 6 + (y - ball_y) / 6 + 40) % 2);
    struct colour c = landscape(x, y);

    disc(&c, x - ball_x, (y - 208) * 4, 20, (struct colour){40, 70, 40});
    if (night)
        c = (struct colour){c.r * 0.10 + 4, c.g * 0.10 + 4, c.b * 0.14 + 10};
    disc(&c, x - (160 + 120 * sin(turn)), y - (45 - 15 * cos(turn)), 17,
        night ? (struct colour){205, 210, 225} : (struct colour){255, 225, 120});
    disc(&c, x - ball_x, y - ball_y, 19,
        (struct colour){(night ? 90 : 200) + ball_light, 60 + ball_light, 50});
    return c;
}

static uint8_t byte(double v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

static unsigned long encode(int frame, int night, unsigned char **ret)
{
    struct jpeg_compress_struct j;
    struct jpeg_error_mgr errors;
    unsigned long n = 0;
    uint8_t row[WIDTH * 3], *rows[] = {row};

    j.err = jpeg_std_error(&errors);
    jpeg_create_compress(&j);
    jpeg_mem_dest(&j, ret, &n);
    j.image_width = WIDTH;
    j.image_height = HEIGHT;
    j.input_components = 3;
    j.in_color_space = JCS_RGB;
    jpeg_set_defaults(&j);
    jpeg_set_quality(&j, QUALITY, TRUE);
    j.optimize_coding = TRUE;
    jpeg_start_compress(&j, TRUE);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            struct colour c = pixel(x, y, (double)frame / FRAMES, night);
            row[x * 3] = byte(c.r);
            row[x * 3 + 1] = byte(c.g);
            row[x * 3 + 2] = byte(c.b);
        }
        jpeg_write_scanlines(&j, rows, 1);
    }
    jpeg_finish_compress(&j);
    jpeg_destroy_compress(&j);
    return n;
}

static void write_bytes(FILE *f, const unsigned char *bytes, unsigned long n)
{
    for (unsigned long i = 0; i < n; i++)
        fprintf(f, "%u,%s", bytes[i], i % 40 == 39 ? "\n" : "");
}

int main(int argc, char **argv)
{
    FILE *f = argc > 1 ? fopen(argv[1], "w") : stdout;
    unsigned long ends[2][FRAMES], end = 0;

    if (!f) {
        perror(argv[1]);
        return 1;
    }
    fputs("/* Made by draw.c. */\n#include \"pictures.h\"\n\nconst uint8_t demo_bytes[] = {\n", f);
    for (int night = 0; night < 2; night++) {
        for (int i = 0; i < FRAMES; i++) {
            unsigned char *jpeg = NULL;
            unsigned long n = encode(i, night, &jpeg);
            write_bytes(f, jpeg, n);
            free(jpeg);
            ends[night][i] = end += n;
        }
    }
    fputs("};\n\nconst uint32_t demo_ends[2][DEMO_FRAMES] = {\n", f);
    for (int night = 0; night < 2; night++) {
        fputs("{", f);
        for (int i = 0; i < FRAMES; i++)
            fprintf(f, "%lu,", ends[night][i]);
        fputs("},\n", f);
    }
    fputs("};\n\nconst int32_t demo_ball[DEMO_FRAMES][2] = {\n", f);
    for (int i = 0; i < FRAMES; i++)
        fprintf(f, "{%.0f,%.0f},", 256 * ball_x_at((double)i / FRAMES),
            256 * ball_y_at((double)i / FRAMES));
    fputs("};\n", f);
    return fclose(f) != 0;
}
