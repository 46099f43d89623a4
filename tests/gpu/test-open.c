/* test-open.c: the GPU module opens a device or says in words why not; on a machine without a driver it says just that.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <glib.h>
#include "kernels/backend.h"

static const char *module_dir;

static const FddmBackend *
module (void)
{
  g_autoptr (GError) error   = NULL;
  const FddmBackend *backend = fddm_backend_gpu (module_dir, &error);

  g_assert_no_error (error);
  g_assert_nonnull (backend);
  return backend;
}

static void
test_table_is_whole (void)
{
  const FddmBackend *backend = module ();
  const gpointer    *entries = (const gpointer *) &backend->open;
  /* NULL in a backend that does not need them. */
  const gconstpointer optional[] = { &backend->beside,     &backend->listen,       &backend->attention_bytes,
                                     &backend->watch,      &backend->exactly,      &backend->chain_prepare,
                                     &backend->chain_band, &backend->flow_prepare, &backend->flow_band };

  g_assert_cmpint (backend->abi, ==, FDDM_BACKEND_ABI);
  g_assert_cmpstr (backend->name, ==, "GPU");
  for (gsize i = 0; i < (sizeof *backend - G_STRUCT_OFFSET (FddmBackend, open)) / sizeof (gpointer); i++)
    {
      gboolean needed = TRUE;

      for (gsize k = 0; k < G_N_ELEMENTS (optional); k++)
        needed = needed && &entries[i] != optional[k];
      g_assert_true (!needed || entries[i] != NULL);
    }
}

static void
test_open_gives_a_device_or_a_reason (void)
{
  g_autoptr (GError) error   = NULL;
  FddmDeviceOptions  options = { .threads = 0 };
  FddmDevice        *device  = module ()->open (&options, &error);

  if (device == NULL)
    {
      g_assert_true (error->domain == FDDM_KERNEL_ERROR);
      g_assert_cmpint (error->code, !=, FDDM_KERNEL_ERROR_MEMORY);
      g_assert_cmpint (error->code, !=, FDDM_KERNEL_ERROR_FAILED);
      g_assert_cmpstr (error->message, !=, "");
      g_test_message ("not usable: %s", error->message);
      return;
    }
  g_assert_no_error (error);
  g_test_message ("opened: %s", module ()->describe (device));
  g_assert_cmpuint (module ()->available (device), >, 0);
  module ()->close (device);
}

static void
test_missing_driver_is_said (void)
{
  g_autoptr (GError) error   = NULL;
  FddmDeviceOptions  options = { .threads = 0 };
  void              *driver  = dlopen ("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);

  if (driver != NULL)
    {
      dlclose (driver);
      g_test_skip ("there is an NVIDIA driver");
      return;
    }
  g_assert_null (module ()->open (&options, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_DRIVER);
  g_assert_cmpstr (error->message, ==, "no NVIDIA driver");
}

/* With nothing visible, a machine with a GPU says so; one without a driver says that instead. */
static void
test_hidden_devices_are_not_used (void)
{
  g_autoptr (GError) error   = NULL;
  FddmDeviceOptions  options = { .threads = 0 };

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  /* Read by the driver when it starts, which in this process has not happened yet. */
  g_setenv ("CUDA_VISIBLE_DEVICES", "", TRUE);
  g_assert_null (module ()->open (&options, &error));
  if (g_error_matches (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_OLD_DRIVER))
    g_assert_true (g_str_has_prefix (error->message, "the NVIDIA driver is too old"));
  else if (g_error_matches (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_DRIVER))
    g_assert_cmpstr (error->message, ==, "no NVIDIA driver");
  else
    {
      g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_DEVICE);
      g_assert_cmpstr (error->message, ==, "no NVIDIA GPU visible");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* A test that runs itself anew does so without the arguments. */
  if (argc > 1)
    g_setenv ("FDDM_TEST_MODULES", argv[1], TRUE);
  module_dir = g_getenv ("FDDM_TEST_MODULES");
  g_assert_nonnull (module_dir);
  g_test_add_func ("/gpu/open/table", test_table_is_whole);
  g_test_add_func ("/gpu/open/device-or-reason", test_open_gives_a_device_or_a_reason);
  g_test_add_func ("/gpu/open/no-driver", test_missing_driver_is_said);
  g_test_add_func ("/gpu/open/hidden", test_hidden_devices_are_not_used);
  return g_test_run ();
}
