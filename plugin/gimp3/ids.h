/* ids.h: GIMP 3 uses objects; the shared code identifies them by their numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimp.h>

#include "plugin/gimp.h"

#define IMAGE(id)    gimp_image_get_by_id (id)
#define ITEM(id)     gimp_item_get_by_id (id)
#define DRAWABLE(id) gimp_drawable_get_by_id (id)
#define LAYER(id)    gimp_layer_get_by_id (id)

static inline FddmItemId
id_of (gpointer item)
{
  return item ? gimp_item_get_id (GIMP_ITEM (item)) : FDDM_NO_ITEM;
}
