/* plan-choice.c: chooses the cuDNN engine that runs a layer.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Candidates are tried on the layer's own data: one that does not agree with our own kernel is refused, and the fastest of
 * the others is kept in the user's cache folder. Engines of the whole layer come first, the convolution alone is planned
 * where there is none.
 *
 * Engines with a kernel in cuDNN are planned in a millisecond. The others compile theirs, a second each, which is more than
 * most photos take. So a layer is planned with the former at first, and compiled kernels are considered when runs in
 * earlier processes have taken as long as compiling takes: the total is then at most twice that of the better choice.
 *
 * Environment variables, for tests and measurements:
 *   FDDM_GPU_PLANS      quick (no compiled kernels), best (compiled ones at once), direct (no cuDNN)
 *   FDDM_GPU_PLANNING   milliseconds for trials in a process, in place of the limits below */
#include "kernels/cuda/plan-choice.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "kernels/cuda/candidates.h"
#include "kernels/cuda/plan-cache.h"

/* Milliseconds of a layer's runs after which compiled kernels are considered. */
#define WORTH_COMPILING 5000.0

/* Time for all trials in a process, in microseconds. After that the first candidate that agrees is taken, but a later process
 * chooses again. */
#define QUICK_TIME ((gint64) 500 * 1000)
#define LONG_TIME  ((gint64) 30 * 1000 * 1000)

/* Maximum number of multiply-adds of a layer for which our own kernel is good enough: some ten milliseconds of any GPU. */
#define DIRECT_OPERATIONS 2e9

static gboolean
mode_is (const char *mode)
{
  return g_strcmp0 (g_getenv ("FDDM_GPU_PLANS"), mode) == 0;
}

void
fddm_plan_free (FddmDevice *device, FddmPlan *plan)
{
  FddmPool pool = { .cudnn = device->cudnn, .descriptors = plan->descriptors };

  if (pool.descriptors != NULL)
    fddm_pool_clear (&pool);
  g_free (plan);
}

/* ---- The cache ---- */

void
fddm_plan_keep (const FddmDevice *device, const FddmPlan *plan)
{
  FddmPlanEntry entry = {
    .kind = plan->kind, .settled = plan->settled, .milliseconds = plan->milliseconds, .spent = plan->spent
  };

  entry.json = fddm_plan_to_json (device, plan, &entry.length);
  if (entry.json != NULL)
    fddm_plan_cache_write (device, &plan->key, &entry);
  fddm_plan_entry_clear (&entry);
}

/* The plan that the cache has; NULL if it has none. */
static FddmPlan *
remembered (FddmDevice *device, const FddmPlanKey *key)
{
  FddmPlanEntry entry;
  FddmPlan     *plan;

  if (!fddm_plan_cache_read (device, key, &entry))
    return NULL;
  plan               = g_new0 (FddmPlan, 1);
  plan->key          = *key;
  plan->kind         = entry.kind;
  plan->settled      = entry.settled;
  plan->milliseconds = entry.milliseconds;
  plan->spent        = entry.spent;
  if (!fddm_plan_from_json (device, entry.json, entry.length, plan))
    g_clear_pointer (&plan, g_free);
  fddm_plan_entry_clear (&entry);
  return plan;
}

/* ---- The choice ---- */

typedef struct {
  FddmDevice          *device;
  const FddmPlanTrial *trial;   /* NULL: the first one is taken                    */
  gint64               started; /* microseconds: the trials of these candidates    */
  gint64               time;    /* microseconds for trials, with what was before   */
  gboolean             refused; /* a candidate computed wrongly                    */
  gboolean             hurried; /* not all candidates were tried, for lack of time */
  FddmVerdict          wrong;   /* of that candidate                               */
  FddmPlan            *best;
} Choice;

static gboolean
has_time (const Choice *choice)
{
  return choice->device->planning + (g_get_monotonic_time () - choice->started) < choice->time;
}

/* Tries PLAN, and sets its time if that is wanted. FALSE with ERROR set if the GPU cannot go on. */
static gboolean
judge (Choice *choice, FddmPlan *plan, gboolean timed, gboolean *agrees, GError **error)
{
  FddmVerdict verdict = { .ran = TRUE, .agrees = TRUE };

  if (choice->trial != NULL && !choice->trial->run (choice->device, plan, timed, choice->trial->data, &verdict, error))
    return FALSE;
  *agrees = verdict.agrees;
  if (timed || plan->milliseconds == 0.0)
    plan->milliseconds = verdict.milliseconds;
  if (verdict.ran && !verdict.agrees)
    {
      choice->refused = TRUE;
      choice->wrong   = verdict;
    }
  return TRUE;
}

/* Tries the plans of CANDIDATES, and takes the fastest in place of the best one so far, if it is faster. */
static gboolean
try_all (Choice *choice, FddmCandidates *candidates, GError **error)
{
  const guint n    = fddm_candidates_count (candidates);
  FddmPlan   *best = NULL;
  gboolean    ok   = TRUE;

  choice->started = g_get_monotonic_time ();
  for (guint i = 0; i < n && ok; i++)
    {
      const gboolean any    = best != NULL || choice->best != NULL;
      gboolean       agrees = FALSE;
      FddmPlan      *plan;

      if (any && (choice->trial == NULL || !has_time (choice)))
        {
          choice->hurried = choice->hurried || choice->trial != NULL;
          break;
        }
      plan = fddm_candidates_plan (candidates, i);
      if (plan == NULL)
        continue;
      ok = judge (choice, plan, any || n > 1, &agrees, error);
      if (ok && agrees && (best == NULL || plan->milliseconds < best->milliseconds))
        {
          FddmPlan *slower = best;

          best = plan;
          plan = slower;
        }
      g_free (plan);
    }
  choice->device->planning += g_get_monotonic_time () - choice->started;
  if (ok && best != NULL && (choice->best == NULL || best->milliseconds < choice->best->milliseconds))
    {
      if (choice->best != NULL)
        fddm_plan_free (choice->device, choice->best);
      fddm_candidates_give (candidates, best);
      choice->best = best;
      return TRUE;
    }
  g_free (best);
  fddm_candidates_free (candidates);
  return ok;
}

static gboolean
try_kind (Choice *choice, const FddmPlanKey *key, FddmPlanKind kind, gboolean compiled, GError **error)
{
  return try_all (choice, fddm_candidates_new (choice->device, key, kind, compiled), error);
}

/* Precompiled kernels take the bias in the NETWORK format. cuDNN compiles all kernels for attention. */
static gboolean
try_kinds (Choice *choice, const FddmPlanKey *key, gboolean compile, GError **error)
{
  if (key->heads > 0)
    return try_kind (choice, key, FDDM_PLAN_FUSED, TRUE, error);
  if (!try_kind (choice, key, FDDM_PLAN_ROUNDED, FALSE, error))
    return FALSE;
  if (compile &&
      (!try_kind (choice, key, FDDM_PLAN_FUSED, TRUE, error) || !try_kind (choice, key, FDDM_PLAN_ROUNDED, TRUE, error)))
    return FALSE;
  if (choice->best == NULL && !try_kind (choice, key, FDDM_PLAN_PLAIN, FALSE, error))
    return FALSE;
  /* Slow to make, but better than our own kernel. */
  return choice->best != NULL || compile ||
         (try_kind (choice, key, FDDM_PLAN_FUSED, TRUE, error) &&
          (choice->best != NULL || try_kind (choice, key, FDDM_PLAN_PLAIN, TRUE, error)));
}

/* Sets ERROR to the reason why no engine was found. Always returns FALSE. */
static gboolean
fail (const Choice *choice, const FddmPlanKey *key, GError **error)
{
  if (choice->refused)
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED, _ ("the GPU computes wrongly (%g where %g is right)"),
                 choice->wrong.found, choice->wrong.right);
  else
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED,
                 _ ("cuDNN offers nothing for a convolution of %d × %d positions, %d to %d channels"), key->width,
                 key->height, key->in_channels, key->out_channels);
  return FALSE;
}

static gboolean
is_small (const FddmPlanKey *key)
{
  return key->heads > 0 ||
         (double) key->height * key->width * key->kernel * key->kernel * key->in_channels * key->out_channels <=
           DIRECT_OPERATIONS;
}

static FddmPlan *
direct_plan (const FddmPlanKey *key)
{
  FddmPlan *plan = g_new0 (FddmPlan, 1);

  plan->key  = *key;
  plan->kind = FDDM_PLAN_DIRECT;
  return plan;
}

static gint64
time_for_trials (gboolean compile)
{
  const char *wish = g_getenv ("FDDM_GPU_PLANNING");

  if (wish != NULL)
    return (gint64) MIN (g_ascii_strtoull (wish, NULL, 10), G_MAXINT) * 1000;
  return compile ? LONG_TIME : QUICK_TIME;
}

/* Plans anew. SPENT: milliseconds that earlier plans have run. */
static gboolean
plan_anew (Choice *choice, const FddmPlanKey *key, double spent, GError **error)
{
  const gboolean compile = mode_is ("best") || (spent >= WORTH_COMPILING && !mode_is ("quick"));

  choice->time = time_for_trials (compile);
  if (!try_kinds (choice, key, compile, error))
    return FALSE;
  if (choice->best == NULL)
    {
      if (choice->refused || !is_small (key))
        return fail (choice, key, error);
      choice->best = direct_plan (key);
      return TRUE;
    }
  choice->best->settled = compile || key->heads > 0;
  choice->best->hurried = choice->hurried && !choice->best->settled;
  choice->best->spent   = spent;
  if (choice->trial != NULL && !choice->best->hurried)
    fddm_plan_keep (choice->device, choice->best);
  return TRUE;
}

/* Takes the remembered plan, if it agrees and there is no reason to look for a better one. */
static gboolean
take_remembered (Choice *choice, const FddmPlanKey *key, double *spent, GError **error)
{
  FddmPlan *plan   = choice->trial != NULL ? remembered (choice->device, key) : NULL;
  gboolean  agrees = FALSE, ok = TRUE;

  if (plan == NULL)
    return TRUE;
  *spent = plan->spent;
  if (plan->settled || (!mode_is ("best") && (plan->spent < WORTH_COMPILING || mode_is ("quick"))))
    {
      ok = judge (choice, plan, FALSE, &agrees, error);
      if (ok && !agrees)
        fddm_plan_cache_remove (choice->device, key);
    }
  if (agrees)
    choice->best = plan;
  else
    fddm_plan_free (choice->device, plan);
  return ok;
}

FddmPlan *
fddm_plan_choose (FddmDevice *device, const FddmPlanKey *key, const FddmPlanTrial *trial, GError **error)
{
  Choice choice = { .device = device, .trial = trial };
  double spent  = 0.0;

  if (mode_is ("direct"))
    return direct_plan (key);
  if (!take_remembered (&choice, key, &spent, error) || (choice.best == NULL && !plan_anew (&choice, key, spent, error)))
    {
      if (choice.best != NULL)
        fddm_plan_free (device, choice.best);
      choice.best = NULL;
    }
  return choice.best;
}
