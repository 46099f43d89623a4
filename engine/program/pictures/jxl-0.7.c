/* jxl-0.7.c: calls as libjxl had them up to version 0.8.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/pictures/jxl.h"

gboolean
fddm_jxl_numbers (const JxlDecoder *decoder, JxlColorEncoding *numbers)
{
  return JxlDecoderGetColorAsEncodedProfile (decoder, NULL, JXL_COLOR_PROFILE_TARGET_ORIGINAL, numbers) == JXL_DEC_SUCCESS;
}

GBytes *
fddm_jxl_profile (const JxlDecoder *decoder, JxlColorProfileTarget target)
{
  g_autofree guint8 *bytes = NULL;
  gsize              size  = 0;

  if (JxlDecoderGetICCProfileSize (decoder, NULL, target, &size) != JXL_DEC_SUCCESS || size == 0)
    return NULL;
  bytes = g_try_malloc (size);
  if (!bytes || JxlDecoderGetColorAsICCProfile (decoder, NULL, target, bytes, size) != JXL_DEC_SUCCESS)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), size);
}
