/* prepared.c: see prepared.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cpu/prepared.h"
#include "kernels/memory.h"

typedef struct {
  dnnl_memory_t memory;
  void         *data;
} Layout;

struct FddmPrepared {
  FddmConvSpec spec; /* only weights, their shape and the inputs' ranges */
  FddmInt8    *int8; /* with ranges                                      */
  int          users;
  GArray      *layouts; /* of Layout; in practice a single one */
};

static gboolean
same_weights (const FddmPrepared *prepared, const FddmConvSpec *spec)
{
  return prepared->spec.weights == spec->weights && prepared->spec.kernel == spec->kernel &&
         prepared->spec.in_channels == spec->in_channels && prepared->spec.out_channels == spec->out_channels;
}

/* Those of SPEC with RANGES, NULL = floats; NULL if there are none yet. */
static FddmPrepared *
find (FddmOneDnn *library, const FddmConvSpec *spec, const float *ranges)
{
  for (GList *link = library->prepared.head; link != NULL; link = link->next)
    {
      FddmPrepared *prepared = link->data;

      if (same_weights (prepared, spec) && prepared->spec.ranges == ranges &&
          (ranges == NULL || (prepared->spec.positive == spec->positive && prepared->spec.out_ranges == spec->out_ranges)))
        return prepared;
    }
  return NULL;
}

/* Whether other layers, which have their own ranges, have the weights of SPEC in 8 bits. */
static gboolean
is_taken (FddmOneDnn *library, const FddmConvSpec *spec)
{
  for (GList *link = library->prepared.head; link != NULL; link = link->next)
    {
      const FddmPrepared *prepared = link->data;

      if (same_weights (prepared, spec) && prepared->int8 != NULL && prepared->spec.ranges != spec->ranges)
        return TRUE;
    }
  return FALSE;
}

static FddmPrepared *
prepared_new (FddmOneDnn *library, const FddmConvSpec *spec, const float *ranges)
{
  FddmPrepared *prepared = g_try_new0 (FddmPrepared, 1);

  if (prepared == NULL)
    return NULL;
  prepared->spec        = *spec;
  prepared->spec.ranges = ranges;
  if (ranges != NULL && (prepared->int8 = fddm_int8_new (spec)) == NULL)
    {
      g_free (prepared);
      return NULL;
    }
  prepared->layouts = g_array_new (FALSE, FALSE, sizeof (Layout));
  g_queue_push_head (&library->prepared, prepared);
  return prepared;
}

FddmPrepared *
fddm_prepared_get (FddmOneDnn *library, const FddmConvSpec *spec)
{
  FddmPrepared *prepared = find (library, spec, spec->ranges);
  const float  *ranges   = spec->ranges;

  if (prepared == NULL && ranges != NULL && is_taken (library, spec))
    {
      ranges   = NULL;
      prepared = find (library, spec, ranges);
    }
  if (prepared == NULL)
    prepared = prepared_new (library, spec, ranges);
  if (prepared != NULL)
    prepared->users++;
  return prepared;
}

void
fddm_prepared_release (FddmOneDnn *library, FddmPrepared *prepared)
{
  if (prepared == NULL || --prepared->users > 0)
    return;
  for (guint i = 0; i < prepared->layouts->len; i++)
    {
      dnnl_memory_destroy (g_array_index (prepared->layouts, Layout, i).memory);
      fddm_memory_free (g_array_index (prepared->layouts, Layout, i).data);
    }
  g_array_unref (prepared->layouts);
  fddm_int8_free (prepared->int8);
  g_queue_remove (&library->prepared, prepared);
  g_free (prepared);
}

const FddmInt8 *
fddm_prepared_int8 (const FddmPrepared *prepared)
{
  return prepared->int8;
}

/* Copies the plain weights to LAID, converting layout and type. */
static dnnl_status_t
reorder (FddmOneDnn *library, const FddmPrepared *prepared, dnnl_memory_t laid)
{
  const FddmConvSpec    *spec    = &prepared->spec;
  const dnnl_data_type_t type    = prepared->int8 != NULL ? dnnl_s8 : dnnl_f32;
  const void            *weights = prepared->int8 != NULL ? (const void *) prepared->int8->weights : spec->weights;

  dnnl_memory_t    plain   = NULL;
  dnnl_primitive_t reorder = NULL;
  dnnl_status_t    status;

  if ((status = fddm_onednn_plain_weights (library->engine, spec, type, weights, &plain)) == dnnl_success &&
      (status = fddm_onednn_reorder (library->engine, plain, laid, &reorder)) == dnnl_success)
    {
      dnnl_exec_arg_t args[] = { { DNNL_ARG_FROM, plain }, { DNNL_ARG_TO, laid } };

      status = dnnl_primitive_execute (reorder, library->stream, G_N_ELEMENTS (args), args);
    }
  dnnl_primitive_destroy (reorder);
  dnnl_memory_destroy (plain);
  return status;
}

dnnl_status_t
fddm_prepared_fit (FddmOneDnn *library, FddmPrepared *prepared, const_dnnl_primitive_desc_t desc, dnnl_memory_t *memory)
{
  Layout        layout = { NULL, NULL };
  dnnl_status_t status = dnnl_out_of_memory;

  for (guint i = 0; i < prepared->layouts->len; i++)
    if (fddm_onednn_weights_fit (g_array_index (prepared->layouts, Layout, i).memory, desc))
      {
        *memory = g_array_index (prepared->layouts, Layout, i).memory;
        return dnnl_success;
      }
  layout.data = fddm_memory_new (dnnl_memory_desc_get_size (dnnl_primitive_desc_query_md (desc, dnnl_query_weights_md, 0)));
  if (layout.data != NULL)
    status = dnnl_memory_create (&layout.memory, dnnl_primitive_desc_query_md (desc, dnnl_query_weights_md, 0),
                                 library->engine, layout.data);
  if (status == dnnl_success)
    status = reorder (library, prepared, layout.memory);
  if (status == dnnl_success)
    {
      g_array_append_val (prepared->layouts, layout);
      *memory = layout.memory;
      return dnnl_success;
    }
  dnnl_memory_destroy (layout.memory);
  fddm_memory_free (layout.data);
  return status;
}
