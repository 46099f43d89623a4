/* traits.c: what files hold beside pixels.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/pictures/codec.h"

void
fddm_traits_clear (FddmTraits *traits)
{
  g_clear_pointer (&traits->profile, g_bytes_unref);
  g_clear_pointer (&traits->exif, g_bytes_unref);
  g_clear_pointer (&traits->xmp, g_bytes_unref);
  g_clear_pointer (&traits->comments, g_ptr_array_unref);
  g_clear_pointer (&traits->chunks, g_ptr_array_unref);
  *traits = (FddmTraits) { 0 };
}

void
fddm_traits_turn (FddmTraits *traits)
{
  if (traits->orientation > 4) /* columns become rows */
    {
      const double across = traits->resolution[0];

      traits->resolution[0] = traits->resolution[1];
      traits->resolution[1] = across;
    }
  if (traits->orientation > 1)
    traits->turned = traits->orientation;
  traits->orientation = MIN (traits->orientation, 1);
}
