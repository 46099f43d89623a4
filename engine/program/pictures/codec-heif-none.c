/* codec-heif-none.c: where libheif was not there when the program was built.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/pictures/codec.h"

static gboolean
is_none (G_GNUC_UNUSED const guint8 *head, G_GNUC_UNUSED gsize size)
{
  return FALSE;
}

const FddmCodec fddm_codec_heif = { .name = "HEIF", .is = is_none };
const FddmCodec fddm_codec_avif = { .name = "AVIF", .is = is_none };
