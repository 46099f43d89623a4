/* parameters.c: see parameters.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/parameters.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

G_DEFINE_QUARK (fddm-parameter-error-quark, fddm_parameter_error)

static const FddmChoice qualities[] = {
  { "fast", N_ ("Fast") }, { "balanced", N_ ("Balanced") }, { "best", N_ ("Best") }, { NULL, NULL }
};

static const FddmChoice outputs[] = { { "layer", N_ ("New layer") },
                                      { "layer-and-noise", N_ ("New layer and removed noise") },
                                      { "layer-and-uncertainty", N_ ("New layer and uncertainty") },
                                      { NULL, NULL } };

static const FddmChoice devices[] = {
  { "auto", N_ ("Automatic") }, { "gpu", N_ ("GPU") }, { "cpu", N_ ("CPU") }, { NULL, NULL }
};

/* Each has the maps of those before it, too. */
static const FddmChoice maps[] = { { "none", N_ ("Colour") },
                                   { "height", N_ ("Colour, height") },
                                   { "normal", N_ ("Colour, height, normal") },
                                   { "roughness", N_ ("Colour, height, normal, roughness") },
                                   { NULL, NULL } };

static const FddmChoice normals[] = { { "opengl", N_ ("OpenGL (green points up)") },
                                      { "directx", N_ ("DirectX (green points down)") },
                                      { NULL, NULL } };

#define BY_SIZE  N_ ("Noise by si_ze")
#define ADVANCED N_ ("Ad_vanced")

/* The mnemonics avoid those of Save, Load, Reset, Cancel and OK in the same dialog. */
const FddmParameter fddm_denoise_parameters[FDDM_DENOISE_N + 1] = {
  [FDDM_DENOISE_NOISE]   = { "noise", N_ ("_Noise level"),
                             N_ ("Standard deviation of the noise in 8-bit steps; 0 = measure it"), FDDM_PARAMETER_DOUBLE, 0,
                             FDDM_NOISE_LEVEL_MAX, 0, NULL, NULL, NULL },
  [FDDM_DENOISE_LUMA]    = { "luma", N_ ("_Brightness noise"), N_ ("Percentage of the brightness noise to remove"),
                             FDDM_PARAMETER_DOUBLE, 0, FDDM_STRENGTH_MAX, 100, NULL, NULL, NULL },
  [FDDM_DENOISE_CHROMA]  = { "chroma", N_ ("Colour no_ise"), N_ ("Percentage of the colour noise to remove"),
                             FDDM_PARAMETER_DOUBLE, 0, FDDM_STRENGTH_MAX, 100, NULL, NULL, NULL },
  [FDDM_DENOISE_DETAIL]  = { "detail", N_ ("_Detail"),
                             N_ ("Percentage of sampled texture, which restores fine texture hidden by noise"),
                             FDDM_PARAMETER_DOUBLE, 0, FDDM_STRENGTH_MAX, 0, NULL, NULL, NULL },
  [FDDM_DENOISE_QUALITY] = { "quality", N_ ("_Quality"), N_ ("Network to use, from fastest to best"), FDDM_PARAMETER_CHOICE,
                             0, 2, 1, qualities, NULL, NULL },
  [FDDM_DENOISE_OUTPUT]  = { "output", N_ ("O_utput"),
                             N_ ("A new layer, optionally with a second, hidden one: the removed noise (show it to get the "
                                  "original back) or the uncertainty (bright where the result is uncertain)"),
                             FDDM_PARAMETER_CHOICE, 0, 2, 0, outputs, NULL, NULL },
  [FDDM_DENOISE_DEVICE]  = { "device", N_ ("D_evice"), N_ ("Device to compute on"), FDDM_PARAMETER_CHOICE, 0, 2, 0, devices,
                             ADVANCED, NULL },
  [FDDM_DENOISE_SEED]    = { "seed", N_ ("Rando_m seed"), N_ ("The same seed gives the same detail"), FDDM_PARAMETER_INT, 0,
                             G_MAXINT32, 0, NULL, ADVANCED, NULL },
  [FDDM_DENOISE_COARSE]  = { "coarse", N_ ("Coarse blo_tches"),
                             N_ ("Percentage of coarse blotches to remove, 12 pixels or more apart; above 100, this "
                                  "noise counts as larger than measured"),
                             FDDM_PARAMETER_DOUBLE, 0, FDDM_GRAIN_STRENGTH_MAX, 100, NULL, BY_SIZE, NULL },
  [FDDM_DENOISE_MEDIUM]  = { "medium", N_ ("Medium c_lumps"),
                             N_ ("Percentage of medium clumps to remove, about 5 to 12 pixels apart"), FDDM_PARAMETER_DOUBLE,
                             0, FDDM_GRAIN_STRENGTH_MAX, 100, NULL, BY_SIZE, NULL },
  [FDDM_DENOISE_FINE] = { "fine", N_ ("_Fine grain"), N_ ("Percentage of fine grain to remove, up to about 5 pixels apart"),
                          FDDM_PARAMETER_DOUBLE, 0, FDDM_GRAIN_STRENGTH_MAX, 100, NULL, BY_SIZE, NULL },
};

const FddmParameter fddm_generate_parameters[FDDM_GENERATE_N + 1] = {
  [FDDM_GENERATE_MODEL]   = { "model", N_ ("Mo_del"),
                              N_ ("Network that generates the picture: its name or the path of its file"), FDDM_PARAMETER_TEXT,
                              0, 0, 0, NULL, ADVANCED, "texture" },
  [FDDM_GENERATE_SUBJECT] = { "subject", N_ ("S_ubject"),
                              N_ ("Subject of the picture, by its name in the network; empty = any"), FDDM_PARAMETER_TEXT, 0,
                              0, 0, NULL, NULL, "" },
  [FDDM_GENERATE_WIDTH]   = { "width", N_ ("W_idth"), N_ ("Width of the new layer in pixels; 0 = the image's"),
                              FDDM_PARAMETER_INT, 0, FDDM_GENERATE_SIDE_MAX, 0, NULL, NULL, NULL },
  [FDDM_GENERATE_HEIGHT]  = { "height", N_ ("Hei_ght"), N_ ("Height of the new layer in pixels; 0 = the image's"),
                              FDDM_PARAMETER_INT, 0, FDDM_GENERATE_SIDE_MAX, 0, NULL, NULL, NULL },
  [FDDM_GENERATE_STEPS]   = { "steps", N_ ("Ste_ps"),
                              N_ ("Number of sampling steps from noise to the picture; more take longer"), FDDM_PARAMETER_INT,
                              1, FDDM_GENERATE_STEPS_MAX, 12, NULL, ADVANCED, NULL },
  [FDDM_GENERATE_ETA] = { "eta", N_ ("Cha_nce (eta)"), N_ ("Fresh noise added at each step: 0 = none, 1 = full strength"),
                          FDDM_PARAMETER_DOUBLE, 0, 1, 1, NULL, ADVANCED, NULL },
  [FDDM_GENERATE_TILEABLE] = { "tileable", N_ ("_Tileable: edges meet"),
                               N_ ("Opposite edges meet, so that the layer repeats without a seam"), FDDM_PARAMETER_BOOLEAN,
                               0, 1, 0, NULL, NULL, NULL },
  [FDDM_GENERATE_COUNT]    = { "count", N_ ("La_yers"), N_ ("Number of layers to generate, each with the next seed"),
                               FDDM_PARAMETER_INT, 1, FDDM_GENERATE_LAYERS_MAX, 1, NULL, NULL, NULL },
  [FDDM_GENERATE_DEVICE] = { "device", N_ ("D_evice"), N_ ("Device to compute on"), FDDM_PARAMETER_CHOICE, 0, 2, 0, devices,
                             ADVANCED, NULL },
  [FDDM_GENERATE_SEED]   = { "seed", N_ ("Rando_m seed"),
                             N_ ("A different seed gives a different picture, the same seed the same picture"),
                             FDDM_PARAMETER_INT, 0, G_MAXINT32, 0, NULL, ADVANCED, NULL },
  [FDDM_GENERATE_MAPS]   = { "maps", N_ ("Maps"),
                             N_ (
                             "Layers for renderers: the height, its normals and the roughness, guessed from the brightness"),
                             FDDM_PARAMETER_CHOICE, 0, 3, 0, maps, NULL, NULL },
  [FDDM_GENERATE_MAP_STRENGTH] = { "map-strength", N_ ("Relief"), N_ ("Depth of the height and normal maps in percent"),
                                   FDDM_PARAMETER_DOUBLE, 0, FDDM_MAPS_STRENGTH_MAX, 100, NULL, NULL, NULL },
  [FDDM_GENERATE_NORMALS]      = { "normals", N_ ("Normal map"),
                                   N_ ("Direction of green in the normal map, as the renderer expects it"), FDDM_PARAMETER_CHOICE,
                                   0, 1, 0, normals, NULL, NULL },
  [FDDM_GENERATE_LIKE]         = { "like", N_ ("Like the layer"),
                                   N_ ("Layer with the material to make more of, or its selected part; none = the subject"),
                                   FDDM_PARAMETER_DRAWABLE, -1, G_MAXINT32, -1, NULL, NULL, NULL },
  [FDDM_GENERATE_CLOSENESS]    = { "closeness", N_ ("Closeness"),
                                   N_ ("0 = only colours and grain of the example, 100 = its shapes, too"),
                                   FDDM_PARAMETER_DOUBLE, 0, FDDM_CLOSENESS_MAX, 70, NULL, NULL, NULL },
};

const FddmParameter fddm_seamless_parameters[FDDM_SEAMLESS_N + 1] = {
  [FDDM_SEAMLESS_SEED]   = { "seed", N_ ("Rando_m seed"),
                             N_ ("A different seed gives a different picture, the same seed the same picture"),
                             FDDM_PARAMETER_INT, 0, G_MAXINT32, 0, NULL, NULL, NULL },
  [FDDM_SEAMLESS_STEPS]  = { "steps", N_ ("Ste_ps"),
                             N_ ("Number of sampling steps from noise to the picture; more take longer"), FDDM_PARAMETER_INT,
                             1, FDDM_GENERATE_STEPS_MAX, 20, NULL, ADVANCED, NULL },
  [FDDM_SEAMLESS_DEVICE] = { "device", N_ ("D_evice"), N_ ("Device to compute on"), FDDM_PARAMETER_CHOICE, 0, 2, 0, devices,
                             ADVANCED, NULL },
  [FDDM_SEAMLESS_BAND]   = { "band", N_ ("Width of the _band"),
                             N_ ("Pixels along each edge that are generated anew; 0 = by the size of the picture"),
                             FDDM_PARAMETER_INT, 0, FDDM_SEAMLESS_BAND_MAX, 0, NULL, NULL, NULL },
  [FDDM_SEAMLESS_EVEN_LIGHT] = { "even-light", N_ ("Even o_ut the light"),
                                 N_ ("Slopes of light are taken out, so that opposite edges are equally bright"),
                                 FDDM_PARAMETER_BOOLEAN, 0, 1, 1, NULL, NULL, NULL },
};

int
fddm_parameter_place (const FddmParameter *table, const char *name)
{
  int i = 0;

  while (strcmp (table[i].name, name) != 0)
    i++;
  return i;
}

int
fddm_parameters_count (const FddmParameter *table)
{
  int n = 0;

  while (table[n].name)
    n++;
  return n;
}

void
fddm_parameters_defaults (const FddmParameter *table, double *values)
{
  for (int i = 0; table[i].name; i++)
    values[i] = fddm_parameter_preset (&table[i]);
}

static gboolean
check_one (const FddmParameter *parameter, double value, GError **error)
{
  gboolean whole = parameter->type == FDDM_PARAMETER_DOUBLE || value == floor (value);

  if (parameter->type == FDDM_PARAMETER_TEXT)
    return TRUE;
  /* False for NaN, too. */
  if (value >= parameter->min && value <= parameter->max && whole)
    return TRUE;
  g_set_error (error, FDDM_PARAMETER_ERROR, FDDM_PARAMETER_ERROR_RANGE,
               _ ("“%s” is %.10g, but must be from %.10g to %.10g."), parameter->name, value, parameter->min,
               parameter->max);
  return FALSE;
}

gboolean
fddm_parameters_check (const FddmParameter *table, const double *values, GError **error)
{
  for (int i = 0; table[i].name; i++)
    if (!check_one (&table[i], values[i], error))
      return FALSE;
  return TRUE;
}

char *
fddm_parameter_describe (const FddmParameter *parameter)
{
  GString *text;

  if (parameter->type == FDDM_PARAMETER_TEXT || parameter->type == FDDM_PARAMETER_DRAWABLE)
    return g_strdup (_ (parameter->blurb));
  if (parameter->type == FDDM_PARAMETER_BOOLEAN)
    return g_strdup_printf ("%s (TRUE or FALSE)", _ (parameter->blurb));
  if (!parameter->choices)
    return g_strdup_printf ("%s (%.10g <= %s <= %.10g)", _ (parameter->blurb), parameter->min, parameter->name,
                            parameter->max);

  text = g_string_new (_ (parameter->blurb));
  for (int i = 0; parameter->choices[i].name; i++)
    g_string_append_printf (text, "%s%s (%d)", i ? ", " : " { ", parameter->choices[i].name, i);
  g_string_append (text, " }");
  return g_string_free (text, FALSE);
}

static char *
write_value (const FddmParameter *parameter, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (parameter->type == FDDM_PARAMETER_TEXT)
    return g_uri_escape_string (fddm_text_of_value (value), NULL, FALSE);
  return g_strdup (parameter->choices ? parameter->choices[(int) value].name
                                      : g_ascii_dtostr (number, sizeof number, value));
}

char *
fddm_parameters_to_text (const FddmParameter *table, const double *values)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; table[i].name; i++)
    {
      g_autofree char *value = write_value (&table[i], values[i]);

      g_string_append_printf (text, "%s%s=%s", i ? " " : "", table[i].name, value);
    }
  return g_string_free (text, FALSE);
}

/* TEXT as a message can show it: short, on one line. */
static char *
in_short (const char *text)
{
  enum { MOST = 60 };
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const gboolean   cut   = g_utf8_strlen (valid, -1) > MOST;
  g_autofree char *start = g_utf8_substring (valid, 0, cut ? MOST : g_utf8_strlen (valid, -1));

  for (char *at = start; *at; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  return g_strconcat (start, cut ? "…" : NULL, NULL);
}

static gboolean
read_value (const FddmParameter *parameter, const char *text, double *value, GError **error)
{
  char            *end;
  double           number = g_ascii_strtod (text, &end);
  g_autofree char *plain  = parameter->type == FDDM_PARAMETER_TEXT ? g_uri_unescape_string (text, NULL) : NULL;

  if (plain)
    {
      *value = fddm_value_of_text (plain);
      return TRUE;
    }
  for (int i = 0; parameter->choices && parameter->choices[i].name; i++)
    if (!strcmp (parameter->choices[i].name, text))
      {
        *value = i;
        return TRUE;
      }
  if (end == text || *end || parameter->type == FDDM_PARAMETER_TEXT)
    {
      g_autofree char *meaning = fddm_parameter_describe (parameter);
      g_autofree char *shown   = in_short (text);

      g_set_error (error, FDDM_PARAMETER_ERROR, FDDM_PARAMETER_ERROR_RANGE, _ ("“%s” cannot be “%s”: %s."), parameter->name,
                   shown, meaning);
      return FALSE;
    }
  *value = number;
  return check_one (parameter, number, error);
}

gboolean
fddm_parameters_from_text (const FddmParameter *table, const char *text, double *values, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  double         read[FDDM_PARAMETERS_MAX];
  int            n = fddm_parameters_count (table);

  memcpy (read, values, n * sizeof *read);
  for (char **word = words; *word; word++)
    {
      char *equals = strchr (*word, '=');
      int   i;

      if (!**word)
        continue;
      if (equals)
        *equals = '\0';
      for (i = 0; i < n && strcmp (table[i].name, *word); i++)
        ;
      if (i == n || !equals)
        {
          g_autofree char *shown = in_short (*word);

          g_set_error (error, FDDM_PARAMETER_ERROR, FDDM_PARAMETER_ERROR_UNKNOWN, _ ("There is no parameter “%s”."), shown);
          return FALSE;
        }
      if (!read_value (&table[i], equals + 1, &read[i], error))
        return FALSE;
    }
  memcpy (values, read, n * sizeof *read);
  return TRUE;
}

FddmDenoiseParams
fddm_denoise_params_of (const double *values)
{
  FddmDenoiseParams params = fddm_denoise_params_default ();

  params.noise  = values[FDDM_DENOISE_NOISE];
  params.luma   = values[FDDM_DENOISE_LUMA];
  params.chroma = values[FDDM_DENOISE_CHROMA];
  params.coarse = values[FDDM_DENOISE_COARSE];
  params.medium = values[FDDM_DENOISE_MEDIUM];
  params.fine   = values[FDDM_DENOISE_FINE];
  params.detail = values[FDDM_DENOISE_DETAIL];
  params.seed   = (guint32) values[FDDM_DENOISE_SEED];
  return params;
}
