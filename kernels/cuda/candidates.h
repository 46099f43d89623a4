/* candidates.h: engines that cuDNN offers for a layer, each of which can be made a plan.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/plan.h"

G_BEGIN_DECLS

typedef struct FddmCandidates FddmCandidates;

/* Lists the engines that are suitable for KEY's layer as KIND, best first as cuDNN sees it: heuristics A (fitted to the
 * GPU), B, and the fallback list. COMPILED: those whose kernels are compiled at planning time, for which libnvrtc is needed
 * and a second each; otherwise those with a kernel in cuDNN. */
FddmCandidates *fddm_candidates_new (FddmDevice *device, const FddmPlanKey *key, FddmPlanKind kind, gboolean compiled);
void            fddm_candidates_free (FddmCandidates *candidates);
guint           fddm_candidates_count (const FddmCandidates *candidates);
/* The number and the settings of the engine of candidate I; "" if cuDNN does not tell. */
const char *fddm_candidates_settings (const FddmCandidates *candidates, guint i);
/* A new plan by candidate I; NULL if cuDNN makes none or its workspace is too large. */
FddmPlan *fddm_candidates_plan (FddmCandidates *candidates, guint i);
/* Frees PLAN, which no longer runs: cuDNN need not keep its kernels. PLAN may be NULL. */
void fddm_candidates_drop (FddmCandidates *candidates, FddmPlan *plan);
/* Hands everything that PLAN consists of to PLAN, and frees CANDIDATES. */
void fddm_candidates_give (FddmCandidates *candidates, FddmPlan *plan);

/* Sets PLAN's descriptor to that which cuDNN makes of JSON, a plan's representation of LENGTH bytes. FALSE if it makes
 * none. */
gboolean fddm_plan_from_json (FddmDevice *device, const char *json, gsize length, FddmPlan *plan);
/* Representation of PLAN; NULL if cuDNN gives none. */
char *fddm_plan_to_json (const FddmDevice *device, const FddmPlan *plan, gsize *length);

G_END_DECLS
