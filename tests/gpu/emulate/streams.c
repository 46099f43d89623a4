/* streams.c: streams, events and graphs of the emulated CUDA runtime.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/gpu/emulate/streams.h"
#include <stdlib.h>
#include <string.h>
#include <glib.h>

typedef struct {
  EmulateFunc run, destroy;
  void       *data;
  int         references; /* queues and graphs that hold it */
} Work;

struct CUstream_st {
  GQueue     work;
  guint64    submitted, done;
  GPtrArray *captured; /* of Work; not NULL while a graph is captured */
  gboolean   spoiled;  /* by a call that captures do not allow        */
};

struct CUevent_st {
  cudaStream_t stream; /* NULL: not recorded yet */
  guint64      after;  /* works of the stream    */
  float        when;   /* milliseconds           */
};

static float now;

static GPtrArray *streams;
static int        n_graphs;

static void
release (Work *work)
{
  if (--work->references > 0)
    return;
  if (work->destroy != NULL)
    work->destroy (work->data);
  g_free (work);
}

static void
push (cudaStream_t stream, Work *work)
{
  work->references++;
  if (stream->captured != NULL)
    {
      g_ptr_array_add (stream->captured, work);
      return;
    }
  g_queue_push_tail (&stream->work, work);
  stream->submitted++;
}

/* Runs STREAM until UP_TO of its works are done. */
static void
run_until (cudaStream_t stream, guint64 up_to)
{
  while (stream->done < up_to)
    {
      Work *work = g_queue_pop_head (&stream->work);

      /* A work that waits for another stream comes back here for that one, never for this. */
      g_assert (work != NULL);
      stream->done++;
      work->run (work->data);
      release (work);
    }
}

/* EMULATE_ORDER, a number: streams do some of their work now and then, in an order that follows from it. Otherwise they do
 * it as late as they may. */
static void
stir (void)
{
  static GRand *rand;
  const char   *seed = g_getenv ("EMULATE_ORDER");

  if (seed == NULL)
    return;
  if (rand == NULL)
    rand = g_rand_new_with_seed ((guint32) atoi (seed));
  for (int i = g_rand_int_range (rand, 0, 3); i > 0; i--)
    {
      cudaStream_t  stream = g_ptr_array_index (streams, g_rand_int_range (rand, 0, (gint32) streams->len));
      const guint64 more   = (guint64) g_rand_int_range (rand, 0, 4);

      run_until (stream, MIN (stream->submitted, stream->done + more));
    }
}

cudaError_t
emulate_submit (cudaStream_t stream, EmulateFunc run, EmulateFunc destroy, void *data)
{
  Work *work = g_new0 (Work, 1);

  *work = (Work) { .run = run, .destroy = destroy, .data = data };
  push (stream, work);
  stir ();
  return cudaSuccess;
}

void
emulate_drain (cudaStream_t stream)
{
  run_until (stream, stream->submitted);
}

void
emulate_drain_all (void)
{
  for (guint i = 0; streams != NULL && i < streams->len; i++)
    emulate_drain (g_ptr_array_index (streams, i));
}

cudaError_t
emulate_forbid_capture (void)
{
  for (guint i = 0; streams != NULL && i < streams->len; i++)
    {
      cudaStream_t stream = g_ptr_array_index (streams, i);

      if (stream->captured != NULL)
        {
          stream->spoiled = TRUE;
          return emulate_fail (cudaErrorStreamCaptureUnsupported);
        }
    }
  return cudaSuccess;
}

/* ---- Streams ---- */

cudaError_t
cudaStreamCreateWithFlags (cudaStream_t *stream, unsigned int flags)
{
  /* Streams that wait for the default stream would hide what should be ordered by events. */
  g_assert_cmpuint (flags, ==, cudaStreamNonBlocking);
  if (streams == NULL)
    streams = g_ptr_array_new ();
  *stream = g_new0 (struct CUstream_st, 1);
  g_queue_init (&(*stream)->work);
  g_ptr_array_add (streams, *stream);
  return cudaSuccess;
}

cudaError_t
cudaStreamDestroy (cudaStream_t stream)
{
  emulate_drain (stream);
  g_ptr_array_remove (streams, stream);
  if (streams->len == 0)
    {
      g_assert_cmpint (n_graphs, ==, 0);
      g_clear_pointer (&streams, g_ptr_array_unref);
    }
  g_free (stream);
  return cudaSuccess;
}

/* ---- Events ---- */

void
emulate_pass_time (float milliseconds)
{
  now += milliseconds;
}

cudaError_t
cudaEventCreateWithFlags (cudaEvent_t *event, unsigned int flags)
{
  /* The host would spin. */
  g_assert_true ((flags & cudaEventDisableTiming) == 0 || (flags & cudaEventBlockingSync) != 0);
  *event = g_new0 (struct CUevent_st, 1);
  return cudaSuccess;
}

cudaError_t
cudaEventDestroy (cudaEvent_t event)
{
  g_free (event);
  return cudaSuccess;
}

cudaError_t
cudaEventRecord (cudaEvent_t event, cudaStream_t stream)
{
  cudaError_t status = emulate_forbid_capture ();

  if (status != cudaSuccess)
    return status;
  event->stream = stream;
  event->after  = stream->submitted;
  event->when   = now;
  return cudaSuccess;
}

cudaError_t
cudaEventElapsedTime (float *milliseconds, cudaEvent_t start, cudaEvent_t end)
{
  *milliseconds = end->when - start->when;
  return start->stream != NULL && end->stream != NULL ? cudaSuccess : emulate_fail (cudaErrorInvalidResourceHandle);
}

cudaError_t
cudaEventSynchronize (cudaEvent_t event)
{
  cudaError_t status = emulate_forbid_capture ();

  if (status != cudaSuccess)
    return status;
  if (event->stream != NULL)
    run_until (event->stream, event->after);
  return cudaPeekAtLastError ();
}

static void
run_wait (void *data)
{
  const struct CUevent_st *then = data;

  run_until (then->stream, then->after);
}

cudaError_t
cudaStreamWaitEvent (cudaStream_t stream, cudaEvent_t event, unsigned int flags G_GNUC_UNUSED)
{
  cudaError_t status = emulate_forbid_capture ();

  if (status != cudaSuccess || event->stream == NULL || event->stream == stream)
    return status;
  /* The event as it is now: a later record does not move what this waits for. */
  return emulate_submit (stream, run_wait, g_free, g_memdup2 (event, sizeof *event));
}

/* ---- Graphs ---- */

struct CUgraph_st {
  GPtrArray *work;
};

cudaError_t
cudaStreamBeginCapture (cudaStream_t stream, enum cudaStreamCaptureMode mode G_GNUC_UNUSED)
{
  if (emulate_fault ("no-capture") != NULL || stream->captured != NULL)
    return emulate_fail (cudaErrorIllegalState);
  stream->captured = g_ptr_array_new_with_free_func ((GDestroyNotify) release);
  stream->spoiled  = emulate_fault ("spoilt-capture") != NULL;
  return cudaSuccess;
}

cudaError_t
cudaStreamEndCapture (cudaStream_t stream, cudaGraph_t *graph)
{
  GPtrArray *work = g_steal_pointer (&stream->captured);

  *graph = NULL;
  if (work == NULL)
    return emulate_fail (cudaErrorIllegalState);
  if (stream->spoiled)
    {
      g_ptr_array_unref (work);
      return emulate_fail (cudaErrorStreamCaptureInvalidated);
    }
  *graph         = g_new0 (struct CUgraph_st, 1);
  (*graph)->work = work;
  return cudaSuccess;
}

cudaError_t
cudaGraphInstantiate (cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long flags G_GNUC_UNUSED)
{
  if (emulate_fault ("no-instance") != NULL)
    return emulate_fail (cudaErrorMemoryAllocation);
  *exec = (cudaGraphExec_t) g_ptr_array_ref (graph->work);
  n_graphs++;
  return cudaSuccess;
}

cudaError_t
cudaGraphDestroy (cudaGraph_t graph)
{
  g_ptr_array_unref (graph->work);
  g_free (graph);
  return cudaSuccess;
}

cudaError_t
cudaGraphExecDestroy (cudaGraphExec_t exec)
{
  n_graphs--;
  g_ptr_array_unref ((GPtrArray *) exec);
  return cudaSuccess;
}

cudaError_t
cudaGraphLaunch (cudaGraphExec_t exec, cudaStream_t stream)
{
  GPtrArray  *work   = (GPtrArray *) exec;
  cudaError_t status = emulate_forbid_capture ();

  for (guint i = 0; status == cudaSuccess && i < work->len; i++)
    push (stream, g_ptr_array_index (work, i));
  if (g_getenv ("EMULATE_VERBOSE") != NULL)
    g_printerr ("launched a graph of %u\n", work->len);
  return status;
}
