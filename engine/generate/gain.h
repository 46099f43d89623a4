/* gain.h: how far above 1 an HDR picture reaches. Networks see nothing above 1.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

/* GAIN = a value, 1 or more, that all but a hundredth of SOURCE's samples stay below. */
gboolean fddm_gain_measure (const FddmSource *source, float *gain, GError **error);

/* A source of the samples of another, divided by the gain. */
typedef struct {
  const FddmSource *source;
  float             gain;
} FddmGain;

/* GAIN must outlive the result. */
FddmSource fddm_gain_removed (const FddmGain *gain);
