/* ticker.h: progress, divided among the parts of a computation.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "kernels/backend.h"

/* The interval [from, to] of a phase. */
typedef struct {
  FddmProgress func; /* NULL = no listener */
  gpointer     data;
  FddmPhase    phase;
  double       from, to;
} FDDM_BY_NAME FddmTicker;

/* Part I of N equal parts. */
static inline FddmTicker
fddm_ticker_part (const FddmTicker *ticker, int i, int n)
{
  FddmTicker part = *ticker;

  part.from = ticker->from + (ticker->to - ticker->from) * i / n;
  part.to   = i + 1 == n ? ticker->to : ticker->from + (ticker->to - ticker->from) * (i + 1) / n;
  return part;
}

/* Parts FROM to TO of N equal parts. */
static inline FddmTicker
fddm_ticker_parts (const FddmTicker *ticker, int from, int to, int n)
{
  FddmTicker parts = fddm_ticker_part (ticker, from, n);

  parts.to = to > from ? fddm_ticker_part (ticker, to - 1, n).to : parts.from;
  return parts;
}

/* What a listener has been told. A computation that starts over, on another device or with smaller tiles, tells it nothing
 * less. */
typedef struct {
  FddmProgress func; /* NULL = no listener */
  gpointer     data;
  FddmPhase    phase;    /* told last    */
  double       fraction; /* of that phase */
} FddmTold;

/* What is left of PHASE, up to TO. TOLD must outlive it. */
FddmTicker fddm_told_rest (FddmTold *told, FddmPhase phase, double to);

/* Reports that DONE of N equal parts are complete. FALSE with FDDM_ERROR_CANCELLED if the listener cancels. TICKER may be
 * NULL. */
gboolean fddm_tick (const FddmTicker *ticker, int done, int n, GError **error);
