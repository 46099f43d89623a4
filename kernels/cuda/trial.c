/* trial.c: see trial.h. A trial's memory is scratch: the plan's workspace, its output, and what our own kernel makes of some
 * rows, one behind the other.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Networks add to the output in place. cuDNN's guide: "graphs with more than one operation node do not support in-place
 * operations". It means tensors with the same identifier, and its kernels for a convolution with a residual do read each value
 * before they write it, but it promises nothing; so a trial lets the output lie upon the residual, too. */
#include "kernels/cuda/trial.h"
#include <math.h>
#include <string.h>

/* Rows at the top, in the middle and at the bottom that are compared; all, if they are few. */
#define STRIPS     3
#define STRIP_ROWS 2

/* Attention is compared up to this number of positions, since our own kernel's time grows with its square. */
#define ATTENTION_MAX 8192

/* Number of runs that are timed after the first one, if that is wanted; the fastest one counts. */
#define RUNS 3

typedef struct {
  int first[STRIPS], rows, n;
} Strips;

static Strips
strips_of (int height)
{
  if (height <= STRIPS * STRIP_ROWS)
    return (Strips) { .rows = height, .n = 1 };
  return (Strips) { .first = { 0, height / 2 - STRIP_ROWS / 2, height - STRIP_ROWS }, .rows = STRIP_ROWS, .n = STRIPS };
}

/* Highest relative error (L2) of a correct plan: a few roundings. A kernel that goes wrong is off by much more. */
static double
tolerance (const FddmDevice *device)
{
  switch (device->network)
    {
    case FDDM_ELEMENT_HALF: return 4e-3;
    case FDDM_ELEMENT_BF16: return 3e-2;
    default: return 1e-4;
    }
}

/* What our own kernel computes, of either kind. */
static FddmTensor
right_tensor (FddmDevice *device, const FddmTensor *out, gboolean attends)
{
  FddmTensor right = *out;

  if (!attends)
    {
      right.type   = FDDM_TENSOR_FLOAT;
      right.height = strips_of (out->height).rows;
    }
  right.bytes = fddm_cuda_tensor_bytes (device, right.type, right.height, right.width, right.channels);
  return right;
}

gsize
fddm_trial_bytes (FddmDevice *device, const FddmPlanKey *key)
{
  const FddmTensor out = {
    .type = FDDM_TENSOR_NETWORK, .height = key->height, .width = key->width, .channels = key->out_channels
  };
  const FddmTensor right = right_tensor (device, &out, key->heads > 0);
  gsize            bytes = fddm_cuda_tensor_bytes (device, out.type, out.height, out.width, out.channels);

  if (!g_size_checked_add (&bytes, bytes, right.bytes) || !g_size_checked_add (&bytes, bytes, fddm_cuda_compare_bytes ()))
    return G_MAXSIZE;
  return bytes;
}

/* ---- Comparison ---- */

/* Compares the output of CALL with our own kernel. RIGHT and SUMS: memory for that. */
static gboolean
compare (FddmDevice *device, const FddmCall *call, void *right_data, void *sums, FddmDifference *all, GError **error)
{
  const gboolean attends = call->plan->key.heads > 0;
  const Strips   strips  = attends ? (Strips) { .rows = call->out.height, .n = 1 } : strips_of (call->out.height);
  FddmTensor     right   = right_tensor (device, &call->out, attends);

  right.data = right_data;
  for (int i = 0; i < strips.n; i++)
    {
      FddmDifference more;

      if (!(attends ? fddm_cuda_direct_attention (device, &call->in, call->number, &right, error)
                    : fddm_cuda_direct_rows (device, call, strips.first[i], &right, error)) ||
          !fddm_cuda_compare (device, &call->out, strips.first[i], &right, sums, &more, error))
        return FALSE;
      fddm_difference_add (all, &more);
    }
  return TRUE;
}

/* ---- Runs ---- */

/* CALL as cuDNN runs it in a network: a residual that cuDNN adds is in the output, which takes the result. */
static FddmCall
in_place (const FddmCall *call)
{
  FddmCall here = *call;

  if (here.residual.data != NULL && here.plan->kind != FDDM_PLAN_PLAIN)
    here.residual.data = here.out.data;
  return here;
}

/* Sets the output of CALL to what it is before the layer HERE runs: the residual, or bits that are all set, which are no number,
 * so that what the candidate leaves out is found. */
static gboolean
fill_output (FddmDevice *device, const FddmCall *call, const FddmCall *here, GError **error)
{
  const cudaError_t status = here->residual.data == here->out.data
                               ? cudaMemcpyAsync (call->out.data, call->residual.data, call->out.bytes,
                                                  cudaMemcpyDeviceToDevice, device->stream)
                               : cudaMemsetAsync (call->out.data, 0xFF, call->out.bytes, device->stream);

  return fddm_cuda_ok (status, "its work", error);
}

/* Runs CALL N times. MILLISECONDS: of the fastest run. */
static gboolean
run_timed (FddmDevice *device, const FddmCall *call, int n, double *milliseconds, GError **error)
{
  cudaEvent_t begin = NULL, end = NULL;
  float       best = HUGE_VALF, took = 0.0f;
  gboolean    ok = fddm_cuda_ok (cudaEventCreateWithFlags (&begin, cudaEventDefault), "its work", error) &&
                fddm_cuda_ok (cudaEventCreateWithFlags (&end, cudaEventDefault), "its work", error);

  for (int i = 0; i < n && ok; i++)
    {
      ok = fddm_cuda_ok (cudaEventRecord (begin, device->stream), "its work", error) && call->launch (device, call, error) &&
           fddm_cuda_ok (cudaEventRecord (end, device->stream), "its work", error) &&
           fddm_cuda_ok (cudaEventSynchronize (end), "its work", error) &&
           fddm_cuda_ok (cudaEventElapsedTime (&took, begin, end), "its work", error);
      best = MIN (best, took);
    }
  if (begin != NULL)
    (void) cudaEventDestroy (begin);
  if (end != NULL)
    (void) cudaEventDestroy (end);
  *milliseconds = best;
  return ok;
}

/* As fddm_trial_run(), but FALSE also if the candidate fails. */
static gboolean
run (FddmDevice *device, const FddmCall *call, gboolean timed, void *right, void *sums, FddmVerdict *verdict, GError **error)
{
  const FddmPlanKey *key   = &call->plan->key;
  const gboolean     large = key->heads > 0 && (gint64) key->height * key->width > ATTENTION_MAX;
  const FddmCall     here  = in_place (call);
  FddmDifference     all   = { 0 };
  double             first = 0.0;

  if (!fill_output (device, call, &here, error) || !run_timed (device, &here, 1, &first, error) ||
      (!large && !compare (device, call, right, sums, &all, error)))
    return FALSE;
  *verdict = (FddmVerdict) { .ran          = TRUE,
                             .milliseconds = first,
                             .agrees = all.broken == 0 && all.apart <= tolerance (device) * tolerance (device) * all.size,
                             .found  = all.found,
                             .right  = all.right };
  return !verdict->agrees || !timed || run_timed (device, &here, RUNS, &verdict->milliseconds, error);
}

gboolean
fddm_trial_run (FddmDevice *device, const FddmPlan *plan, gboolean timed, gpointer data, FddmVerdict *verdict,
                GError **error)
{
  FddmCall           call      = *(const FddmCall *) data;
  const gboolean     attends   = plan->key.heads > 0;
  const gsize        workspace = fddm_scratch_align (plan->workspace);
  FddmTensor         right     = right_tensor (device, &call.out, attends);
  g_autoptr (GError) problem   = NULL;
  guint8            *scratch;

  *verdict = (FddmVerdict) { .ran = FALSE };
  if (!fddm_replay_flush (device, error) ||
      !fddm_cuda_wait (device, error)) /* a failure until here is not the candidate's */
    return FALSE;
  scratch = fddm_cuda_scratch (device, workspace + fddm_trial_bytes (device, &plan->key), error);
  if (scratch == NULL)
    return FALSE;
  call.plan      = plan;
  call.scratch   = scratch;
  call.out.data  = scratch + workspace;
  call.out.bytes = fddm_cuda_tensor_bytes (device, call.out.type, call.out.height, call.out.width, call.out.channels);
  if (run (device, &call, timed, scratch + workspace + call.out.bytes, scratch + workspace + call.out.bytes + right.bytes,
           verdict, &problem))
    return TRUE;
  *verdict = (FddmVerdict) { .starved = g_error_matches (problem, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY) };
  (void) cudaGetLastError ();
  verdict->deadly = !fddm_cuda_wait (device, error);
  return !verdict->deadly;
}
