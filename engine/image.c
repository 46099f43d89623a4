/* image.c: pixels in memory as source and sink.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/fddm.h"
#include "kernels/pixels/pixels.h"

static gboolean
image_read (gpointer data, int x, int y, int width, int height, float *pixels, GError **error G_GNUC_UNUSED)
{
  const FddmImage *image = data;

  fddm_pixels_copy (image->pixels + y * image->row_stride + x * image->pixel_stride, image->row_stride, image->pixel_stride,
                    pixels, (gsize) width * image->channels, image->channels, width, height, image->channels);
  return TRUE;
}

static gboolean
image_write (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error G_GNUC_UNUSED)
{
  FddmImage *image = data;

  fddm_pixels_copy (pixels, (gsize) width * image->channels, image->channels,
                    image->pixels + y * image->row_stride + x * image->pixel_stride, image->row_stride, image->pixel_stride,
                    width, height, image->channels);
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
