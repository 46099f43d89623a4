/* pictures.c: picture files of every format that the program reads.
 * SPDX-License-Identifier: Apache-2.0
 *
 * GEGL loads no operations, which keep what they allocate, so that leaks are found. OpenEXR and JPEG 2000, which it reads, are
 * fuzzed with GEGL_PATH set to the folder of its operations and detect_leaks=0. */
#include <gegl.h>
#include <unistd.h>
#include "engine/program/pictures/picture.h"
#include "tests/fuzz/support.h"

/* Larger pictures are loaded, but not read again. */
#define PIXELS_MAX (1 << 20)

void __sanitizer_set_report_fd (void *file) __attribute__ ((weak));

/* Reports of a sanitizer go to the true stderr: what GEGL loads is silenced meanwhile. What libraries complain of is what the
 * program reports, so it is not fatal. */
void
fuzz_prepare (void)
{
  g_setenv ("GEGL_PATH", "", FALSE);
  gegl_init (NULL, NULL);
  g_object_set (gegl_config (), "use-opencl", FALSE, "threads", 1, "swap", "RAM", NULL);
  (void) gegl_has_operation ("gegl:nop"); /* GEGL looks through all of its operations now */
  if (__sanitizer_set_report_fd)
    __sanitizer_set_report_fd ((void *) (gintptr) dup (STDERR_FILENO));
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
}

static void
read_pixels (GeglBuffer *buffer)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (buffer);
  const Babl          *format = gegl_buffer_get_format (buffer);
  const gsize          pixels = (gsize) extent->width * (gsize) extent->height;
  g_autofree guint8   *bytes  = NULL;

  g_assert_true (extent->width > 0 && extent->height > 0);
  if (pixels > PIXELS_MAX)
    return;
  bytes = g_malloc (pixels * (gsize) babl_format_get_bytes_per_pixel (format));
  gegl_buffer_get (buffer, extent, 1.0, format, bytes, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autofree char           *path   = fuzz_path ("picture");
  g_auto (FddmPictureOrigin) origin = { 0 };
  g_autoptr (GError)         error  = NULL;
  g_autoptr (GeglBuffer)     buffer = NULL;

  fuzz_write (path, bytes, size);
  buffer = fddm_picture_load (&origin, path, &error);
  g_assert_true ((buffer == NULL) == (error != NULL));
  if (buffer)
    read_pixels (buffer);
  return 0;
}
