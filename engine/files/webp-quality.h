/* webp-quality.h: the quality at which a WebP was encoded.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Quality, as libwebp's encoder counts it, of the finest quantizer in the lossy bitstream BYTES, which may stand in a WebP file:
 * 1 … 100. 0 if the bitstream is not a lossy one. */
double fddm_webp_quality (const guint8 *bytes, gsize size);
