/* open.c: opens a weights file and checks everything that the engine relies on.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include "engine/weights/private.h"

#define VARIANCE_MIN 1e-12f /* divisor √(v + s²) */

/* ---- The file ---- */

/* Gets a tensor of ROWS × C variances, or of C if ROWS is 0. NULL with an error on failure. */
static const float *
take_variances (FddmWeights *weights, FddmSafetensors *file, const char *name, int rows, GError **error)
{
  gint64       shape[2] = { rows, weights->coefficients };
  const float *values   = fddm_safetensors_take (file, name, rows > 0 ? 2 : 1, rows > 0 ? shape : shape + 1, error);

  for (int k = 0; values != NULL && k < MAX (rows, 1) * weights->coefficients; k++)
    if (!(values[k] >= VARIANCE_MIN))
      return fddm_weights_fail (error, _ ("tensor “%s”: value %d is not positive"), name, k), NULL;
  return values;
}

/* The noise meter has no statistics. */
static gboolean
read_statistics (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  gint64 shape[2] = { weights->n_variants, weights->coefficients };

  if (weights->kind == FDDM_KIND_MEASURE)
    return TRUE;
  weights->mean     = fddm_safetensors_take (file, "coef_mean", 1, shape + 1, error);
  weights->variance = weights->mean != NULL ? take_variances (weights, file, "coef_var", 0, error) : NULL;
  if (weights->variance == NULL || weights->n_variants == 0)
    return weights->variance != NULL;
  weights->own_mean     = fddm_safetensors_take (file, "own_mean", 2, shape, error);
  weights->own_variance = weights->own_mean != NULL ? take_variances (weights, file, "own_var", weights->n_variants, error)
                                                    : NULL;
  return weights->own_variance != NULL;
}

static gboolean
read_all (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  const char *layers, *unused;

  if (!fddm_weights_read_metadata (weights, file, error) || !read_statistics (weights, file, error) ||
      !fddm_weights_read_kept (weights, file, error) || (layers = fddm_weights_required (file, "layers", error)) == NULL ||
      !fddm_weights_read_layers (weights, file, layers, error) || !fddm_weights_read_ranges (weights, file, error))
    return FALSE;
  if (fddm_weights_operations (weights) > FDDM_WEIGHTS_OPERATIONS_MAX)
    return fddm_weights_fail (error, _ ("it takes %.0f million multiply-adds per pixel; more than %.0f would take too long"),
                              fddm_weights_operations (weights) / 1e6, FDDM_WEIGHTS_OPERATIONS_MAX / 1e6);
  unused = fddm_safetensors_unused (file);
  if (unused != NULL)
    return fddm_weights_fail (error, _ ("tensor “%s” is not used by any layer"), unused);
  return TRUE;
}

FddmWeights *
fddm_weights_parse (const char *path, const guint8 *bytes, gsize size, GError **error)
{
  g_autoptr (FddmWeights)     weights = g_new0 (FddmWeights, 1);
  g_autoptr (FddmSafetensors) file    = NULL;
  g_autofree char            *shown   = g_filename_display_name (path);
  GError                     *reason  = NULL;

  g_atomic_ref_count_init (&weights->refs);
  weights->path = g_strdup (path);
  file          = fddm_safetensors_parse (bytes, size, &reason);
  if (file != NULL)
    {
      weights->metadata = g_hash_table_ref (file->metadata);
      weights->floats   = g_ptr_array_ref (file->floats);
    }
  if (file == NULL || !read_all (weights, file, &reason))
    {
      g_propagate_prefixed_error (error, reason, _ ("Weights file “%s”: "), shown);
      return NULL;
    }
  return g_steal_pointer (&weights);
}

/* Opens the regular file PATH. */
static int
open_regular (const char *path, struct stat *about, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  const int        file  = fddm_weights_open_file (path);

  if (file < 0 || fstat (file, about) != 0)
    fddm_weights_fail (error, _ ("Weights file “%s”: %s"), shown, g_strerror (errno));
  else if (!S_ISREG (about->st_mode))
    fddm_weights_fail (error, _ ("Weights file “%s”: it is not a regular file"), shown);
  else if (about->st_size < 0 || (guint64) about->st_size > FDDM_WEIGHTS_FILE_MAX)
    fddm_weights_fail (error, _ ("Weights file “%s”: it is too large"), shown);
  else
    return file;
  if (file >= 0)
    close (file);
  return -1;
}

/* Reads SIZE bytes of FILE. FALSE with errno if that fails; a file that has become shorter is an error. */
static gboolean
read_whole (int file, guint8 *bytes, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      const gssize n = read (file, bytes + done, size - done);

      if (n == 0)
        errno = EIO;
      if (n == 0 || (n < 0 && errno != EINTR))
        return FALSE;
      done += n > 0 ? (gsize) n : 0;
    }
  return TRUE;
}

/* Reads the weights file PATH, without the weights that it names. */
static FddmWeights *
read_file (const char *path, GError **error)
{
  g_autofree char   *shown = g_filename_display_name (path);
  g_autofree guint8 *bytes = NULL;
  struct stat        about;
  const int          file = open_regular (path, &about, error);
  gsize              size;
  gboolean           ok;

  if (file < 0)
    return NULL;
  size  = (gsize) about.st_size;
  bytes = g_try_malloc (MAX (size, 1));
  if (bytes == NULL)
    errno = ENOMEM;
  ok = bytes != NULL && read_whole (file, bytes, size);
  if (!ok)
    fddm_weights_fail (error, _ ("Weights file “%s”: %s"), shown, g_strerror (errno));
  close (file);
  return ok ? fddm_weights_parse (path, bytes, size, error) : NULL;
}

/* ---- The network that takes its place where noise is white ---- */

static gboolean
layers_alike (const FddmLayer *a, const FddmLayer *b)
{
  return a->op == b->op && a->activation == b->activation && a->kernel == b->kernel && a->channels == b->channels &&
         a->residual == b->residual && a->n_in == b->n_in && memcmp (a->in, b->in, (gsize) a->n_in * sizeof a->in[0]) == 0;
}

/* Whether A and B can replace each other without further changes: same tiles, memory and preconditioning. */
static gboolean
alike (const FddmWeights *a, const FddmWeights *b)
{
  const gsize bytes = (gsize) a->coefficients * sizeof (float);

  if (a->kind != b->kind || a->patch != b->patch || a->channels != b->channels || a->noise_lo != b->noise_lo ||
      a->noise_hi != b->noise_hi || a->n_layers != b->n_layers || memcmp (a->mean, b->mean, bytes) != 0 ||
      memcmp (a->variance, b->variance, bytes) != 0)
    return FALSE;
  for (int i = 0; i < a->n_layers; i++)
    if (!layers_alike (&a->layers[i], &b->layers[i]))
      return FALSE;
  return TRUE;
}

/* Whether NAME is a plain file name. Others are rejected, so that a hostile file cannot open files elsewhere. */
static gboolean
is_plain (const char *name)
{
  return *name != '\0' && name[strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* Opens the weights for white noise that WEIGHTS names. If the file is missing, the network works without them. */
static gboolean
find_white (FddmWeights *weights, GError **error)
{
  const char             *name   = fddm_weights_metadata (weights, "white");
  g_autofree char        *folder = g_path_get_dirname (weights->path), *file = NULL, *path = NULL, *shown = NULL;
  g_autoptr (FddmWeights) white = NULL;

  if (name == NULL)
    return TRUE;
  shown = g_filename_display_name (weights->path);
  if (!is_plain (name))
    return fddm_weights_fail (error, _ ("Weights file “%s”: metadata “%s” is out of range"), shown, "white");
  file = g_strconcat (name, ".safetensors", NULL);
  path = g_build_filename (folder, file, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  white = read_file (path, error);
  if (white == NULL)
    return FALSE;
  if (fddm_weights_metadata (white, "white") != NULL || !alike (weights, white))
    return fddm_weights_fail (error, _ ("Weights file “%s” cannot take the place of “%s”"), file, shown);
  weights->white = g_steal_pointer (&white);
  return TRUE;
}

FddmWeights *
fddm_weights_open (const char *path, GError **error)
{
  g_autoptr (FddmWeights) weights = read_file (path, error);

  return weights != NULL && find_white (weights, error) ? g_steal_pointer (&weights) : NULL;
}
