/* codec-jxl.c: the format JPEG XL.
 * SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include "engine/program/pictures/jxl.h"

JxlParallelRetCode
fddm_jxl_run (G_GNUC_UNUSED void *unused, void *work, JxlParallelRunInit begin, JxlParallelRunFunction run, guint32 first,
              guint32 end)
{
  const JxlParallelRetCode failed = begin (work, (gsize) omp_get_max_threads ());

  if (failed)
    return failed;
#pragma omp parallel for schedule(dynamic, 1)
  for (guint32 i = first; i < end; i++)
    run (work, i, (gsize) omp_get_thread_num ());
  return 0;
}

static gboolean
is_jxl (const guint8 *head, gsize size)
{
  return JxlSignatureCheck (head, size) >= JXL_SIG_CODESTREAM;
}

const FddmCodec fddm_codec_jxl = { .name    = "JPEG XL",
                                   .endings = { ".jxl" },
                                   .loss    = FDDM_LOSS_LOSSY,
                                   .is      = is_jxl,
                                   .read    = fddm_jxl_read,
                                   .write   = fddm_jxl_write };
