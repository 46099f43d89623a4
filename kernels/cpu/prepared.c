/* prepared.c: see prepared.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cpu/prepared.h"
#include "kernels/memory.h"

typedef struct {
  dnnl_memory_t memory;
  void         *data;
} Layout;

struct FddmPrepared {
  FddmConvSpec spec; /* only weights and their shape */
  int          users;
  GArray      *layouts; /* of Layout; in practice a single one */
};

static gboolean
suits (const FddmPrepared *prepared, const FddmConvSpec *spec)
{
  return prepared->spec.weights == spec->weights && prepared->spec.kernel == spec->kernel &&
         prepared->spec.in_channels == spec->in_channels && prepared->spec.out_channels == spec->out_channels;
}

FddmPrepared *
fddm_prepared_get (FddmOneDnn *library, const FddmConvSpec *spec)
{
  FddmPrepared *prepared;

  for (GList *link = library->prepared.head; link != NULL; link = link->next)
    if (suits (link->data, spec))
      {
        prepared = link->data;
        prepared->users++;
        return prepared;
      }
  prepared = g_try_new0 (FddmPrepared, 1);
  if (prepared == NULL)
    return NULL;
  prepared->spec    = *spec;
  prepared->users   = 1;
  prepared->layouts = g_array_new (FALSE, FALSE, sizeof (Layout));
  g_queue_push_head (&library->prepared, prepared);
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
  g_queue_remove (&library->prepared, prepared);
  g_free (prepared);
}

/* Copies the plain weights to LAID, converting layout and type. */
static dnnl_status_t
reorder (FddmOneDnn *library, const FddmConvSpec *spec, dnnl_memory_t laid)
{
  dnnl_memory_t    plain   = NULL;
  dnnl_primitive_t reorder = NULL;
  dnnl_status_t    status;

  if ((status = fddm_onednn_plain_weights (library->engine, spec->kernel, spec->in_channels, spec->out_channels,
                                           spec->weights, &plain)) == dnnl_success &&
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
    status = reorder (library, &prepared->spec, layout.memory);
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
