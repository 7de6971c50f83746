/* png_codec.h - rows of pixels to a PNG, by libpng. Pure: for any thread. */
#pragma once

#include "picture.h"

int png_encode_rows(const struct picture_rows *rows);
