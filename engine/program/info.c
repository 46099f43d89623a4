/* info.c: fddm info; measure.c has fddm info PICTURE
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "kernels/backend.h"
#include "engine/program/program.h"

#ifndef FDDM_VERSION
#define FDDM_VERSION "unknown"
#endif

/* ---- Devices ---- */

typedef struct {
  const char *kind;        /* "gpu", "cpu"                                 */
  char       *description; /* name, or the reason for which it is unusable */
  gboolean    usable;
} Device;

static Device
look_at_device (const char *kind, const FddmBackend *backend, const FddmCliOptions *options, GError *reason)
{
  FddmDeviceOptions device_options = { .threads = options->context.threads };
  const gboolean    looks          = backend && backend->look; /* at a GPU, without opening it */
  FddmDevice       *device         = backend && !looks ? backend->open (&device_options, &reason) : NULL;
  char             *found          = looks ? backend->look (&device_options, &reason) : NULL;
  Device            result         = { .kind = kind, .usable = device || found };

  if (device)
    {
      found = g_strdup (backend->describe (device));
      backend->close (device);
    }
  result.description = found ? found : g_strdup (reason ? reason->message : _ ("unknown"));
  g_clear_error (&reason);
  return result;
}

/* Describes first the GPU, then the CPU. */
static void
look_at_devices (const FddmCliOptions *options, Device devices[2])
{
  GError            *reason = NULL;
  const FddmBackend *gpu    = fddm_backend_gpu (options->module_dir, &reason);

  devices[0] = look_at_device ("gpu", gpu, options, reason);
  devices[1] = look_at_device ("cpu", &fddm_backend_cpu, options, NULL);
}

/* ---- Weights ---- */

typedef struct {
  char        *path;
  char        *name;    /* what --weights and --model take */
  FddmWeights *weights; /* NULL if damaged */
  char        *problem;
} Found;

static void
found_free (gpointer data)
{
  Found *found = data;

  g_free (found->path);
  g_free (found->name);
  g_clear_pointer (&found->weights, fddm_weights_unref);
  g_free (found->problem);
  g_free (found);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
look_into_folder (const char *folder, GHashTable *seen, GPtrArray *all)
{
  g_autoptr (GDir)      dir   = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char           *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".safetensors"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, by_name);
  for (guint i = 0; i < names->len; i++)
    if (g_hash_table_add (seen,
                          g_strdup (names->pdata[i]))) /* otherwise hidden by a file of the same name in an earlier folder */
      {
        g_autoptr (GError) error = NULL;
        Found             *found = g_new0 (Found, 1);

        found->path    = g_build_filename (folder, names->pdata[i], NULL);
        found->weights = fddm_weights_open (found->path, &error);
        found->problem = error ? g_strdup (error->message) : NULL;
        g_ptr_array_add (all, found);
      }
}

static GPtrArray *
look_for_weights (char **folders)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray             *all  = g_ptr_array_new_with_free_func (found_free);

  for (int i = 0; folders[i]; i++)
    look_into_folder (folders[i], seen, all);
  for (guint i = 0; i < all->len; i++)
    {
      Found *found = all->pdata[i];

      found->name = fddm_weights_name (found->path, (const char *const *) folders);
    }
  return all;
}

/* ---- Output ---- */

static void
subjects_json (JsonBuilder *builder, const char *const *subjects)
{
  json_builder_begin_array (json_builder_set_member_name (builder, "subjects"));
  for (int i = 0; subjects[i]; i++)
    fddm_cli_json_element (builder, subjects[i]);
  json_builder_end_array (builder);
}

static void
tell_json (const Device devices[2], const GPtrArray *all, char **folders)
{
  static const char *const keys[]  = { "kind", "patch", "channels", "licence" };
  JsonBuilder             *builder = json_builder_new ();

  json_builder_begin_object (builder);
  fddm_cli_json_string (builder, "version", FDDM_VERSION);
  json_builder_begin_array (json_builder_set_member_name (builder, "devices"));
  for (int i = 0; i < 2; i++)
    {
      json_builder_begin_object (builder);
      fddm_cli_json_string (builder, "device", devices[i].kind);
      fddm_cli_json_boolean (builder, "usable", devices[i].usable);
      fddm_cli_json_string (builder, devices[i].usable ? "description" : "reason", devices[i].description);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "weights"));
  for (guint i = 0; i < all->len; i++)
    {
      const Found *found = all->pdata[i];

      json_builder_begin_object (builder);
      fddm_cli_json_string (builder, "path", found->path);
      if (found->problem)
        fddm_cli_json_string (builder, "problem", found->problem);
      else
        fddm_cli_json_string (builder, "name", found->name);
      for (gsize k = 0; found->weights && k < G_N_ELEMENTS (keys); k++)
        fddm_cli_json_string (builder, keys[k], fddm_weights_metadata (found->weights, keys[k]));
      if (found->weights)
        fddm_cli_json_double (builder, "multiply-adds-per-pixel", fddm_weights_operations (found->weights));
      if (found->weights && fddm_weights_subjects (found->weights))
        subjects_json (builder, fddm_weights_subjects (found->weights));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "weights-folders"));
  for (int i = 0; folders[i]; i++)
    fddm_cli_json_element (builder, folders[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  fddm_cli_print_json (builder);
}

/* What KEY is in the weights file, printable, or UNKNOWN. Free with g_free. */
static char *
told (const Found *found, const char *key, const char *unknown)
{
  const char *value = fddm_weights_metadata (found->weights, key);

  return fddm_cli_printable (value ? value : unknown);
}

static void
tell_weights (const Found *found)
{
  g_autofree char *name = fddm_cli_printable (found->name), *kind = told (found, "kind", ""),
                  *patch     = told (found, "patch", "");
  g_autofree char   *licence = told (found, "licence", _ ("not stated")), *path = fddm_cli_printable (found->path);
  const char *const *known    = fddm_weights_subjects (found->weights);
  g_autofree char   *list     = known ? g_strjoinv (", ", (char **) known) : NULL;
  g_autofree char   *subjects = fddm_cli_printable (list);

  /* translators: name and kind of a network, side of its patches, thousands of operations, licence, path */
  printf (_ ("Weights %s (%s): patch %s, %.0f thousand multiply-adds per pixel, licence: %s\n    %s\n"), name, kind, patch,
          fddm_weights_operations (found->weights) / 1000, licence, path);
  if (known)
    printf (_ ("    subjects: %s\n"), subjects);
}

static void
tell (const Device devices[2], const GPtrArray *all, char **folders)
{
  g_autofree char *joined = g_strjoinv (", ", folders), *list = fddm_cli_printable (joined);

  printf ("FDDM %s\n", FDDM_VERSION);
  for (int i = 0; i < 2; i++)
    {
      const char *name = i == 0 ? _ ("GPU") : _ ("CPU");

      if (devices[i].usable)
        printf ("%s: %s\n", name, devices[i].description);
      else
        printf (_ ("%s: not used; %s\n"), name, devices[i].description);
    }
  for (guint i = 0; i < all->len; i++)
    {
      const Found     *found   = all->pdata[i];
      g_autofree char *problem = fddm_cli_printable (found->problem);

      if (found->weights)
        tell_weights (found);
      else
        printf ("%s\n", problem);
    }
  if (all->len == 0)
    printf (_ ("No weights in these folders: %s\n"), list);
}

static void
tell_installation (const FddmCliOptions *options)
{
  g_auto (GStrv)        folders = fddm_cli_folders ();
  g_autoptr (GPtrArray) all     = look_for_weights (folders);
  Device                devices[2];

  look_at_devices (options, devices);
  (options->json ? tell_json : tell) (devices, all, folders);
  g_free (devices[0].description);
  g_free (devices[1].description);
}

/* Checks the options that say something about a picture. Device, threads, memory and tile only say how to compute. */
static gboolean
check_partners (const FddmCliOptions *options, const char *plot, gboolean picture, GError **error)
{
  return fddm_cli_needs ("plot", plot != NULL, _ ("PICTURE"), picture, error) &&
         fddm_cli_needs ("quality", options->quality_told, _ ("PICTURE"), picture, error) &&
         fddm_cli_needs ("weights", options->weights != NULL, _ ("PICTURE"), picture, error);
}

gboolean
fddm_cli_info (char **argv, GError **error)
{
  FddmCliOptions             options   = { 0 };
  g_autofree char           *plot      = NULL;
  const GOptionEntry         entries[] = { { "plot", 0, 0, G_OPTION_ARG_FILENAME, &plot,
                                             N_ ("plot the noise of PICTURE by brightness and frequency"), N_ ("OUT.png") },
                                           { NULL, 0, 0, 0, NULL, NULL, NULL } };
  g_autoptr (GOptionContext) parser    = fddm_cli_parser (&options, entries, N_ ("[PICTURE]"),
                                                          _ ("Lists devices and networks, or measures the noise of "
                                                                "PICTURE."));
  g_auto (GStrv)             files     = fddm_cli_parse (parser, argv, 0, 1, error);
  gboolean                   done      = files != NULL && check_partners (&options, plot, files[0] != NULL, error);

  if (done && files[0])
    done = fddm_cli_measure (&options, files[0], plot, error);
  else if (done)
    tell_installation (&options);
  fddm_cli_options_clear (&options);
  return done;
}
