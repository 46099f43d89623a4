/* bar.h: progress bar of a batch on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* State of the work. */
typedef struct {
  guint  done, total;  /* number of photos */
  double fraction;     /* share of the work done, 0…1 */
  double seconds_left; /* below 0 = unknown so far */
} FddmBar;

/* Draws the bar on stderr over the previous one. */
void fddm_bar_show (const FddmBar *bar);
void fddm_bar_hide (void);
/* Text such as "3 h 20 min". Free with g_free. */
char *fddm_bar_time (double seconds);
