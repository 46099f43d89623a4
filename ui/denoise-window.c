/* denoise-window.c: see denoise-window.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/denoise-window.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ui/denoise-form.h"
#include "ui/toolkit.h"

/* Maximum number of events handled between two steps of a run. */
#define EVENTS 50

/* Time that the summary of a run stays visible before OK closes the dialog, in ms. */
#define LINGER 1500

typedef struct {
  GtkWidget             *window;
  const FddmDenoiseHelp *help;
  double                *values;
  FddmDenoiseForm       *form;
  GMainLoop             *loop;
  gboolean               running, done;                /* a run is going on; a layer was made */
  gboolean               complained;                   /* the user knows that settings cannot be kept */
  guint                  closing;                      /* timeout source, or 0 */
  int                    stop;                         /* atomic */
  double                 applied[FDDM_PARAMETERS_MAX]; /* values of the last layer made, if DONE */
  gsize                  bytes;                        /* size of the values */
} Window;

/* Called from time to time during a run. */
static void
show_progress (gpointer data, const char *text, double fraction)
{
  Window *window = data;

  fddm_denoise_form_progress (window->form, text, fraction);
  for (int i = 0; i < EVENTS && g_main_context_pending (NULL); i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
allow (Window *window, gboolean allowed)
{
  static const int responses[] = { FDDM_RESPONSE_RESET, GTK_RESPONSE_APPLY, GTK_RESPONSE_OK };

  for (gsize i = 0; i < G_N_ELEMENTS (responses); i++)
    gtk_dialog_set_response_sensitive (GTK_DIALOG (window->window), responses[i], allowed);
}

/* Saves the values at once, so that the next dialog has them even after a crash. If that fails, it is told once in a dialog. */
static void
remember (Window *window)
{
  g_autoptr (GError) error = NULL;

  if (!fddm_presets_remember (window->help->presets, window->values, &error) && !window->complained)
    {
      g_autofree char *text = g_strdup_printf (_ ("The settings cannot be kept: %s"), error->message);

      window->complained = TRUE;
      fddm_complain (window->window, text);
    }
}

/* Names the cancel button: finished layers cannot be cancelled, a run can. */
static void
name_cancel (Window *window)
{
  GtkWidget *button = gtk_dialog_get_widget_for_response (GTK_DIALOG (window->window), GTK_RESPONSE_CANCEL);

  gtk_button_set_label (GTK_BUTTON (button), window->done && !window->running ? _ ("_Close") : _ ("_Cancel"));
}

/* Adds the layers. FALSE if none were made; the form shows the reason. */
static gboolean
run (Window *window, char **account)
{
  const FddmRunWatch watch = { show_progress, window, &window->stop };
  g_autoptr (GError) error = NULL;
  gboolean           done, made = FALSE;
  double             values[FDDM_PARAMETERS_MAX];

  memcpy (values, window->values, window->bytes); /* the user may change them during the run */
  remember (window);
  g_atomic_int_set (&window->stop, 0);
  window->running = TRUE;
  allow (window, FALSE);
  name_cancel (window);
  fddm_denoise_form_tell (window->form, NULL, FALSE);
  fddm_denoise_form_busy (window->form, TRUE);
  done = window->help->runner.run (window->help->runner.data, values, &watch, &made, account, &error);
  fddm_denoise_form_busy (window->form, FALSE);
  allow (window, TRUE);
  window->running = FALSE;
  fddm_denoise_form_tell (window->form, done ? *account : error->message, !done);
  if (made)
    {
      memcpy (window->applied, values, window->bytes);
      window->done = TRUE;
    }
  name_cancel (window);
  return made;
}

/* Closes the dialog once the user has had time to read the summary. */
static gboolean
close_now (gpointer data)
{
  Window *window = data;

  window->closing = 0;
  g_main_loop_quit (window->loop);
  return G_SOURCE_REMOVE;
}

static void
apply (Window *window)
{
  g_autofree char *account = NULL;

  run (window, &account);
}

/* Whether there is a layer of this dialog. The user may have undone it meanwhile. */
static gboolean
has_layer (const Window *window)
{
  return window->done && window->help->runner.there (window->help->runner.data);
}

/* Whether the last layer has these settings, of this selection. */
static gboolean
is_applied (const Window *window)
{
  return has_layer (window) && window->help->runner.selected (window->help->runner.data) &&
         !memcmp (window->applied, window->values, window->bytes);
}

/* Applies the settings, unless the last layer has the same ones, and closes the dialog. It stays open if no layer was
 * made. */
static void
apply_and_close (Window *window)
{
  g_autofree char *account = NULL;

  if (is_applied (window))
    g_main_loop_quit (window->loop);
  else if (run (window, &account))
    window->closing = g_timeout_add (LINGER, close_now, window);
}

static void
respond (G_GNUC_UNUSED GtkDialog *dialog, int response, Window *window)
{
  const gboolean leave = response == GTK_RESPONSE_CANCEL || response == GTK_RESPONSE_DELETE_EVENT;

  if (window->closing)
    g_main_loop_quit (window->loop);
  else if (window->running && leave)
    g_atomic_int_set (&window->stop, 1);
  else if (window->running)
    return;
  else if (response == FDDM_RESPONSE_RESET)
    fddm_denoise_form_preset (window->form, -1);
  else if (response == GTK_RESPONSE_APPLY)
    apply (window);
  else if (response == GTK_RESPONSE_OK)
    apply_and_close (window);
  else if (leave)
    g_main_loop_quit (window->loop);
}

gboolean
fddm_denoise_window_run (GtkWidget *dialog, const FddmDenoiseHelp *help, const FddmParameter *table, double *values)
{
  Window   window = { .window = dialog, .help = help, .values = values };
  gboolean made;

  while (table[window.bytes].name)
    window.bytes++;
  window.bytes *= sizeof *values;
  fddm_presets_recall (help->presets, values);
  window.form = fddm_denoise_form_new (help, table, values);
  window.loop = g_main_loop_new (NULL, FALSE);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  fddm_denoise_form_window (window.form, dialog);
  g_signal_connect (dialog, "response", G_CALLBACK (respond), &window);
  g_signal_connect (dialog, "delete-event", G_CALLBACK (gtk_true), NULL);
  gtk_window_present (GTK_WINDOW (dialog));
  g_main_loop_run (window.loop);

  if (window.closing)
    g_source_remove (window.closing);
  made = has_layer (&window);
  remember (&window);
  gtk_widget_destroy (dialog);
  fddm_denoise_form_free (window.form);
  g_main_loop_unref (window.loop);
  return made;
}
