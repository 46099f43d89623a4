/* develop.h: conversion of pixels for the screen.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* Converts FLOATS in FORMAT to R'G'B' with 8 bits in sRGB, packed. They show PART of the buffer, reduced by STEP in each
 * direction. Transparent pixels of the buffer get a checkerboard. Free with g_free. */
guint8 *fddm_develop_floats (const float *floats, const Babl *format, GeglBuffer *buffer, const GeglRectangle *part,
                             int step);

/* Likewise for the whole buffer: of every STEP rows one is used, of which every STEP pixels are averaged. */
guint8 *fddm_develop_overview (GeglBuffer *buffer, int step);

/* Converts GAIN · (BEFORE − AFTER) to 8 bits around middle gray. N pixels of 1 or 3 CHANNELS. */
guint8 *fddm_develop_removed (const float *before, const float *after, gsize n, int channels, float gain);
