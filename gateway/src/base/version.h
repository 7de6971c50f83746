/* version.h - what this is; WARREN_VERSION comes from meson.build. */
#pragma once

#ifndef WARREN_VERSION
#error "the build names the version"
#endif
