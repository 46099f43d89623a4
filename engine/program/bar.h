/* bar.h: how far many photos are, on a terminal.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* How far the work is. */
typedef struct {
  guint  done, total;  /* photos                                       */
  double fraction;     /* of the work, in [0,1]                        */
  double seconds_left; /* below 0 = nobody knows yet                   */
} FddmBar;

/* Draws the bar on stderr, over the last one. */
void fddm_bar_show (const FddmBar *bar);
void fddm_bar_hide (void);
/* "3 h 20 min". Free with g_free. */
char *fddm_bar_time (double seconds);
