/* difference.h: how far numbers are from the right ones; shared by C and CUDA.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include <math.h>
#include "kernels/fddm-math.h"

typedef struct {
  double  apart, size;  /* sums of squares: of the differences, of the right numbers */
  guint64 broken;       /* numbers that are not finite where the right one is        */
  float   found, right; /* of the number that is furthest off; a broken one, if any  */
} FddmDifference;

/* Whether MORE has a number that is further off than those of ALL. */
FDDM_MATH gboolean
fddm_difference_is_worse (const FddmDifference *more, const FddmDifference *all)
{
  if ((more->broken > 0) != (all->broken > 0))
    return more->broken > 0;
  return more->broken == 0 && fabsf (more->found - more->right) > fabsf (all->found - all->right);
}

FDDM_MATH void
fddm_difference_add (FddmDifference *all, const FddmDifference *more)
{
  if (fddm_difference_is_worse (more, all))
    {
      all->found = more->found;
      all->right = more->right;
    }
  all->apart += more->apart;
  all->size += more->size;
  all->broken += more->broken;
}
