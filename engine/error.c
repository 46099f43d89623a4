/* error.c: translation of kernel errors, sanitising of messages.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/error.h"
#include "kernels/backend.h"

G_DEFINE_QUARK (fddm-error-quark, fddm_error)

/* The engine's codes, indexed by kernel code. */
static const FddmError codes[] = {
  [FDDM_KERNEL_ERROR_UNUSABLE]   = FDDM_ERROR_DEVICE,
  [FDDM_KERNEL_ERROR_MEMORY]     = FDDM_ERROR_MEMORY,
  [FDDM_KERNEL_ERROR_FAILED]     = FDDM_ERROR_DEVICE,
  [FDDM_KERNEL_ERROR_NO_MODULE]  = FDDM_ERROR_NO_GPU_MODULE,
  [FDDM_KERNEL_ERROR_BAD_MODULE] = FDDM_ERROR_BAD_GPU_MODULE,
  [FDDM_KERNEL_ERROR_NO_DRIVER]  = FDDM_ERROR_NO_GPU_DRIVER,
  [FDDM_KERNEL_ERROR_OLD_DRIVER] = FDDM_ERROR_OLD_GPU_DRIVER,
  [FDDM_KERNEL_ERROR_NO_CUDNN]   = FDDM_ERROR_NO_CUDNN,
  [FDDM_KERNEL_ERROR_NO_DEVICE]  = FDDM_ERROR_NO_GPU,
  [FDDM_KERNEL_ERROR_OLD_DEVICE] = FDDM_ERROR_OLD_GPU,
  [FDDM_KERNEL_ERROR_BUSY]       = FDDM_ERROR_BUSY_GPU,
  [FDDM_KERNEL_ERROR_STOPPED]    = FDDM_ERROR_CANCELLED,
  [FDDM_KERNEL_ERROR_OVERFLOW]   = FDDM_ERROR_WEIGHTS,
  [FDDM_KERNEL_ERROR_RANGES]     = FDDM_ERROR_DEVICE, /* never seen: the engine starts over */
};

void
fddm_error_propagate (GError **error, GError *problem)
{
  if (problem->domain != FDDM_KERNEL_ERROR)
    {
      g_propagate_error (error, problem);
      return;
    }
  g_set_error_literal (error, FDDM_ERROR,
                       (guint) problem->code < G_N_ELEMENTS (codes) ? codes[problem->code] : FDDM_ERROR_DEVICE,
                       problem->message);
  g_error_free (problem);
}

gboolean
fddm_error_is_no_gpu (const GError *error)
{
  return error != NULL && error->domain == FDDM_ERROR && error->code >= FDDM_ERROR_NO_GPU_MODULE &&
         error->code <= FDDM_ERROR_BUSY_GPU;
}

gboolean
fddm_error_unless_set (GError **error, FddmError code, const char *message)
{
  if (error != NULL && *error == NULL)
    g_set_error_literal (error, FDDM_ERROR, code, message);
  return FALSE;
}

char *
fddm_weights_fit_to_show (const char *message)
{
  char *shown = g_utf8_make_valid (message, -1);

  for (char *c = shown; *c; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      memset (c, ' ', (gsize) (g_utf8_next_char (c) - c));
  return shown;
}

gboolean
fddm_weights_fail (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *shown   = NULL;
  va_list          arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  shown = fddm_weights_fit_to_show (message);
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, shown);
  return FALSE;
}

gboolean
fddm_weights_no_memory (GError **error)
{
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY, _ ("Not enough memory for the network; close other programs"));
  return FALSE;
}
