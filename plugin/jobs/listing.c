/* listing.c: the files of a batch; see jobs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glob.h>
#include <string.h>

#include "engine/files/stamp.h"
#include "engine/files/temporary.h"
#include "plugin/jobs/files.h"
#include "plugin/jobs/jobs.h"
#include "plugin/jobs/original.h"

typedef struct {
  char     *path;
  char     *result; /* its name */
  char     *output;
  FddmStamp stamp;
  char     *problem; /* or NULL */
} Photo;

static void
free_photo (gpointer data)
{
  Photo *photo = data;

  g_free (photo->path);
  g_free (photo->result);
  g_free (photo->output);
  g_free (photo->problem);
  g_free (photo);
}

static void
add (GPtrArray *photos, const char *path, const char *folder)
{
  Photo *photo = g_new0 (Photo, 1);

  photo->path   = g_strdup (path);
  photo->result = fddm_original_result (path);
  photo->output = g_build_filename (folder, photo->result, NULL);
  if (!fddm_stamp_take (&photo->stamp, path))
    photo->problem = g_strdup (g_strerror (errno));
  g_ptr_array_add (photos, photo);
}

/* A name that exists is taken as it is, whatever characters it has. */
static GPtrArray *
find (const char *pattern, const char *folder)
{
  GPtrArray *photos = g_ptr_array_new_with_free_func (free_photo);
  glob_t     found;

  if (g_file_test (pattern, G_FILE_TEST_IS_REGULAR))
    add (photos, pattern, folder);
  else if (glob (pattern, 0, NULL, &found) == 0)
    {
      for (gsize i = 0; i < found.gl_pathc; i++)
        if (!g_file_test (found.gl_pathv[i], G_FILE_TEST_IS_DIR))
          add (photos, found.gl_pathv[i], folder);
      globfree (&found);
    }
  if (photos->len == 0)
    {
      errno = ENOENT;
      add (photos, pattern, folder);
    }
  return photos;
}

/* Whether names that differ in case are one file in FOLDER, as on memory cards. */
static gboolean
ignores_case (const char *folder)
{
  g_autofree char *inside = g_build_filename (folder, "x", NULL);
  g_autofree char *name = NULL, *upper = NULL, *other = NULL;
  FddmTemporary    temporary;
  gboolean         ignores;

  if (!fddm_temporary_beside (&temporary, inside))
    return FALSE;
  name    = g_path_get_basename (temporary.path);
  upper   = g_ascii_strup (name, -1);
  other   = g_build_filename (folder, upper, NULL);
  ignores = g_file_test (other, G_FILE_TEST_EXISTS);
  fddm_temporary_remove (&temporary);
  return ignores;
}

static void
refuse_collision (Photo *photo, const Photo *with)
{
  g_autofree char *shown = g_filename_display_name (photo->output);
  g_autofree char *one   = g_filename_display_name (photo->path);
  g_autofree char *other = g_filename_display_name (with->path);

  if (!photo->problem)
    photo->problem = g_strdup_printf (_ ("Cannot write “%s”: both “%s” and “%s” would become it"), shown, one, other);
}

/* Refuses all photos that share a result, because the survivor would be a matter of chance. */
static void
refuse_collisions (GPtrArray *photos, gboolean fold)
{
  g_autoptr (GHashTable) owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < photos->len; i++)
    {
      Photo           *photo = photos->pdata[i];
      g_autofree char *valid = g_utf8_make_valid (photo->result, -1);
      char            *key   = fold ? g_utf8_casefold (valid, -1) : g_strdup (photo->result);
      Photo           *owner = g_hash_table_lookup (owners, key);

      if (owner)
        {
          refuse_collision (photo, owner);
          refuse_collision (owner, photo);
          g_free (key);
        }
      else
        g_hash_table_insert (owners, key, photo);
    }
}

/* Refuses results that would overwrite another one of the photos, by any path. */
static void
refuse_originals (GPtrArray *photos)
{
  g_autoptr (GHashTable) originals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  FddmStamp              stamp;

  for (guint i = 0; i < photos->len; i++)
    if (!((Photo *) photos->pdata[i])->problem)
      g_hash_table_add (originals, fddm_stamp_identity (&((Photo *) photos->pdata[i])->stamp));
  for (guint i = 0; i < photos->len; i++)
    {
      Photo           *photo = photos->pdata[i];
      g_autofree char *there = !photo->problem && fddm_stamp_take (&stamp, photo->output) ? fddm_stamp_identity (&stamp)
                                                                                          : NULL;
      g_autofree char *shown = g_filename_display_name (photo->output);

      if (there && g_hash_table_contains (originals, there) && !fddm_files_same (photo->path, photo->output))
        photo->problem = g_strdup_printf (_ ("“%s” is an original and would be overwritten. Choose another folder."), shown);
    }
}

/* The text that fddm_files_path takes back, on one line. */
static char *
text_of (const char *path)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *line  = fddm_job_one_line (path);
  char            *uri   = strcmp (line, path) ? g_filename_to_uri (whole, NULL, NULL) : NULL;

  return uri ? uri : g_steal_pointer (&line);
}

void
fddm_job_list_files (const char *pattern, const char *folder, char ***files, char ***problems)
{
  g_autoptr (GPtrArray) photos = find (pattern, folder);

  fddm_temporary_sweep (folder);
  refuse_collisions (photos, ignores_case (folder));
  refuse_originals (photos);
  *files    = g_new0 (char *, photos->len + 1);
  *problems = g_new0 (char *, photos->len + 1);
  for (guint i = 0; i < photos->len; i++)
    {
      const Photo *photo = photos->pdata[i];

      (*files)[i]    = text_of (photo->path);
      (*problems)[i] = fddm_job_one_line (photo->problem ? photo->problem : "");
    }
}
