/* torus-estimate.c: estimates of a torus, window by window, several at once.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Windows are added to the torus in order, whichever is complete first. The order decides the rounding of the sums, and
 * the same seed must give the same bytes. */
#include "engine/generate/torus.h"

/* One estimate of the whole torus, shared by all lanes. */
typedef struct {
  FddmTorus        *torus;
  const FddmTensor *x, *noise;
  FddmTensor       *x0;
  int               row, column;
  const FddmTicker *ticker;
  GMutex            mutex;      /* protects the members below                 */
  GCond             turned;     /* signals a change of TURN or ERROR          */
  int               next, turn; /* next window to compute; next window to add */
  GError           *error;      /* the first one                              */
} Round;

typedef struct {
  Round         *round;
  FddmTorusLane *lane;
} Worker;

/* Calls the caller's listener, on the caller's thread. FALSE tells any lane to stop. */
static gboolean
listen (FddmPhase phase, double fraction, gpointer data)
{
  const Worker     *worker = data;
  Round            *round  = worker->round;
  const FddmTicker *ticker = round->ticker;
  gboolean          failed;
  int               done;

  g_mutex_lock (&round->mutex);
  failed = round->error != NULL;
  done   = round->turn;
  g_mutex_unlock (&round->mutex);
  if (failed || worker->lane != round->torus->lanes || ticker == NULL || ticker->func == NULL)
    return !failed;
  fraction = (done + fraction) / fddm_torus_windows (round->torus);
  return ticker->func (phase, ticker->from + (ticker->to - ticker->from) * MIN (fraction, 1.0), ticker->data);
}

/* Number of the next window, or -1 if there is none or a lane failed. */
static int
take (Round *round)
{
  int i;

  g_mutex_lock (&round->mutex);
  i = round->error == NULL && round->next < fddm_torus_windows (round->torus) ? round->next++ : -1;
  g_mutex_unlock (&round->mutex);
  return i;
}

/* Waits for the turn of window I. FALSE if a lane failed. */
static gboolean
wait_turn (Round *round, int i)
{
  gboolean goes_on;

  g_mutex_lock (&round->mutex);
  while (round->turn != i && round->error == NULL)
    g_cond_wait (&round->turned, &round->mutex);
  goes_on = round->error == NULL;
  g_mutex_unlock (&round->mutex);
  return goes_on;
}

static void
end_turn (Round *round, GError *error)
{
  g_mutex_lock (&round->mutex);
  if (error == NULL)
    round->turn++;
  else if (round->error == NULL)
    round->error = error;
  else
    g_error_free (error);
  g_cond_broadcast (&round->turned);
  g_mutex_unlock (&round->mutex);
}

/* FALSE without an error if another lane failed. */
static gboolean
estimate_window (Worker *worker, int i, GError **error)
{
  Round             *round   = worker->round;
  const FddmTorus   *torus   = round->torus;
  FddmTorusLane     *lane    = worker->lane;
  const FddmBackend *backend = torus->context->backend;
  const int          down = i / torus->across.count, across = i % torus->across.count;
  const int          row    = (fddm_torus_axis_start (&torus->down, down) + round->row) % torus->down.length;
  const int          column = (fddm_torus_axis_start (&torus->across, across) + round->column) % torus->across.length;
  const FddmTicker   ticker = { .func  = listen,
                                .data  = worker,
                                .phase = round->ticker != NULL ? round->ticker->phase : FDDM_PHASE_GENERATE,
                                .from  = 0.0,
                                .to    = 1.0 };

  return backend->copy_window (lane->device, round->x, row, column, lane->x, error) &&
         fddm_sampler_estimate (&lane->sampler, lane->x, round->noise, lane->x0, &ticker, error) && wait_turn (round, i) &&
         backend->add_window (lane->device, lane->x0, torus->down_weights[down], torus->across_weights[across], row, column,
                              round->x0, error);
}

static gpointer
work (gpointer data)
{
  Worker *worker = data;

  for (int i = take (worker->round); i >= 0; i = take (worker->round))
    {
      GError *error = NULL;

      if (estimate_window (worker, i, &error) || error != NULL)
        end_turn (worker->round, error);
    }
  return NULL;
}

static void
work_on_all_lanes (Round *round)
{
  FddmTorus *torus = round->torus;
  Worker     workers[FDDM_TORUS_LANES_MAX];
  GThread   *threads[FDDM_TORUS_LANES_MAX];

  for (int i = 0; i < torus->n_lanes; i++)
    workers[i] = (Worker) { round, &torus->lanes[i] };
  for (int i = 1; i < torus->n_lanes; i++)
    threads[i] = g_thread_try_new ("window", work, &workers[i], NULL); /* on failure the other lanes take over its windows */
  work (&workers[0]);
  for (int i = 1; i < torus->n_lanes; i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
}

gboolean
fddm_torus_estimate (FddmTorus *torus, const FddmTensor *x, const FddmTensor *noise, int row, int column, FddmTensor *x0,
                     const FddmTicker *ticker, GError **error)
{
  const FddmContext *context = torus->context;
  Round round = { .torus = torus, .x = x, .noise = noise, .x0 = x0, .row = row, .column = column, .ticker = ticker };

  if (fddm_torus_windows (torus) == 1)
    return fddm_sampler_estimate (&torus->lanes[0].sampler, x, noise, x0, ticker, error);
  /* Clears the sum: 0 · (x − x). */
  if (!context->backend->difference (context->device, x, x, NULL, 0.0f, torus->zero, x0, error))
    return FALSE;
  g_mutex_init (&round.mutex);
  g_cond_init (&round.turned);
  work_on_all_lanes (&round);
  g_cond_clear (&round.turned);
  g_mutex_clear (&round.mutex);
  if (round.error == NULL)
    return TRUE;
  g_propagate_error (error, round.error);
  return FALSE;
}
