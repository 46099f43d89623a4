/* metadata.c: reads and checks the metadata of a weights file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/weights/json.h"
#include "engine/weights/private.h"

#define DIFFICULTY_MAX 4096 /* points of the curve */
#define CLASSES_MAX    4096
#define SIDE_MAX       4096 /* of a training picture, in pixels */
#define GUIDANCE_MAX   10.0
#define VARIANTS_MAX   1024 /* per class */

const char *
fddm_weights_required (FddmSafetensors *file, const char *key, GError **error)
{
  const char *value = g_hash_table_lookup (file->metadata, key);

  if (value == NULL)
    fddm_weights_fail (error, _ ("metadata “%s” is missing"), key);
  return value;
}

/* Index in NAMES of the value of KEY, or -1. */
static int
choice (FddmSafetensors *file, const char *key, const char *const *names, GError **error)
{
  const char *value = fddm_weights_required (file, key, error);

  if (value == NULL)
    return -1;
  for (int i = 0; names[i] != NULL; i++)
    if (strcmp (value, names[i]) == 0)
      return i;
  fddm_weights_fail (error, _ ("metadata “%s”: “%.99s” is unknown to this version"), key, value);
  return -1;
}

/* A number in JSON notation: no leading space, no hexadecimal, no "inf". */
static gboolean
number (FddmSafetensors *file, const char *key, double *result, GError **error)
{
  const char *value = fddm_weights_required (file, key, error);
  char       *end;

  if (value == NULL)
    return FALSE;
  *result = g_ascii_strtod (value, &end);
  if (!*value || *end || strspn (value, "0123456789+-.eE") != strlen (value) || !isfinite (*result))
    return fddm_weights_fail (error, _ ("metadata “%s”: “%.99s” is not a number"), key, value);
  return TRUE;
}

static JsonNode *
json (const char *key, const char *value, int depth, GError **error)
{
  JsonNode *node = fddm_json_parse (value, strlen (value), depth, error);

  if (node == NULL)
    g_prefix_error (error, _ ("metadata “%s”: "), key);
  return node;
}

/* A JSON array [from, to] with from < to. */
static gboolean
range (FddmSafetensors *file, const char *key, double *from, double *to, GError **error)
{
  const char          *value = fddm_weights_required (file, key, error);
  g_autoptr (JsonNode) node  = value != NULL ? json (key, value, 1, error) : NULL;
  g_autofree double   *ends  = NULL;
  guint                n;

  if (node == NULL)
    return FALSE;
  ends = fddm_json_numbers (node, 2, &n);
  if (ends == NULL || n != 2 || !(ends[0] < ends[1]) || fabs (ends[0]) > 1e6 || fabs (ends[1]) > 1e6)
    return fddm_weights_fail (error, _ ("metadata “%s” must be two numbers in ascending order"), key);
  *from = ends[0];
  *to   = ends[1];
  return TRUE;
}

static gboolean
read_name (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  const char *name = fddm_weights_required (file, "name", error);

  if (name == NULL)
    return FALSE;
  if (!*name || strlen (name) > 200)
    return fddm_weights_fail (error, _ ("metadata “%s” is empty or too long"), "name");
  weights->name = fddm_weights_fit_to_show (name);
  return TRUE;
}

static gboolean
read_kind (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  static const char *const formats[]  = { "fddm/1", NULL };
  static const char *const kinds[]    = { "denoise", "generate", "measure", NULL }; /* in the order of FddmKind */
  static const char *const channels[] = { "1", "3", NULL };
  static const char *const colours[]  = { "gray", "ycbcr-bt601", NULL }; /* in the order of channels */
  const char              *patch;
  guint64                  side;
  int                      kind, count, colour;

  if (choice (file, "format", formats, error) < 0 || (kind = choice (file, "kind", kinds, error)) < 0 ||
      !read_name (weights, file, error) || (patch = fddm_weights_required (file, "patch", error)) == NULL)
    return FALSE;
  if (!g_ascii_string_to_unsigned (patch, 10, 1, FDDM_PATCH_MAX, &side, NULL))
    return fddm_weights_fail (error, _ ("metadata “%s” must be a number from %d to %d"), "patch", 1, FDDM_PATCH_MAX);
  if ((count = choice (file, "channels", channels, error)) < 0 || (colour = choice (file, "colour", colours, error)) < 0)
    return FALSE;
  if (colour != count)
    return fddm_weights_fail (error, _ ("metadata “%s” and “%s” contradict each other"), "channels", "colour");
  weights->kind         = (FddmKind) kind;
  weights->patch        = (int) side;
  weights->channels     = count == 0 ? 1 : 3;
  weights->coefficients = weights->channels * weights->patch * weights->patch;
  weights->inputs       = weights->coefficients + (kind == FDDM_KIND_MEASURE ? weights->channels : weights->coefficients);
  weights->outputs      = weights->coefficients * (kind == FDDM_KIND_MEASURE ? 2 : 1);
  return TRUE;
}

static gboolean
read_schedule (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  static const char *const grids[] = { "paper", "open", NULL };
  int                      grid;
  double                   lo, hi;

  if ((grid = choice (file, "k_grid", grids, error)) < 0 || !number (file, "temperature", &weights->temperature, error) ||
      !range (file, "mu_range", &weights->mu_from, &weights->mu_to, error) || !range (file, "noise_range", &lo, &hi, error))
    return FALSE;
  if (weights->temperature < 1e-4 || weights->temperature > 1e4)
    return fddm_weights_fail (error, _ ("metadata “%s” is out of range"), "temperature");
  weights->open_grid = grid == 1;
  weights->noise_lo  = (float) lo;
  weights->noise_hi  = (float) hi;
  if (lo < 1e-9 || !(weights->noise_lo < weights->noise_hi))
    return fddm_weights_fail (error, _ ("metadata “%s” is out of range"), "noise_range");
  return TRUE;
}

static gboolean
read_classes (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  const char            *value = g_hash_table_lookup (file->metadata, "classes");
  g_autoptr (JsonNode)   node  = NULL;
  g_autoptr (GHashTable) seen  = g_hash_table_new (g_str_hash, g_str_equal);
  JsonArray             *array;
  guint                  n;

  if (value == NULL)
    return TRUE;
  if (weights->kind != FDDM_KIND_GENERATE)
    return fddm_weights_fail (error, _ ("metadata “%s” is not allowed in this kind of network"), "classes");
  node = json ("classes", value, 1, error);
  if (node == NULL)
    return FALSE;
  array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  n     = array != NULL ? json_array_get_length (array) : 0;
  if (n < 1 || n > CLASSES_MAX)
    return fddm_weights_fail (error, _ ("metadata “%s” must be an array of 1 to %d names"), "classes", CLASSES_MAX);
  weights->classes = g_try_new0 (char *, n + 1);
  if (weights->classes == NULL)
    return fddm_weights_no_memory (error);
  for (guint i = 0; i < n; i++)
    {
      const char *name = fddm_json_string (json_array_get_element (array, i));

      if (name == NULL || !*name || strlen (name) > 200)
        return fddm_weights_fail (error, _ ("metadata “%s”: name %u is empty or too long"), "classes", i);
      weights->classes[i] = fddm_weights_fit_to_show (name);
      if (!g_hash_table_add (seen, weights->classes[i]))
        return fddm_weights_fail (error, _ ("metadata “%s”: duplicate name “%s”"), "classes", name);
    }
  return TRUE;
}

/* Checks that none of KEYS (NULL-terminated) is present, since they do not apply to this network. */
static gboolean
has_none (FddmSafetensors *file, const char *const *keys, GError **error)
{
  for (int i = 0; keys[i] != NULL; i++)
    if (g_hash_table_contains (file->metadata, keys[i]))
      return fddm_weights_fail (error, _ ("metadata “%s” is not allowed in this kind of network"), keys[i]);
  return TRUE;
}

/* Reads the number of variants of each class, or their total if there are no classes. */
static gboolean
read_variants (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  const char          *value  = g_hash_table_lookup (file->metadata, "variants");
  const guint          wanted = weights->classes != NULL ? g_strv_length (weights->classes) : 1;
  g_autoptr (JsonNode) node   = NULL;
  g_autofree double   *counts = NULL;
  guint                n      = 0;

  if (value == NULL)
    return TRUE;
  node = json ("variants", value, 1, error);
  if (node == NULL)
    return FALSE;
  counts            = fddm_json_numbers (node, wanted, &n);
  weights->variants = g_try_new0 (int, wanted);
  if (weights->variants == NULL)
    return fddm_weights_no_memory (error);
  for (guint i = 0; i < wanted; i++)
    {
      if (counts == NULL || n != wanted || !(counts[i] >= 1 && counts[i] <= VARIANTS_MAX) || counts[i] != floor (counts[i]))
        return fddm_weights_fail (error, _ ("metadata “%s” is out of range"), "variants");
      weights->variants[i] = (int) counts[i];
      weights->n_variants += weights->variants[i];
    }
  return TRUE;
}

/* Reads the sampling settings of a generating network. All are optional. */
static gboolean
read_sampling (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  static const char *const keys[] = {
    "side", "padding", "guidance", "clamp", "input", "output", "variants", "examples", NULL
  };
  static const char *const paddings[] = { "zero", NULL };
  static const char *const foreign[]  = { "white", NULL };
  static const char *const truths[]   = { "false", "true", NULL };
  static const char *const inputs[]   = { "whitened", "wiener", NULL }; /* in the order of FddmInputForm  */
  static const char *const outputs[]  = { "residual", "clean", NULL };  /* in the order of FddmOutputForm */
  const char              *side       = g_hash_table_lookup (file->metadata, "side");
  double                   guidance   = 1.0;
  const guint64            least      = (guint64) weights->patch; /* what has fewer is no patch */
  guint64                  pixels     = 0;
  int                      clamp = 0, input = FDDM_INPUT_WHITENED, output = FDDM_OUTPUT_RESIDUAL;

  weights->guidance = 1.0f;
  if (weights->kind != FDDM_KIND_GENERATE)
    return has_none (file, keys, error);
  if (!has_none (file, foreign, error))
    return FALSE;
  if (side != NULL && !g_ascii_string_to_unsigned (side, 10, least, SIDE_MAX, &pixels, NULL))
    return fddm_weights_fail (error, _ ("metadata “%s” must be a number from %d to %d"), "side", weights->patch, SIDE_MAX);
  if ((g_hash_table_contains (file->metadata, "padding") && choice (file, "padding", paddings, error) < 0) ||
      (g_hash_table_contains (file->metadata, "clamp") && (clamp = choice (file, "clamp", truths, error)) < 0) ||
      (g_hash_table_contains (file->metadata, "input") && (input = choice (file, "input", inputs, error)) < 0) ||
      (g_hash_table_contains (file->metadata, "output") && (output = choice (file, "output", outputs, error)) < 0) ||
      (g_hash_table_contains (file->metadata, "guidance") && !number (file, "guidance", &guidance, error)))
    return FALSE;
  if (!(guidance >= 1.0 && guidance <= GUIDANCE_MAX))
    return fddm_weights_fail (error, _ ("metadata “%s” is out of range"), "guidance");
  weights->side        = (int) pixels;
  weights->guidance    = (float) guidance;
  weights->clamp       = clamp == 1;
  weights->input_form  = (FddmInputForm) input;
  weights->output_form = (FddmOutputForm) output;
  return TRUE;
}

static gboolean
read_difficulty (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  const char          *value = g_hash_table_lookup (file->metadata, "difficulty");
  g_autoptr (JsonNode) node  = NULL;
  JsonObject          *object;
  guint                n = 0, n_errors = 0;
  gboolean             good;

  if (value == NULL)
    return TRUE;
  node = json ("difficulty", value, 2, error);
  if (node == NULL)
    return FALSE;
  object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  if (object == NULL || json_object_get_size (object) != 2 || !json_object_has_member (object, "log_s") ||
      !json_object_has_member (object, "error"))
    return fddm_weights_fail (error, _ ("metadata “%s” must contain “%s” and “%s”"), "difficulty", "log_s", "error");

  weights->difficulty_log_s = fddm_json_numbers (json_object_get_member (object, "log_s"), DIFFICULTY_MAX, &n);
  weights->difficulty_error = fddm_json_numbers (json_object_get_member (object, "error"), DIFFICULTY_MAX, &n_errors);
  good = weights->difficulty_log_s != NULL && weights->difficulty_error != NULL && n >= 2 && n == n_errors;
  for (guint i = 0; good && i < n; i++)
    good = weights->difficulty_error[i] >= 0 && (i == 0 || weights->difficulty_log_s[i] > weights->difficulty_log_s[i - 1]);
  if (!good)
    return fddm_weights_fail (error, _ ("metadata “%s”: invalid curve"), "difficulty");
  weights->n_difficulty = (int) n;
  return TRUE;
}

/* Reads the further metadata of a network that predicts clean coefficients. The noise meter has none of them. */
static gboolean
read_prediction (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  static const char *const keys[] = { "k_grid",  "temperature", "mu_range", "noise_range",
                                      "classes", "difficulty",  "white",    NULL };

  if (!read_sampling (weights, file, error))
    return FALSE;
  if (weights->kind == FDDM_KIND_MEASURE)
    return has_none (file, keys, error);
  return read_schedule (weights, file, error) && read_classes (weights, file, error) &&
         read_difficulty (weights, file, error) && read_variants (weights, file, error);
}

gboolean
fddm_weights_read_metadata (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  return read_kind (weights, file, error) && read_prediction (weights, file, error);
}
