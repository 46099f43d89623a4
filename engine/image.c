/* image.c: pixels in memory as source and sink.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/fddm.h"
#include "kernels/pixels/pixels.h"

static FddmStrides
strides_of (const FddmImage *image)
{
  return (FddmStrides) { .row = image->row_stride, .pixel = image->pixel_stride };
}

static float *
pixel_at (const FddmImage *image, int x, int y)
{
  return image->pixels + y * image->row_stride + x * image->pixel_stride;
}

static gboolean
image_read (gpointer data, int x, int y, int width, int height, float *pixels, GError **error G_GNUC_UNUSED)
{
  const FddmImage *image = data;

  fddm_pixels_copy (pixel_at (image, x, y), strides_of (image), pixels, fddm_strides_packed (width, image->channels), width,
                    height, image->channels);
  return TRUE;
}

static gboolean
image_write (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error G_GNUC_UNUSED)
{
  const FddmImage *image = data;

  fddm_pixels_copy (pixels, fddm_strides_packed (width, image->channels), pixel_at (image, x, y), strides_of (image), width,
                    height, image->channels);
  return TRUE;
}

FddmSource
fddm_image_source (const FddmImage *image)
{
  return (FddmSource) {
    .width = image->width, .height = image->height, .channels = image->channels, .read = image_read, .data = (gpointer) image
  };
}

FddmSink
fddm_image_sink (FddmImage *image)
{
  return (FddmSink) { .write = image_write, .data = image };
}
