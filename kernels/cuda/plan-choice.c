/* plan-choice.c: chooses the cuDNN engine that runs a layer.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Candidates are tried on the layer's own data: one that does not agree with our own kernel is refused, and the fastest of
 * the others is kept in the user's cache folder. Engines of the whole layer come first, the convolution alone is planned
 * where there is none. An engine that the GPU does not survive is noted there, too, so that it is passed over when the layer is
 * planned again: in another process, for in this one the GPU can no longer be used.
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

/* The plan of ENTRY; NULL if cuDNN makes none of it. */
static FddmPlan *
remembered (FddmDevice *device, const FddmPlanKey *key, const FddmPlanEntry *entry)
{
  FddmPlan *plan = g_new0 (FddmPlan, 1);

  plan->key          = *key;
  plan->kind         = entry->kind;
  plan->settled      = entry->settled;
  plan->milliseconds = entry->milliseconds;
  plan->spent        = entry->spent;
  if (!fddm_plan_from_json (device, entry->json, entry->length, plan))
    g_clear_pointer (&plan, g_free);
  return plan;
}

/* ---- The choice ---- */

typedef struct {
  FddmDevice          *device;
  const FddmPlanTrial *trial;   /* NULL: the first one is taken                    */
  gint64               started; /* microseconds: the trials of these candidates    */
  gint64               time;    /* microseconds for trials, with what was before   */
  gboolean             refused; /* a candidate computed wrongly                    */
  gboolean             hurried; /* not all candidates were tried, for lack of time or memory */
  gboolean             starved; /* of memory                                       */
  FddmVerdict          wrong;   /* of that candidate                               */
  FddmPlan            *best;
  double               spent;  /* milliseconds that earlier plans have run        */
  const char          *deadly; /* engines to pass over, as note_deadly() writes them; NULL: none */
} Choice;

static char *
words_of (FddmPlanKind kind, const char *settings)
{
  return g_strdup_printf ("{%d: %s}", (int) kind, settings);
}

static gboolean
is_deadly (const Choice *choice, FddmPlanKind kind, const char *settings)
{
  g_autofree char *words = words_of (kind, settings);

  return choice->deadly != NULL && *settings != '\0' && strstr (choice->deadly, words) != NULL;
}

/* Notes that the GPU did not survive the engine with these SETTINGS, beside those that were noted before. */
static void
note_deadly (const Choice *choice, const FddmPlan *plan, const char *settings)
{
  g_autofree char    *words = words_of (plan->kind, settings);
  g_autofree char    *all   = g_strconcat (choice->deadly != NULL ? choice->deadly : "", words, NULL);
  const FddmPlanEntry entry = {
    .kind = plan->kind, .deadly = TRUE, .spent = choice->spent, .json = all, .length = strlen (all)
  };

  fddm_plan_cache_write (choice->device, &plan->key, &entry);
}

static gboolean
has_time (const Choice *choice)
{
  return choice->device->planning + (g_get_monotonic_time () - choice->started) < choice->time;
}

/* Tries PLAN, and sets its time if that is wanted. FALSE with ERROR set if the GPU cannot go on; DEADLY: because of PLAN. */
static gboolean
judge (Choice *choice, FddmPlan *plan, gboolean timed, gboolean *agrees, gboolean *deadly, GError **error)
{
  FddmVerdict    verdict = { .ran = TRUE, .agrees = TRUE };
  const gboolean ok      = choice->trial == NULL ||
                      choice->trial->run (choice->device, plan, timed, choice->trial->data, &verdict, error);

  *deadly = verdict.deadly;
  if (!ok)
    return FALSE;
  *agrees         = verdict.agrees;
  choice->starved = choice->starved || verdict.starved;
  choice->hurried = choice->hurried || verdict.starved;
  if (timed || plan->milliseconds == 0.0)
    plan->milliseconds = verdict.milliseconds;
  if (verdict.ran && !verdict.agrees)
    {
      choice->refused = TRUE;
      choice->wrong   = verdict;
    }
  return TRUE;
}

/* Tries the plans of CANDIDATES, all of KIND, and takes the fastest in place of the best one so far, if it is faster. */
static gboolean
try_all (Choice *choice, FddmPlanKind kind, FddmCandidates *candidates, GError **error)
{
  const guint n    = fddm_candidates_count (candidates);
  FddmPlan   *best = NULL;
  gboolean    ok   = TRUE;

  choice->started = g_get_monotonic_time ();
  for (guint i = 0; i < n && ok; i++)
    {
      const gboolean any      = best != NULL || choice->best != NULL;
      const char    *settings = fddm_candidates_settings (candidates, i);
      gboolean       agrees = FALSE, deadly = FALSE;
      FddmPlan      *plan;

      if (any && (choice->trial == NULL || !has_time (choice)))
        {
          choice->hurried = choice->hurried || choice->trial != NULL;
          break;
        }
      plan = is_deadly (choice, kind, settings) ? NULL : fddm_candidates_plan (candidates, i);
      if (plan == NULL)
        continue;
      ok = judge (choice, plan, TRUE, &agrees, &deadly, error);
      if (deadly)
        note_deadly (choice, plan, settings);
      if (ok && agrees && (best == NULL || plan->milliseconds < best->milliseconds))
        {
          FddmPlan *slower = best;

          best = plan;
          plan = slower;
        }
      fddm_candidates_drop (candidates, plan);
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
  fddm_candidates_drop (candidates, best);
  fddm_candidates_free (candidates);
  return ok;
}

static gboolean
try_kind (Choice *choice, const FddmPlanKey *key, FddmPlanKind kind, gboolean compiled, GError **error)
{
  return try_all (choice, kind, fddm_candidates_new (choice->device, key, kind, compiled), error);
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
  else if (choice->starved) /* of which smaller tiles need less */
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY, _ ("the GPU's memory is too small for %s"),
                 "a convolution");
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

static gboolean
plan_anew (Choice *choice, const FddmPlanKey *key, GError **error)
{
  const gboolean compile = mode_is ("best") || (choice->spent >= WORTH_COMPILING && !mode_is ("quick"));

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
  /* Keeping it takes the place of the note that an engine is deadly: that one would be tried again. */
  choice->best->settled = compile || key->heads > 0 || choice->deadly != NULL;
  choice->best->hurried = choice->hurried && !choice->best->settled;
  choice->best->spent   = choice->spent;
  if (choice->trial != NULL && !choice->best->hurried)
    fddm_plan_keep (choice->device, choice->best);
  return TRUE;
}

/* Takes the plan of ENTRY, if it agrees and there is no reason to look for a better one. */
static gboolean
take_remembered (Choice *choice, const FddmPlanKey *key, const FddmPlanEntry *entry, GError **error)
{
  FddmPlan *plan   = remembered (choice->device, key, entry);
  gboolean  agrees = FALSE, deadly = FALSE, ok = TRUE;

  if (plan == NULL)
    return TRUE;
  if (plan->settled || (!mode_is ("best") && (plan->spent < WORTH_COMPILING || mode_is ("quick"))))
    {
      ok = judge (choice, plan, FALSE, &agrees, &deadly, error);
      if (deadly || (ok && !agrees && !choice->starved))
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
  Choice        choice = { .device = device, .trial = trial };
  FddmPlanEntry entry  = { .json = NULL };
  gboolean      ok     = TRUE;

  if (mode_is ("direct"))
    return direct_plan (key);
  if (trial != NULL && fddm_plan_cache_read (device, key, &entry))
    {
      choice.spent = entry.spent;
      if (entry.deadly)
        choice.deadly = entry.json;
      else
        ok = take_remembered (&choice, key, &entry, error);
    }
  if (!ok || (choice.best == NULL && !plan_anew (&choice, key, error)))
    {
      if (choice.best != NULL)
        fddm_plan_free (device, choice.best);
      choice.best = NULL;
    }
  fddm_plan_entry_clear (&entry);
  return choice.best;
}
