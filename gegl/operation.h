/* operation.h: the GEGL operation fddm:denoise.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl-plugin.h>

/* Registers the operation's type for MODULE. */
void fddm_operation_register (GTypeModule *module);
