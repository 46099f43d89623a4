/* bar.c: progress bar of a batch on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include "engine/program/bar.h"

#define WIDTH_MAX 40 /* of the bar, in characters */

char *
fddm_bar_time (double seconds)
{
  const int minutes = (int) MIN (seconds / 60 + 0.5, 1e9);

  if (seconds < 99.5)
    return g_strdup_printf (_ ("%d s"), (int) (seconds + 0.5));
  return minutes < 60 ? g_strdup_printf (_ ("%d min"), minutes)
                      : g_strdup_printf (_ ("%d h %d min"), minutes / 60, minutes % 60);
}

/* Number of columns that TEXT takes. */
static int
columns_of (const char *text)
{
  int columns = 0;

  for (; *text; text = g_utf8_next_char (text))
    columns += g_unichar_iswide (g_utf8_get_char (text)) ? 2 : !g_unichar_iszerowidth (g_utf8_get_char (text));
  return columns;
}

/* Number of columns that TEXT leaves free on the terminal. */
static int
room_beside (const char *text)
{
  struct winsize size;
  const int      columns = ioctl (STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;

  return columns - 1 - columns_of (text);
}

void
fddm_bar_show (const FddmBar *bar)
{
  g_autofree char *left = bar->seconds_left < 0 ? g_strdup ("…") : fddm_bar_time (bar->seconds_left);
  /* translators: photos done, all photos, "5 min" */
  g_autofree char *text  = g_strdup_printf (_ ("%u of %u photos, %s left"), bar->done, bar->total, left);
  const int        width = CLAMP (room_beside (text) - 3, 0, WIDTH_MAX);
  g_autofree char *full = g_strnfill ((gsize) width, '#'), *empty = g_strnfill ((gsize) width, '-');
  const int        filled = (int) (bar->fraction * width);

  if (width > 0)
    fprintf (stderr, "\r[%.*s%.*s] %s\033[K", filled, full, width - filled, empty, text);
  else
    fprintf (stderr, "\r%s\033[K", text);
}

void
fddm_bar_hide (void)
{
  fputs ("\r\033[K", stderr);
}
