/* plan-cache.h: plans in the user's cache folder, fddm/plans/, one file each.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An entry belongs to one version of cuDNN, GPU, number format and layer. What is damaged, foreign, or could have been
 * written by another user is ignored. Several processes may read and write at once. A failure to write is ignored; nothing is
 * written in a folder that is a link, or that other users can write to. */
#pragma once
#include "kernels/cuda/plan.h"

G_BEGIN_DECLS

/* Maximum number of entries, and of their bytes together: the least recently used ones are removed. */
#define FDDM_PLAN_CACHE_ENTRIES 256
#define FDDM_PLAN_CACHE_BYTES   ((gsize) 32 << 20)

typedef struct {
  FddmPlanKind kind;
  gboolean     settled;             /* as in FddmPlan */
  gboolean     deadly;              /* no plan, but the engines that the GPU did not survive */
  double       milliseconds, spent; /* as in FddmPlan */
  char        *json;                /* cuDNN's representation of the plan; if deadly, each engine in braces */
  gsize        length;
} FddmPlanEntry;

/* Fills in ENTRY for KEY's layer on DEVICE. FALSE if there is none. */
gboolean fddm_plan_cache_read (const FddmDevice *device, const FddmPlanKey *key, FddmPlanEntry *entry);
/* Writes ENTRY in place of an older one, and removes entries that are too many or of versions of cuDNN gone for a month. Files
 * with other names stay. */
void fddm_plan_cache_write (const FddmDevice *device, const FddmPlanKey *key, const FddmPlanEntry *entry);
void fddm_plan_cache_remove (const FddmDevice *device, const FddmPlanKey *key);
/* The entry's file: for tests. */
char *fddm_plan_cache_path (const FddmDevice *device, const FddmPlanKey *key);
void  fddm_plan_entry_clear (FddmPlanEntry *entry);

G_END_DECLS
