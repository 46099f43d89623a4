/* models.c: see models.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/models.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "plugin/folders.h"
#include "plugin/gimp.h"
#include "plugin/jobs/generate.h"

#define PREFIX "generate-"
#define SUFFIX ".safetensors"

/* Known classes, with their names for users. */
static const FddmChoice subjects[] = {
  { "bark", N_ ("Bark") },         { "brick", N_ ("Brick") },
  { "concrete", N_ ("Concrete") }, { "fabric", N_ ("Fabric") },
  { "grass", N_ ("Grass") },       { "forest-floor", N_ ("Forest floor") },
  { "gravel", N_ ("Gravel") },     { "ground", N_ ("Ground") },
  { "marble", N_ ("Marble") },     { "metal", N_ ("Metal") },
  { "paper", N_ ("Paper") },       { "planks", N_ ("Planks") },
  { "rock", N_ ("Rock") },         { "sand", N_ ("Sand") },
  { "snow", N_ ("Snow") },         { "stone-paving", N_ ("Stone paving") },
  { "terrazzo", N_ ("Terrazzo") }, { "tiles", N_ ("Tiles") },
  { "wood", N_ ("Wood") },
};

/* Name for users. Unknown names get a capital and spaces. */
static const char *
label_of (const char *name)
{
  g_autofree char *label = g_strdup (name);

  for (gsize i = 0; i < G_N_ELEMENTS (subjects); i++)
    if (!strcmp (subjects[i].name, name))
      return _ (subjects[i].label);
  g_strdelimit (label, "-_", ' ');
  label[0] = g_ascii_toupper (label[0]);
  return g_intern_string (label);
}

static int
by_label (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (((const FddmChoice *) a)->label, ((const FddmChoice *) b)->label);
}

static void
add_choice (GArray *choices, const char *name, const char *label)
{
  const FddmChoice choice = { g_intern_string (name), label };

  for (guint i = 0; i < choices->len; i++)
    if (!strcmp (g_array_index (choices, FddmChoice, i).name, name))
      return;
  g_array_append_val (choices, choice);
}

static void
add_subjects (GArray *choices, const double *values)
{
  g_autoptr (FddmWeights) weights = fddm_generate_weights (values, NULL);
  const char *const      *known   = weights ? fddm_weights_subjects (weights) : NULL;

  for (int i = 0; known && known[i]; i++)
    add_choice (choices, known[i], label_of (known[i]));
  g_array_sort (choices, by_label);
}

/* Adds every generate-NAME.safetensors. */
static void
add_models (GArray *choices)
{
  g_auto (GStrv) folders = fddm_folders_weights (fddm_host_profile ());

  for (int i = 0; folders[i]; i++)
    {
      g_autoptr (GDir) dir = g_dir_open (folders[i], 0, NULL);
      const char      *file;

      while (dir && (file = g_dir_read_name (dir)))
        if (g_str_has_prefix (file, PREFIX) && g_str_has_suffix (file, SUFFIX))
          {
            g_autofree char *name = g_strndup (file + strlen (PREFIX), strlen (file) - strlen (PREFIX) - strlen (SUFFIX));

            add_choice (choices, name, label_of (name));
          }
    }
  g_array_sort (choices, by_label);
}

FddmChoice *
fddm_model_choices (G_GNUC_UNUSED gpointer data, const char *name, const double *values)
{
  GArray     *choices = g_array_new (TRUE, TRUE, sizeof (FddmChoice));
  const char *model   = fddm_text_of_value (values[FDDM_GENERATE_MODEL]);
  FddmChoice  any     = { "", _ ("Any") };

  if (!strcmp (name, fddm_generate_parameters[FDDM_GENERATE_SUBJECT].name))
    {
      add_subjects (choices, values);
      g_array_prepend_val (choices, any);
    }
  else
    {
      add_models (choices);
      add_choice (choices, model, label_of (model));
    }
  return (FddmChoice *) g_array_free (choices, FALSE);
}

void
fddm_model_sheet (G_GNUC_UNUSED gpointer data, const double *values, FddmSheet *sheet)
{
  g_autoptr (FddmWeights) weights = fddm_generate_weights (values, NULL);
  const char *const      *known   = weights ? fddm_weights_subjects (weights) : NULL;
  g_autofree char        *stem    = weights ? g_strdup (fddm_weights_path (weights)) : NULL;
  g_autofree char        *path    = NULL;
  GPtrArray              *names;

  *sheet = (FddmSheet) { NULL };
  if (!known || !g_str_has_suffix (stem, SUFFIX))
    return;
  stem[strlen (stem) - strlen (SUFFIX)] = '\0';
  path                                  = g_strconcat (stem, "-subjects.jpg", NULL);
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return;
  names = g_ptr_array_new ();
  g_ptr_array_add (names, g_strdup (""));
  for (int i = 0; known[i]; i++)
    g_ptr_array_add (names, g_strdup (known[i]));
  g_ptr_array_add (names, NULL);
  sheet->names = (char **) g_ptr_array_free (names, FALSE);
  sheet->path  = g_steal_pointer (&path);
}
