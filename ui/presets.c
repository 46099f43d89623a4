/* presets.c: see presets.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/presets.h"
#include "ui/preset-name.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

/* Groups of the file: "Last", and "Preset NUMBER" with a name and the parameters. */
#define LAST   "Last"
#define PRESET "Preset "
#define NAME   "name"

typedef struct {
  char    *name;
  double   values[FDDM_PARAMETERS_MAX];
  gboolean own;
} Preset;

struct FddmPresets {
  const FddmParameter *table;
  gboolean             apart[FDDM_PARAMETERS_MAX];
  char                *path;
  GPtrArray           *all; /* elements: Preset */
  double               last[FDDM_PARAMETERS_MAX];
  gboolean             known[FDDM_PARAMETERS_MAX]; /* values present in LAST */
  gboolean             damaged;                    /* whether the file is damaged */
};

static void
preset_free (gpointer data)
{
  Preset *preset = data;

  g_free (preset->name);
  g_free (preset);
}

/* For g_ptr_array_copy. */
static gpointer
preset_copy (gconstpointer from, G_GNUC_UNUSED gpointer data)
{
  Preset *preset = g_memdup2 (from, sizeof *preset);

  preset->name = g_strdup (preset->name);
  return preset;
}

static const Preset *
preset_at (const FddmPresets *presets, int i)
{
  return g_ptr_array_index (presets->all, i);
}

static Preset *
add (FddmPresets *presets, const char *name, gboolean own)
{
  Preset *preset = g_new0 (Preset, 1);

  preset->name = g_strdup (name);
  preset->own  = own;
  for (int k = 0; presets->table[k].name; k++)
    preset->values[k] = fddm_parameter_preset (&presets->table[k]);
  g_ptr_array_add (presets->all, preset);
  return preset;
}

/* ---- Values as text ---- */

static char *
write_value (const FddmParameter *parameter, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (parameter->choices ? parameter->choices[(int) value].name
                                      : g_ascii_dtostr (number, sizeof number, value));
}

/* FALSE if TEXT is not a value of the parameter. */
static gboolean
read_value (const FddmParameter *parameter, const char *text, double *value)
{
  char  *end;
  double number = g_ascii_strtod (text, &end);

  for (int i = 0; parameter->choices && parameter->choices[i].name; i++)
    if (!strcmp (parameter->choices[i].name, text))
      {
        *value = i;
        return TRUE;
      }
  if (parameter->choices || parameter->type == FDDM_PARAMETER_TEXT || end == text || *end)
    return FALSE;
  if (!(number >= parameter->min && number <= parameter->max)) /* false for NaN, too */
    return FALSE;
  *value = parameter->type == FDDM_PARAMETER_DOUBLE ? number : (double) (gint64) number;
  return TRUE;
}

/* ---- The file ---- */

/* Reads a group's parameters. Sets KNOWN (may be NULL) for those present. */
static void
read_values (FddmPresets *presets, GKeyFile *file, const char *group, double *values, gboolean *known)
{
  for (int k = 0; presets->table[k].name; k++)
    {
      g_autofree char *text = g_key_file_get_string (file, group, presets->table[k].name, NULL);

      if (!text)
        continue;
      if (!read_value (&presets->table[k], text, &values[k]))
        presets->damaged = TRUE;
      else if (known)
        known[k] = TRUE;
    }
}

static void
read_own (FddmPresets *presets, GKeyFile *file, const char *group)
{
  g_autofree char *name = g_key_file_get_string (file, group, NAME, NULL);

  if (name && *name && g_utf8_validate (name, -1, NULL) && g_utf8_strlen (name, -1) <= FDDM_PRESET_NAME_MAX)
    read_values (presets, file, group, add (presets, name, TRUE)->values, NULL);
  else
    presets->damaged = TRUE;
}

static void
read_file (FddmPresets *presets)
{
  g_autoptr (GKeyFile) file  = g_key_file_new ();
  g_autoptr (GError)   error = NULL;
  g_auto (GStrv)       groups;

  if (!g_key_file_load_from_file (file, presets->path, G_KEY_FILE_NONE, &error))
    presets->damaged = !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group; group++)
    if (g_str_has_prefix (*group, PRESET))
      read_own (presets, file, *group);
  read_values (presets, file, LAST, presets->last, presets->known);
}

static void
write_values (const FddmPresets *presets, GKeyFile *file, const char *group, const double *values, const gboolean *left_out)
{
  for (int k = 0; presets->table[k].name; k++)
    if (!left_out[k])
      {
        g_autofree char *text = write_value (&presets->table[k], values[k]);

        g_key_file_set_string (file, group, presets->table[k].name, text);
      }
}

static void
write_last (const FddmPresets *presets, GKeyFile *file)
{
  gboolean left_out[FDDM_PARAMETERS_MAX] = { FALSE };

  for (int k = 0; presets->table[k].name; k++)
    left_out[k] = !presets->known[k];
  write_values (presets, file, LAST, presets->last, left_out);
}

static void
write_own (const FddmPresets *presets, GKeyFile *file)
{
  for (int i = 0, n = 0; i < fddm_presets_count (presets); i++)
    if (preset_at (presets, i)->own)
      {
        g_autofree char *group = g_strdup_printf (PRESET "%d", ++n);

        g_key_file_set_string (file, group, NAME, preset_at (presets, i)->name);
        write_values (presets, file, group, preset_at (presets, i)->values, presets->apart);
      }
}

/* Writes FILE under a temporary name, then renames. */
static gboolean
save_file (FddmPresets *presets, GKeyFile *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (presets->path);
  g_autofree char *aside  = g_strconcat (presets->path, ".damaged", NULL);

  if (g_mkdir_with_parents (folder, 0700))
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), _ ("The folder “%s” cannot be made: %s"), folder,
                   g_strerror (errno));
      return FALSE;
    }
  if (presets->damaged && !g_rename (presets->path, aside))
    presets->damaged = FALSE;
  return g_key_file_save_to_file (file, presets->path, error);
}

static gboolean
write_file (FddmPresets *presets, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  write_last (presets, file);
  write_own (presets, file);
  return save_file (presets, file, error);
}

/* Writes the list after a change. If that fails, BEFORE is the list again, so that no preset is listed that is not kept. */
static gboolean
write_change (FddmPresets *presets, GPtrArray *before, GError **error)
{
  const gboolean done = write_file (presets, error);

  if (!done)
    {
      g_ptr_array_unref (presets->all);
      presets->all = g_ptr_array_ref (before);
    }
  return done;
}

/* Replaces the user's presets by those in the file, to which another dialog may have written. A file that is missing or damaged
 * changes nothing. */
static void
read_own_again (FddmPresets *presets)
{
  g_autoptr (GKeyFile) file   = g_key_file_new ();
  g_auto (GStrv)       groups = NULL;

  if (presets->damaged || !g_key_file_load_from_file (file, presets->path, G_KEY_FILE_NONE, NULL))
    return;
  for (guint i = presets->all->len; i-- > 0;)
    if (preset_at (presets, (int) i)->own)
      g_ptr_array_remove_index (presets->all, i);
  groups = g_key_file_get_groups (file, NULL);
  for (char **group = groups; *group; group++)
    if (g_str_has_prefix (*group, PRESET))
      read_own (presets, file, *group);
}

/* Reads the user's presets again. Returns a copy of the list. */
static GPtrArray *
begin_change (FddmPresets *presets)
{
  read_own_again (presets);
  return g_ptr_array_copy (presets->all, preset_copy, NULL);
}

/* ---- Shipped ones ---- */

static void
add_shipped (FddmPresets *presets, const FddmShippedPreset *shipped)
{
  Preset        *preset = add (presets, _ (shipped->name), FALSE);
  g_auto (GStrv) words  = g_strsplit (shipped->settings, " ", -1);

  for (char **word = words; *word; word++)
    {
      char *equals = strchr (*word, '=');

      if (!equals)
        continue;
      *equals = '\0';
      for (int k = 0; presets->table[k].name; k++)
        if (!strcmp (presets->table[k].name, *word))
          read_value (&presets->table[k], equals + 1, &preset->values[k]);
    }
}

/* ---- Asking ---- */

int
fddm_presets_count (const FddmPresets *presets)
{
  return (int) presets->all->len;
}

const char *
fddm_presets_name (const FddmPresets *presets, int i)
{
  return preset_at (presets, i)->name;
}

gboolean
fddm_presets_own (const FddmPresets *presets, int i)
{
  return preset_at (presets, i)->own;
}

void
fddm_presets_take (const FddmPresets *presets, int i, double *values)
{
  for (int k = 0; presets->table[k].name; k++)
    if (!presets->apart[k])
      values[k] = preset_at (presets, i)->values[k];
}

static gboolean
makes (const FddmPresets *presets, int i, const double *values)
{
  for (int k = 0; presets->table[k].name; k++)
    if (!presets->apart[k] && values[k] != preset_at (presets, i)->values[k])
      return FALSE;
  return TRUE;
}

int
fddm_presets_find (const FddmPresets *presets, const double *values, int favourite)
{
  int i = 0;

  if (favourite >= 0 && makes (presets, favourite, values))
    return favourite;
  while (i < fddm_presets_count (presets) && !makes (presets, i, values))
    i++;
  return i < fddm_presets_count (presets) ? i : -1;
}

int
fddm_presets_place (const FddmPresets *presets, const char *name)
{
  g_autofree char *plain = fddm_preset_name_new (name, NULL);
  int              i     = fddm_presets_count (presets) - 1;

  while (i >= 0 && !(plain && fddm_preset_name_same (preset_at (presets, i)->name, plain)))
    i--;
  return i;
}

/* ---- Changing ---- */

/* Index of the preset NAME other than EXCEPT, or -1. */
static int
find_name (const FddmPresets *presets, const char *name, int except)
{
  for (int i = 0; i < fddm_presets_count (presets); i++)
    if (i != except && fddm_preset_name_same (preset_at (presets, i)->name, name))
      return i;
  return -1;
}

static gboolean
refuse_name (const char *name, GError **error)
{
  g_set_error (error, FDDM_PRESET_ERROR, FDDM_PRESET_ERROR_NAME, _ ("There is a preset “%s” already. Choose another name."),
               name);
  return FALSE;
}

gboolean
fddm_presets_save (FddmPresets *presets, const char *name, const double *values, GError **error)
{
  g_autofree char      *plain  = fddm_preset_name_new (name, error);
  g_autoptr (GPtrArray) before = plain ? begin_change (presets) : NULL;
  Preset               *preset;
  int                   i;

  if (!plain)
    return FALSE;
  i = find_name (presets, plain, -1);
  if (i >= 0 && !preset_at (presets, i)->own)
    return refuse_name (plain, error);
  preset = i >= 0 ? g_ptr_array_index (presets->all, i) : add (presets, plain, TRUE);
  memcpy (preset->values, values, sizeof (double) * FDDM_PARAMETERS_MAX);
  return write_change (presets, before, error);
}

/* Reads the user's presets again; BEFORE becomes a copy of the list. Returns the new index of preset I; if another dialog has
 * removed it, it comes back if WANTED, else -1. */
static int
read_again (FddmPresets *presets, int i, gboolean wanted, GPtrArray **before)
{
  const Preset     preset = *preset_at (presets, i);
  g_autofree char *name   = g_strdup (preset.name);

  *before = begin_change (presets);
  for (i = fddm_presets_count (presets) - 1; i >= 0; i--) /* in another language, a shipped one may have that name */
    if (preset_at (presets, i)->own && !strcmp (preset_at (presets, i)->name, name))
      return i;
  if (!wanted)
    return -1;
  memcpy (add (presets, name, TRUE)->values, preset.values, sizeof preset.values);
  return fddm_presets_count (presets) - 1;
}

gboolean
fddm_presets_rename (FddmPresets *presets, int i, const char *name, GError **error)
{
  g_autofree char      *plain  = fddm_preset_name_new (name, error);
  g_autoptr (GPtrArray) before = NULL;
  Preset               *preset;

  if (!plain)
    return FALSE;
  i = read_again (presets, i, TRUE, &before);
  if (find_name (presets, plain, i) >= 0)
    return refuse_name (plain, error);
  preset = g_ptr_array_index (presets->all, i);
  g_free (preset->name);
  preset->name = g_steal_pointer (&plain);
  return write_change (presets, before, error);
}

gboolean
fddm_presets_remove (FddmPresets *presets, int i, GError **error)
{
  g_autoptr (GPtrArray) before = NULL;

  i = read_again (presets, i, FALSE, &before);
  if (i >= 0)
    g_ptr_array_remove_index (presets->all, i);
  return write_change (presets, before, error);
}

void
fddm_presets_recall (const FddmPresets *presets, double *values)
{
  for (int k = 0; presets->table[k].name; k++)
    if (presets->known[k])
      values[k] = presets->last[k];
}

/* Leaves the presets in the file alone, as another dialog may have written to it. */
static gboolean
write_last_alone (FddmPresets *presets, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (presets->damaged || !g_key_file_load_from_file (file, presets->path, G_KEY_FILE_NONE, NULL))
    return write_file (presets, error);
  g_key_file_remove_group (file, LAST, NULL);
  write_last (presets, file);
  return save_file (presets, file, error);
}

gboolean
fddm_presets_remember (FddmPresets *presets, const double *values, GError **error)
{
  for (int k = 0; presets->table[k].name; k++)
    {
      presets->last[k]  = values[k];
      presets->known[k] = presets->table[k].type != FDDM_PARAMETER_TEXT;
    }
  return write_last_alone (presets, error);
}

/* ---- The whole ---- */

FddmPresets *
fddm_presets_new (const FddmParameter *table, const FddmShippedPreset *shipped, const char *const *apart, const char *path)
{
  FddmPresets *presets = g_new0 (FddmPresets, 1);

  presets->table = table;
  presets->path  = g_strdup (path);
  presets->all   = g_ptr_array_new_with_free_func (preset_free);
  for (int k = 0; table[k].name; k++)
    presets->apart[k] = g_strv_contains (apart, table[k].name);
  for (; shipped->name; shipped++)
    add_shipped (presets, shipped);
  read_file (presets);
  return presets;
}

void
fddm_presets_free (FddmPresets *presets)
{
  g_ptr_array_unref (presets->all);
  g_free (presets->path);
  g_free (presets);
}
