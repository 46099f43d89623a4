/* properties.c: see properties.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "gegl/properties.h"
#include <gegl.h>
#include <gegl-paramspecs.h>
#include <glib/gi18n-lib.h>
#include <string.h>

/* As for every operation's properties: a pad makes it an input of GEGL's graph. */
#define FLAGS ((GParamFlags) (G_PARAM_READWRITE | G_PARAM_CONSTRUCT | GEGL_PARAM_PAD_INPUT))

/* LABEL without its mnemonic, which is "_N" or behind the label "(_N)". Free with g_free. */
static char *
plain (const char *label)
{
  GString    *text   = g_string_new (label);
  const char *behind = strstr (label, "(_");

  if (behind)
    g_string_truncate (text, (gsize) (behind - label));
  else
    g_string_replace (text, "_", "", 0);
  return g_strchomp (g_string_free (text, FALSE));
}

/* The type of a choice, which lives as long as the process. */
static GType
choice_type (const FddmParameter *parameter)
{
  g_autofree char *name = g_strdup_printf ("FddmDenoise-%s", parameter->name);
  GType            type = g_type_from_name (name);
  const int        n    = (int) parameter->max + 1;
  GEnumValue      *values;

  if (type)
    return type;
  values = g_new0 (GEnumValue, n + 1);
  for (int i = 0; i < n; i++)
    values[i] = (GEnumValue) { i, _ (parameter->choices[i].label), parameter->choices[i].name };
  return g_enum_register_static (name, values);
}

static GParamSpec *
spec_of (const FddmParameter *parameter, double preset)
{
  const char      *blurb = _ (parameter->blurb);
  g_autofree char *label = plain (_ (parameter->label));
  GParamSpec      *spec;

  if (parameter->type == FDDM_PARAMETER_CHOICE)
    return gegl_param_spec_enum (parameter->name, label, blurb, choice_type (parameter), (int) preset, FLAGS);
  if (parameter->type == FDDM_PARAMETER_INT)
    return gegl_param_spec_int (parameter->name, label, blurb, (int) parameter->min, (int) parameter->max, (int) preset,
                                (int) parameter->min, (int) parameter->max, 1, FLAGS);
  spec = gegl_param_spec_double (parameter->name, label, blurb, parameter->min, parameter->max, preset, parameter->min,
                                 parameter->max, 1, FLAGS);
  gegl_param_spec_double_set_digits (GEGL_PARAM_SPEC_DOUBLE (spec), 1);
  return spec;
}

void
fddm_properties_defaults (double *values)
{
  fddm_parameters_defaults (fddm_denoise_parameters, values);
  values[FDDM_DENOISE_QUALITY] = FDDM_QUALITY_FAST;
}

void
fddm_properties_install (GObjectClass *klass)
{
  double presets[FDDM_PARAMETERS_MAX];

  fddm_properties_defaults (presets);
  for (guint i = 0; i < FDDM_DENOISE_N; i++)
    if (i != FDDM_DENOISE_OUTPUT)
      g_object_class_install_property (klass, i + 1, spec_of (&fddm_denoise_parameters[i], presets[i]));
}

static const FddmParameter *
parameter_of (guint id)
{
  return id >= 1 && id <= FDDM_DENOISE_N && id - 1 != FDDM_DENOISE_OUTPUT ? &fddm_denoise_parameters[id - 1] : NULL;
}

gboolean
fddm_properties_get (const double *values, guint id, GValue *value)
{
  const FddmParameter *parameter = parameter_of (id);

  if (!parameter)
    return FALSE;
  switch (parameter->type)
    {
    case FDDM_PARAMETER_CHOICE: g_value_set_enum (value, (int) values[id - 1]); break;
    case FDDM_PARAMETER_INT: g_value_set_int (value, (int) values[id - 1]); break;
    default: g_value_set_double (value, values[id - 1]); break;
    }
  return TRUE;
}

gboolean
fddm_properties_set (double *values, guint id, const GValue *value)
{
  const FddmParameter *parameter = parameter_of (id);

  if (!parameter)
    return FALSE;
  switch (parameter->type)
    {
    case FDDM_PARAMETER_CHOICE: values[id - 1] = g_value_get_enum (value); break;
    case FDDM_PARAMETER_INT: values[id - 1] = g_value_get_int (value); break;
    default: values[id - 1] = g_value_get_double (value); break;
    }
  return TRUE;
}
