/* form.c: see form.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp3/form.h"

static double
value_of (GimpProcedureConfig *config, const FddmParameter *parameter)
{
  g_autofree char *text   = NULL;
  GimpItem        *item   = NULL;
  double           number = 0;
  int              whole  = 0;

  switch (parameter->type)
    {
    case FDDM_PARAMETER_CHOICE: return gimp_procedure_config_get_choice_id (config, parameter->name);
    case FDDM_PARAMETER_DOUBLE: g_object_get (config, parameter->name, &number, NULL); return number;
    case FDDM_PARAMETER_TEXT:
      g_object_get (config, parameter->name, &text, NULL);
      return fddm_value_of_text (text ? text : "");
    case FDDM_PARAMETER_DRAWABLE:
      g_object_get (config, parameter->name, &item, NULL);
      number = item ? gimp_item_get_id (item) : -1;
      g_clear_object (&item);
      return number;
    default:
      g_object_get (config, parameter->name, &whole, NULL); /* gboolean is an int */
      return whole;
    }
}

void
fddm_form_values (GimpProcedureConfig *config, const FddmParameter *table, double *values)
{
  for (int i = 0; table[i].name; i++)
    values[i] = value_of (config, &table[i]);
}

gboolean
fddm_form_give (GimpProcedureConfig *config, const FddmParameter *table, int item)
{
  gboolean all = TRUE;

  for (int i = 0; table[i].name; i++)
    if (table[i].type == FDDM_PARAMETER_DRAWABLE && value_of (config, &table[i]) < 0)
      {
        g_autofree char *name  = g_strdup_printf (FDDM_FORM_GIVEN, table[i].name);
        gboolean         given = FALSE;

        g_object_get (config, name, &given, NULL);
        if (given && item >= 0)
          fddm_form_store (config, &table[i], item);
        all = all && (!given || item >= 0);
      }
  return all;
}

static void
store_item (GimpProcedureConfig *config, const char *name, int item)
{
  g_autofree char *given = g_strdup_printf (FDDM_FORM_GIVEN, name);

  g_object_set (config, name, item < 0 ? NULL : gimp_drawable_get_by_id (item), given, item >= 0, NULL);
}

void
fddm_form_store (GimpProcedureConfig *config, const FddmParameter *parameter, double value)
{
  const char *name = parameter->name;

  switch (parameter->type)
    {
    case FDDM_PARAMETER_CHOICE: g_object_set (config, name, parameter->choices[(int) value].name, NULL); break;
    case FDDM_PARAMETER_DOUBLE: g_object_set (config, name, value, NULL); break;
    case FDDM_PARAMETER_TEXT: g_object_set (config, name, fddm_text_of_value (value), NULL); break;
    case FDDM_PARAMETER_DRAWABLE: store_item (config, name, (int) value); break;
    default: g_object_set (config, name, (int) value, NULL); break;
    }
}
