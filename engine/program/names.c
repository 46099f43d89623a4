/* names.c: list of the photos to denoise, and the names of their results.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <glib/gi18n-lib.h>
#include "engine/program/names.h"
#include "engine/program/pictures/picture.h"

typedef struct {
  const FddmNaming *naming;
  GPtrArray        *photos;
  GHashTable       *listed; /* identity and name of each entry in PHOTOS */
  guint64           device; /* identity of the output folder, which is never read as input */
  guint64           inode;
} Listing;

static void
free_photo (gpointer data)
{
  FddmPhoto *photo = data;

  g_free (photo->input);
  g_free (photo->name);
  g_free (photo->output);
  g_free (photo->problem);
  g_free (photo);
}

static G_GNUC_PRINTF (2, 3) void set_problem (FddmPhoto *photo, const char *format, ...)
{
  va_list values;

  if (photo->problem)
    return;
  va_start (values, format);
  photo->problem = g_strdup_vprintf (format, values);
  va_end (values);
}

static FddmPhoto *
add (Listing *listing, const char *input)
{
  FddmPhoto *photo = g_new0 (FddmPhoto, 1);

  photo->input = g_strdup (input);
  g_ptr_array_add (listing->photos, photo);
  return photo;
}

/* Turns "a/b.jpg" into "a/b-clean.jpg" or "a/b-clean.png". */
static char *
result_name (const FddmNaming *naming, const char *name)
{
  const char *slash = strrchr (name, '/');
  const char *base  = slash ? slash + 1 : name;
  const char *dot   = strrchr (base, '.');
  gsize       stem  = dot && dot != base ? (gsize) (dot - name) : strlen (name);

  if (naming->ending)
    return g_strdup_printf ("%.*s%s.%s", (int) stem, name, naming->suffix ? naming->suffix : "", naming->ending);
  return g_strdup_printf ("%.*s%s%s", (int) stem, name, naming->suffix ? naming->suffix : "", name + stem);
}

/* Adds a photo that fails for REASON. */
static void
add_unreadable (Listing *listing, const char *path, int reason)
{
  g_autofree char *shown = g_filename_display_name (path);

  set_problem (add (listing, path), _ ("Cannot read “%s”: %s"), shown, g_strerror (reason));
}

/* Adds the file PATH with result NAME, before the suffix. A photo given twice is added once. */
static void
add_file (Listing *listing, const char *path, const char *name)
{
  g_autofree char   *result = result_name (listing->naming, name);
  g_autoptr (GError) error  = NULL;
  FddmStamp          stamp  = { 0 };
  const int          reason = fddm_stamp_take (&stamp, path) ? 0 : errno;
  g_autofree char   *file   = reason ? g_canonicalize_filename (path, NULL) : fddm_stamp_identity (&stamp);
  FddmPhoto         *photo;

  if (!g_hash_table_add (listing->listed, g_strconcat (file, "\n", result, NULL)))
    return;
  if (reason)
    {
      add_unreadable (listing, path, reason);
      return;
    }
  photo         = add (listing, path);
  photo->stamp  = stamp;
  photo->output = g_build_filename (listing->naming->folder, result, NULL);
  photo->name   = g_steal_pointer (&result);
  if (!fddm_picture_has_format (photo->output, &error))
    set_problem (photo, "%s", error->message);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Sorted names in a folder, without those that begin with a dot. */
static GPtrArray *
list_folder (const char *path, GError **error)
{
  g_autoptr (GDir)      dir   = g_dir_open (path, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char           *name;

  if (!dir)
    return NULL;
  while ((name = g_dir_read_name (dir)))
    if (*name != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, by_name);
  return g_steal_pointer (&names);
}

/* Whether to enter the folder PATH. Excludes the output folder and symbolic links, which may form a loop. */
static gboolean
is_below (const Listing *listing, const char *path)
{
  struct stat found;

  return lstat (path, &found) == 0 && S_ISDIR (found.st_mode) &&
         ((guint64) found.st_dev != listing->device || (guint64) found.st_ino != listing->inode);
}

/* Whether nobody can tell what PATH is, as in a folder that may be listed only, or where the path is too long. It may be a folder
 * with photos. */
static gboolean
is_unknown (const char *path)
{
  struct stat found;

  return lstat (path, &found) != 0 && errno != ENOENT;
}

/* Adds the pictures in the folder PATH. PLACE ("" or "a/b/") is its path below the given folder. */
static void
add_folder (Listing *listing, const char *path, const char *place)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) names = list_folder (path, &error);

  if (!names)
    set_problem (add (listing, path), "%s", error->message);
  for (guint i = 0; names && i < names->len; i++)
    {
      g_autofree char *inner = g_build_filename (path, names->pdata[i], NULL);
      g_autofree char *name  = g_strconcat (place, names->pdata[i], NULL);

      if (g_file_test (inner, G_FILE_TEST_IS_DIR))
        {
          g_autofree char *deeper = g_strconcat (name, "/", NULL);

          if (listing->naming->recursive && is_below (listing, inner))
            add_folder (listing, inner, deeper);
        }
      else if (fddm_picture_has_format (inner, NULL) || (listing->naming->ending && fddm_picture_is_read_only (inner)))
        add_file (listing, inner, name);
      else if (listing->naming->recursive && is_unknown (inner))
        add_unreadable (listing, inner, errno);
    }
}

/* Refuses all photos that share a result, because the survivor would be a matter of chance. */
static void
refuse_collisions (GPtrArray *photos)
{
  g_autoptr (GHashTable) owners = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < photos->len; i++)
    {
      FddmPhoto       *photo = photos->pdata[i];
      FddmPhoto       *owner = photo->name ? g_hash_table_lookup (owners, photo->name) : NULL;
      g_autofree char *one   = owner ? g_filename_display_name (owner->input) : NULL;
      g_autofree char *other = g_filename_display_name (photo->input);
      g_autofree char *shown = photo->output ? g_filename_display_name (photo->output) : NULL;

      if (owner)
        {
          set_problem (photo, _ ("Cannot write “%s”: both “%s” and “%s” would become it"), shown, other, one);
          set_problem (owner, _ ("Cannot write “%s”: both “%s” and “%s” would become it"), shown, one, other);
        }
      else if (photo->name)
        g_hash_table_insert (owners, photo->name, photo);
    }
}

/* Refuses results that would overwrite one of the photos, by any path. */
static void
refuse_originals (GPtrArray *photos)
{
  g_autoptr (GHashTable) originals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  FddmStamp              stamp;

  for (guint i = 0; i < photos->len; i++)
    if (((FddmPhoto *) photos->pdata[i])->name)
      g_hash_table_add (originals, fddm_stamp_identity (&((FddmPhoto *) photos->pdata[i])->stamp));
  for (guint i = 0; i < photos->len; i++)
    {
      FddmPhoto       *photo = photos->pdata[i];
      g_autofree char *there = photo->name && fddm_stamp_take (&stamp, photo->output) ? fddm_stamp_identity (&stamp) : NULL;
      g_autofree char *shown = there ? g_filename_display_name (photo->output) : NULL;

      if (there && g_hash_table_contains (originals, there))
        set_problem (photo, _ ("Cannot write “%s”: it is an original; take another folder or --suffix"), shown);
    }
}

GPtrArray *
fddm_names_list (char *const *operands, const FddmNaming *naming)
{
  g_autoptr (GHashTable) listed  = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Listing                listing = { naming, g_ptr_array_new_with_free_func (free_photo), listed, 0, 0 };
  FddmStamp              stamp;

  if (fddm_stamp_take (&stamp, naming->folder))
    {
      listing.device = stamp.device;
      listing.inode  = stamp.inode;
    }
  for (; *operands; operands++)
    {
      g_autofree char *name = g_path_get_basename (*operands);

      if (g_file_test (*operands, G_FILE_TEST_IS_DIR))
        add_folder (&listing, *operands, "");
      else
        add_file (&listing, *operands, name);
    }
  return listing.photos;
}

void
fddm_names_settle (GPtrArray *photos, FddmOriginalOf original_of, gconstpointer data)
{
  g_autoptr (GHashTable) inputs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < photos->len; i++)
    g_hash_table_add (inputs, g_canonicalize_filename (((FddmPhoto *) photos->pdata[i])->input, NULL));
  for (guint i = photos->len; i-- > 0;)
    {
      const char *original = original_of (data, photos->pdata[i]);

      if (original && g_hash_table_contains (inputs, original))
        g_ptr_array_remove_index (photos, i);
    }
  refuse_collisions (photos);
  refuse_originals (photos);
}
