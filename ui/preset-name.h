/* preset-name.h: names of presets, as users write them.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* NAME as it is kept: on one line, without surrounding space. NULL with an error if it is empty to the eye, too long, or not
 * UTF-8. Free with g_free. */
char *fddm_preset_name_new (const char *name, GError **error);

/* Whether two names in UTF-8 are the same, be their letters composed or decomposed. */
gboolean fddm_preset_name_same (const char *one, const char *other);
