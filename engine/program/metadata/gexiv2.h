/* gexiv2.h: GExiv2 0.14 and 0.16 under the names of 0.16.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gexiv2/gexiv2.h>

/* In 0.14 these names are of deprecated functions that cannot report errors. */
#if !GEXIV2_CHECK_VERSION(0, 15, 0)
#define gexiv2_metadata_has_tag             gexiv2_metadata_try_has_tag
#define gexiv2_metadata_clear_tag           gexiv2_metadata_try_clear_tag
#define gexiv2_metadata_get_tag_string      gexiv2_metadata_try_get_tag_string
#define gexiv2_metadata_set_tag_string      gexiv2_metadata_try_set_tag_string
#define gexiv2_metadata_generate_xmp_packet gexiv2_metadata_try_generate_xmp_packet
#endif
