/* operation.c: see operation.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The operation runs in the host's process. Whatever goes wrong, it hands on the picture unchanged and says so once. */
#include "gegl/operation.h"
#include "engine/gegl-pixels.h"
#include "gegl/denoiser.h"
#include "gegl/properties.h"
#include "plugin/procedures.h"
#include <glib/gi18n-lib.h>

/* Part of the progress that measuring takes. */
#define MEASURING 0.1

typedef struct {
  GeglOperationFilter parent_instance;
  double              values[FDDM_PARAMETERS_MAX];
  FddmDenoiser        denoiser;
  char               *told; /* the problem that the user was told last; NULL: all is well */
} FddmOperation;

typedef struct {
  GeglOperationFilterClass parent_class;
} FddmOperationClass;

G_DEFINE_DYNAMIC_TYPE (FddmOperation, fddm_operation, GEGL_TYPE_OPERATION_FILTER)

/* ---- Properties ---- */

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  if (!fddm_properties_get (((FddmOperation *) object)->values, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  if (!fddm_properties_set (((FddmOperation *) object)->values, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

/* ---- Regions: the whole picture at once, as its noise is measured as a whole ---- */

/* The whole input, or NULL if it has no pixels or no end. */
static const GeglRectangle *
whole_input (GeglOperation *operation)
{
  const GeglRectangle *whole = gegl_operation_source_get_bounding_box (operation, "input");

  return whole && !gegl_rectangle_is_empty (whole) && !gegl_rectangle_is_infinite_plane (whole) ? whole : NULL;
}

static GeglRectangle
cached_region (GeglOperation *operation, const GeglRectangle *part)
{
  const GeglRectangle *whole = whole_input (operation);

  return whole ? *whole : *part;
}

static GeglRectangle
required_for_output (GeglOperation *operation, G_GNUC_UNUSED const char *pad, const GeglRectangle *part)
{
  return cached_region (operation, part);
}

static GeglRectangle
invalidated_by_change (GeglOperation *operation, G_GNUC_UNUSED const char *pad, const GeglRectangle *part)
{
  return cached_region (operation, part);
}

static void
prepare (GeglOperation *operation)
{
  const Babl *source = gegl_operation_get_source_format (operation, "input");
  const Babl *space  = gegl_operation_get_source_space (operation, "input");
  const Babl *format = fddm_gegl_pixels_format (source, space);

  gegl_operation_set_format (operation, "input", format);
  gegl_operation_set_format (operation, "output", format);
}

/* ---- Pixels ---- */

static gboolean
tell_progress (FddmPhase phase, double fraction, gpointer operation)
{
  static char no_text[] = "";

  gegl_operation_progress (
    operation, phase == FDDM_PHASE_MEASURE ? MEASURING * fraction : MEASURING + (1 - MEASURING) * fraction, no_text);
  return TRUE;
}

/* Tells a problem where GIMP shows GEGL's messages, and the same problem only once. */
static void
tell_problem (FddmOperation *self, const GError *error)
{
  if (g_strcmp0 (self->told, error->message) == 0)
    return;
  g_free (self->told);
  self->told = g_strdup (error->message);
  g_log ("GEGL", G_LOG_LEVEL_MESSAGE, "fddm:denoise: %s", error->message);
}

static gboolean
process (GeglOperation *operation, GeglBuffer *input, GeglBuffer *output, const GeglRectangle *part, G_GNUC_UNUSED int level)
{
  FddmOperation       *self  = (FddmOperation *) operation;
  const GeglRectangle *whole = whole_input (operation);
  g_autoptr (GError)   error = NULL;
  FddmGeglPixels       pixels;

  gegl_buffer_copy (input, part, GEGL_ABYSS_NONE, output, part);
  if (!whole)
    return TRUE;
  tell_progress (FDDM_PHASE_MEASURE, 0, operation); /* GIMP's bar starts at 0 only, and ends at 1 */
  fddm_gegl_pixels_init (&pixels, input, output, whole, NULL);
  if (fddm_denoiser_run (&self->denoiser, self->values, &pixels, tell_progress, operation, &error))
    g_clear_pointer (&self->told, g_free);
  else
    {
      gegl_buffer_copy (input, part, GEGL_ABYSS_NONE, output, part);
      tell_problem (self, error);
    }
  tell_progress (FDDM_PHASE_DENOISE, 1, operation);
  return TRUE;
}

/* Hands on an input that has no pixels or no end. */
static gboolean
process_or_pass (GeglOperation *operation, GeglOperationContext *context, const char *pad, const GeglRectangle *part,
                 int level)
{
  GObject *input = gegl_operation_context_get_object (context, "input");

  if (!input || whole_input (operation))
    return GEGL_OPERATION_CLASS (fddm_operation_parent_class)->process (operation, context, pad, part, level);
  gegl_operation_context_take_object (context, "output", g_object_ref (input));
  return TRUE;
}

/* ---- The type ---- */

static void
finalize (GObject *object)
{
  FddmOperation *self = (FddmOperation *) object;

  fddm_denoiser_clear (&self->denoiser);
  g_free (self->told);
  G_OBJECT_CLASS (fddm_operation_parent_class)->finalize (object);
}

static void
fddm_operation_init (FddmOperation *self)
{
  fddm_properties_defaults (self->values);
  fddm_denoiser_init (&self->denoiser);
}

static void
fddm_operation_class_init (FddmOperationClass *klass)
{
  GObjectClass             *object_class    = G_OBJECT_CLASS (klass);
  GeglOperationClass       *operation_class = GEGL_OPERATION_CLASS (klass);
  GeglOperationFilterClass *filter_class    = GEGL_OPERATION_FILTER_CLASS (klass);

  object_class->get_property                 = get_property;
  object_class->set_property                 = set_property;
  object_class->finalize                     = finalize;
  operation_class->threaded                  = FALSE;
  operation_class->prepare                   = prepare;
  operation_class->process                   = process_or_pass;
  operation_class->get_cached_region         = cached_region;
  operation_class->get_required_for_output   = required_for_output;
  operation_class->get_invalidated_by_change = invalidated_by_change;
  filter_class->process                      = process;

  fddm_properties_install (object_class);
  /* The plug-in's entry is in the same menu. */
  gegl_operation_class_set_keys (operation_class, "name", "fddm:denoise", "title", _ ("FDDM Denoise"), "categories",
                                 "enhance:noise-reduction", "description", _ ("Remove the noise of a photo"),
                                 "gimp:menu-path", FDDM_DENOISE_MENU, "gimp:menu-label", _ ("FDDM Denoise as Filter…"),
                                 NULL);
}

static void
fddm_operation_class_finalize (G_GNUC_UNUSED FddmOperationClass *klass)
{
}

void
fddm_operation_register (GTypeModule *module)
{
  fddm_operation_register_type (module);
}
