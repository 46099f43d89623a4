/* plan.c: the plans of a device, and runs by them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/plan.h"
#include <string.h>
#include "kernels/cuda/plan-choice.h"

static gboolean
same_key (const FddmPlanKey *a, const FddmPlanKey *b)
{
  return a->kernel == b->kernel && a->heads == b->heads && a->in_channels == b->in_channels &&
         a->out_channels == b->out_channels && a->height == b->height && a->width == b->width &&
         a->activation == b->activation && !a->residual == !b->residual;
}

static FddmPlan *
find (const FddmDevice *device, const FddmPlanKey *key)
{
  for (guint i = 0; i < device->plans->len; i++)
    {
      FddmPlan *plan = g_ptr_array_index (device->plans, i);

      if (same_key (&plan->key, key))
        return plan;
    }
  return NULL;
}

const FddmPlan *
fddm_plan_find (const FddmDevice *device, const FddmPlanKey *key)
{
  return find (device, key);
}

gboolean
fddm_plan_get (FddmDevice *device, const FddmPlanKey *key, const FddmPlanTrial *trial, const FddmPlan **plan, GError **error)
{
  FddmPlan *found = find (device, key);

  if (found == NULL && (found = fddm_plan_choose (device, key, trial, error)) != NULL)
    g_ptr_array_add (device->plans, found);
  if (found != NULL)
    found->runs++;
  *plan = found;
  return found != NULL;
}

void
fddm_plans_free (FddmDevice *device)
{
  for (guint i = 0; i < device->plans->len; i++)
    {
      FddmPlan    *plan = g_ptr_array_index (device->plans, i);
      const double took = (double) plan->runs * plan->milliseconds;

      /* A millisecond is not worth a file. */
      if (plan->kind != FDDM_PLAN_DIRECT && !plan->settled && !plan->hurried && took > 1.0)
        {
          plan->spent += took;
          fddm_plan_keep (device, plan);
        }
      fddm_plan_free (device, plan);
    }
  g_ptr_array_unref (device->plans);
}

/* Lists identifiers and addresses of the graph's inputs and outputs, and returns their number. */
static int
list_data (const FddmPlan *plan, const FddmPlanData *data, gint64 uids[6], void *pointers[6])
{
  const gboolean bias = plan->kind == FDDM_PLAN_FUSED || plan->kind == FDDM_PLAN_ROUNDED;
  const struct {
    gint64   uid;
    gboolean wanted;
    void    *pointer;
  } all[] = {
    { FDDM_UID_X, TRUE, data->x },
    { FDDM_UID_W, TRUE, data->w },
    { FDDM_UID_Y, TRUE, data->y },
    { FDDM_UID_BIAS, bias && plan->key.heads == 0, data->bias },
    { FDDM_UID_Z, plan->key.heads > 0 || (bias && plan->key.residual), data->z },
    { FDDM_UID_SCALE, plan->key.heads > 0, (void *) &data->scale }, /* by value: read from the host at this call */
  };
  int n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i].wanted)
      {
        uids[n]       = all[i].uid;
        pointers[n++] = all[i].pointer;
      }
  return n;
}

gboolean
fddm_plan_run (FddmDevice *device, const FddmPlan *plan, const FddmPlanData *data, GError **error)
{
  gint64                   uids[6];
  void                    *pointers[6];
  const gint64             n = list_data (plan, data, uids, pointers);
  FddmPool                 pool;
  cudnnBackendDescriptor_t pack;
  cudnnStatus_t            status;

  fddm_pool_init (&pool, device->cudnn);
  pack = fddm_pool_new (&pool, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  fddm_pool_set (&pool, pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, CUDNN_TYPE_INT64, n, uids);
  fddm_pool_set (&pool, pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, n, pointers);
  fddm_pool_set (&pool, pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &data->workspace);
  fddm_pool_finish (&pool, pack);
  status = pool.status == CUDNN_STATUS_SUCCESS ? device->cudnn->execute (device->handle, plan->plan, pack) : pool.status;
  fddm_pool_clear (&pool);
  return fddm_cudnn_ok (device->cudnn, status, plan->key.heads > 0 ? "an attention" : "a convolution", error);
}
