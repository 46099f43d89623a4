/* jxl-0.9.c: calls as libjxl has them since version 0.9.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/pictures/jxl.h"

gboolean
fddm_jxl_numbers (const JxlDecoder *decoder, JxlColorEncoding *numbers)
{
  return JxlDecoderGetColorAsEncodedProfile (decoder, JXL_COLOR_PROFILE_TARGET_ORIGINAL, numbers) == JXL_DEC_SUCCESS;
}

GBytes *
fddm_jxl_profile (const JxlDecoder *decoder, JxlColorProfileTarget target)
{
  g_autofree guint8 *bytes = NULL;
  gsize              size  = 0;

  if (JxlDecoderGetICCProfileSize (decoder, target, &size) != JXL_DEC_SUCCESS || size == 0)
    return NULL;
  bytes = g_try_malloc (size);
  if (!bytes || JxlDecoderGetColorAsICCProfile (decoder, target, bytes, size) != JXL_DEC_SUCCESS)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), size);
}
