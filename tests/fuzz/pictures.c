/* pictures.c: picture files of every format that the program reads, through GEGL and its libraries.
 * SPDX-License-Identifier: Apache-2.0
 *
 * libjpeg ends the program at fatal errors. The program reports that in an exit handler; here, exit returns to the harness. What
 * GEGL held is then lost, so long runs are many short ones (run.sh). */
#include <dlfcn.h>
#include <fcntl.h>
#include <gegl.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>
#include "engine/program/pictures/picture.h"
#include "tests/fuzz/support.h"

/* Larger pictures are loaded, but not read again. */
#define PIXELS_MAX (1 << 20)

static jmp_buf  back;
static gboolean loading;
static int      errors; /* the true stderr: the one at hand is silenced while a picture is loaded */

void __sanitizer_set_report_fd (void *file) __attribute__ ((weak));

/* In place of the C library's, for everything in this process. */
void
exit (int status)
{
  void (*leave) (int) = (void (*) (int)) dlsym (RTLD_NEXT, "exit");

  if (loading)
    longjmp (back, 1);
  leave (status);
  abort ();
}

/* Which of the first files are open, as bits. */
static guint64
open_files (void)
{
  guint64 files = 0;

  for (int i = 0; i < 64; i++)
    files |= (guint64) (fcntl (i, F_GETFD) >= 0) << i;
  return files;
}

static void
close_new_files (guint64 before)
{
  const guint64 now = open_files ();

  for (int i = 0; i < 64; i++)
    if ((now & ~before) >> i & 1)
      close (i);
}

void
fuzz_prepare (void)
{
  gegl_init (NULL, NULL);
  g_object_set (gegl_config (), "use-opencl", FALSE, "threads", 1, "swap", "RAM", NULL);
  g_assert_true (gegl_has_operation ("gegl:png-load")); /* GEGL looks through all of its operations now */
  errors = dup (STDERR_FILENO);
  if (__sanitizer_set_report_fd)
    __sanitizer_set_report_fd ((void *) (gintptr) errors);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR); /* libraries' complaints are what the program reports */
}

static void
read_pixels (GeglBuffer *buffer)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (buffer);
  const Babl          *format = gegl_buffer_get_format (buffer);
  const gsize          pixels = (gsize) extent->width * (gsize) extent->height;
  g_autofree guint8   *bytes  = pixels <= PIXELS_MAX ? g_malloc (pixels * (gsize) babl_format_get_bytes_per_pixel (format))
                                                     : NULL;

  g_assert_true (extent->width > 0 && extent->height > 0);
  if (bytes)
    gegl_buffer_get (buffer, extent, 1.0, format, bytes, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  static char       *path; /* what runs at exit may still name it */
  g_autoptr (GError) error    = NULL;
  GeglBuffer *volatile buffer = NULL;
  guint64 volatile files;

  files = open_files ();
  if (!path)
    path = fuzz_path ("picture");
  fuzz_write (path, bytes, size);
  if (setjmp (back) == 0)
    {
      FddmStamp stamp;

      loading = TRUE;
      buffer  = fddm_picture_load (path, &stamp, &error);
      loading = FALSE;
      g_assert_true ((buffer == NULL) == (error != NULL));
      if (buffer)
        read_pixels (buffer);
      g_clear_object (&buffer);
    }
  else
    {
      loading = FALSE;
      dup2 (errors, STDERR_FILENO);
      close_new_files (files);
    }
  return 0;
}
