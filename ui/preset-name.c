/* preset-name.c: see preset-name.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/preset-name.h"

#include <glib/gi18n-lib.h>

#include "ui/presets.h"

G_DEFINE_QUARK (fddm-preset-error-quark, fddm_preset_error)

/* Not g_utf8_collate, for which "m²" and "m2" are the same. */
gboolean
fddm_preset_name_same (const char *one, const char *other)
{
  g_autofree char *a = g_utf8_normalize (one, -1, G_NORMALIZE_NFC), *b = g_utf8_normalize (other, -1, G_NORMALIZE_NFC);

  return !g_strcmp0 (a, b);
}

/* Whether there is anything to see in TEXT, which a wide space or a mark for the direction of writing is not. */
static gboolean
is_visible (const char *text)
{
  while (*text && !g_unichar_isgraph (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  return *text != '\0';
}

char *
fddm_preset_name_new (const char *name, GError **error)
{
  g_autofree char *plain = g_strdup (name);

  for (char *at = plain; *at; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  g_strstrip (plain);
  if (g_utf8_validate (plain, -1, NULL) && is_visible (plain) && g_utf8_strlen (plain, -1) <= FDDM_PRESET_NAME_MAX)
    return g_steal_pointer (&plain);
  g_set_error (error, FDDM_PRESET_ERROR, FDDM_PRESET_ERROR_NAME, _ ("The name of a preset has 1 to %d characters."),
               FDDM_PRESET_NAME_MAX);
  return NULL;
}
