/* white.c: the network that takes another one's place where noise is white.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <string.h>
#include "engine/weights/private.h"

static gboolean
layers_alike (const FddmLayer *a, const FddmLayer *b)
{
  return a->op == b->op && a->activation == b->activation && a->kernel == b->kernel && a->channels == b->channels &&
         a->residual == b->residual && a->n_in == b->n_in && memcmp (a->in, b->in, (gsize) a->n_in * sizeof a->in[0]) == 0;
}

/* Whether one stands in for the other with nothing else changed: tiles, memory, preconditioning. */
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

/* A plain name: a hostile file must not have others opened all over the disk. */
static gboolean
is_plain (const char *name)
{
  return *name != '\0' && name[strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

gboolean
fddm_weights_find_white (FddmWeights *weights, GError **error)
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
  white = fddm_weights_read (path, error);
  if (white == NULL)
    return FALSE;
  if (fddm_weights_metadata (white, "white") != NULL || !alike (weights, white))
    return fddm_weights_fail (error, _ ("Weights file “%s” cannot take the place of “%s”"), file, shown);
  weights->white = g_steal_pointer (&white);
  return TRUE;
}
