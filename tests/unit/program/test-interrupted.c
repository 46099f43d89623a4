/* test-interrupted.c: pictures whose reading is interrupted are not called damaged.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include <gegl.h>
#include <signal.h>
#include "engine/fddm.h"
#include "engine/gegl-start.h"
#include "engine/program/pictures/picture.h"
#include "engine/program/program.h"

/* Not JPEG XL, HEIC and AVIF: where these are read, the signal ends the program at once. */
static const char *const endings[] = { "png", "tif", "jpg", "ppm", "webp" };

static char *folder;

static char *
file_with (const char *ending)
{
  g_autofree char *name = g_strdup_printf ("a.%s", ending);

  return g_build_filename (folder, name, NULL);
}

static void
write_picture (const char *path)
{
  g_autoptr (GeglBuffer) buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 70, 90), babl_format ("R'G'B' u8"));
  g_autoptr (GError)     error  = NULL;

  g_assert_true (fddm_picture_save (buffer, NULL, path, 0, &error));
  g_assert_no_error (error);
}

/* Each format that can be written here, and turning. The signal came before; it is never forgotten. */
static void
test_reading (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = file_with (endings[i]);

      if (fddm_picture_has_format (path, NULL))
        write_picture (path);
    }
  fddm_cli_catch_signals ();
  raise (SIGINT);
  g_assert_true (fddm_cli_interrupted ());
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char           *path   = file_with (endings[i]);
      g_auto (FddmPictureOrigin) origin = { 0 };
      g_autoptr (GError)         error  = NULL;

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      g_assert_null (fddm_picture_load (&origin, path, &error));
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_CANCELLED);
      g_clear_error (&error);
      if (i == 0)
        {
          g_autoptr (GeglBuffer) buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 70, 90), babl_format ("R'G'B'A u8"));

          g_assert_null (fddm_picture_upright (buffer, &origin, &error));
          g_assert_error (error, FDDM_ERROR, FDDM_ERROR_CANCELLED);
        }
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* The same signal twice is one, as timeout sends it; one that comes later ends the program at once. */
static void
test_again (void)
{
  if (g_test_subprocess ())
    {
      fddm_cli_catch_signals ();
      raise (SIGTERM);
      raise (SIGTERM);
      g_print ("once\n");
      g_usleep (700000);
      raise (SIGTERM);
      g_print ("twice\n");
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stdout ("*once*");
  g_test_trap_assert_stdout_unmatched ("*twice*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp (NULL, NULL);
  fddm_gegl_start (FALSE, g_get_user_cache_dir ());
  g_test_add_func ("/interrupted/again", test_again);
  g_test_add_func ("/interrupted/reading", test_reading);
  return g_test_run ();
}
