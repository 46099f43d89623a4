/* generating.h: what the tests of generating share.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "tests/support.h"

static inline FddmGenerateParams
test_params (const char *subject, int width, int height, guint32 seed, int steps)
{
  FddmGenerateParams params = fddm_generate_params_default ();

  params.subject = subject;
  params.width   = width;
  params.height  = height;
  params.steps   = steps;
  params.seed    = seed;
  return params;
}
