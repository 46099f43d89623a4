/* whole.c: what picture files tell of themselves before a library reads them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/files/jpeg.h"
#include "engine/files/webp-quality.h"
#include "engine/files/whole.h"
#include "tests/fuzz/support.h"

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  const double  quality = fddm_webp_quality (bytes, size);
  FddmJpegStyle style;

  (void) fddm_whole (bytes, size);
  g_assert_true (quality >= 0 && quality <= 100);
  if (fddm_jpeg_style (bytes, size, &style))
    {
      g_assert_true (style.quality >= 1 && style.quality <= 100);
      g_assert_true (style.across >= 1 && style.across <= 4 && style.down >= 1 && style.down <= 4);
    }
  return 0;
}
