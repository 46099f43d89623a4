/* codec-jxl-none.c: where libjxl was not there when the program was built.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/pictures/codec.h"

static gboolean
is_none (G_GNUC_UNUSED const guint8 *head, G_GNUC_UNUSED gsize size)
{
  return FALSE;
}

const FddmCodec fddm_codec_jxl = { .name = "JPEG XL", .is = is_none };
