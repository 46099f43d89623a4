/* replay.c: captures sequences of layers in CUDA graphs and launches them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A sequence of calls is identified by its bytes, including addresses, so that a graph is used only with the memory it was
 * captured with. The first time, a sequence is launched plainly, because cuDNN may load kernels then. The second time it is
 * captured. If that fails, it is launched plainly from then on. */
#include <string.h>
#include "kernels/cuda/replay.h"

/* Maximum number of sequences to remember: networks with embeddings are launched in pieces, and tiles at the edges have
 * other sizes. */
#define SEQUENCES 32

/* Maximum number of recorded calls before they are launched. */
#define CALLS_MAX 1024

typedef struct {
  GArray         *calls; /* of FddmCall          */
  cudaGraphExec_t graph; /* NULL if not captured */
  gboolean        plain; /* capturing has failed */
} Sequence;

struct FddmReplay {
  GArray    *pending;   /* of FddmCall                          */
  GPtrArray *sequences; /* of Sequence, most recently used last */
  int        captured, launched;
};

static void
sequence_free (gpointer data)
{
  Sequence *sequence = data;

  if (sequence->graph != NULL)
    (void) cudaGraphExecDestroy (sequence->graph);
  g_array_unref (sequence->calls);
  g_free (sequence);
}

FddmReplay *
fddm_replay_new (void)
{
  FddmReplay *replay = g_new0 (FddmReplay, 1);

  replay->pending   = g_array_new (FALSE, FALSE, sizeof (FddmCall));
  replay->sequences = g_ptr_array_new_with_free_func (sequence_free);
  return replay;
}

void
fddm_replay_free (FddmReplay *replay)
{
  g_array_unref (replay->pending);
  g_ptr_array_unref (replay->sequences);
  g_free (replay);
}

void
fddm_replay_count (const FddmReplay *replay, int *captured, int *launched)
{
  *captured = replay->captured;
  *launched = replay->launched;
}

static gboolean
launch_plainly (FddmDevice *device, const GArray *calls, GError **error)
{
  for (guint i = 0; i < calls->len; i++)
    {
      const FddmCall *call = &g_array_index (calls, FddmCall, i);

      if (!call->launch (device, call, error))
        return FALSE;
    }
  return TRUE;
}

/* Finds the sequence of these calls and moves it to the end of the list; NULL if it is new. */
static Sequence *
find (FddmReplay *replay, const GArray *calls)
{
  for (guint i = replay->sequences->len; i-- > 0;)
    {
      Sequence *sequence = g_ptr_array_index (replay->sequences, i);

      if (sequence->calls->len == calls->len &&
          memcmp (sequence->calls->data, calls->data, calls->len * sizeof (FddmCall)) == 0)
        {
          g_ptr_array_add (replay->sequences, g_ptr_array_steal_index (replay->sequences, i));
          return sequence;
        }
    }
  return NULL;
}

static gboolean
remember (FddmDevice *device, const GArray *calls, GError **error)
{
  FddmReplay *replay   = device->replay;
  Sequence   *sequence = g_new0 (Sequence, 1);

  sequence->calls = g_array_copy ((GArray *) calls);
  g_ptr_array_add (replay->sequences, sequence);
  if (replay->sequences->len <= SEQUENCES)
    return TRUE;
  /* CUDA's documentation does not say whether a graph may be destroyed while it runs. */
  if (!fddm_cuda_wait (device, error))
    return FALSE;
  g_ptr_array_remove_index (replay->sequences, 0);
  return TRUE;
}

/* Captures the sequence. Meanwhile this thread must not allocate; other threads may. FALSE if it cannot be captured. */
static gboolean
capture (FddmDevice *device, Sequence *sequence)
{
  cudaGraph_t graph = NULL;
  gboolean    ok;

  if (cudaStreamBeginCapture (device->stream, cudaStreamCaptureModeThreadLocal) != cudaSuccess)
    return FALSE;
  ok = launch_plainly (device, sequence->calls, NULL);
  /* The capture must be ended in any case, or the stream stays unusable. */
  ok = cudaStreamEndCapture (device->stream, &graph) == cudaSuccess && ok && graph != NULL;
  ok = ok && cudaGraphInstantiate (&sequence->graph, graph, 0) == cudaSuccess;
  if (graph != NULL)
    (void) cudaGraphDestroy (graph);
  if (!ok)
    sequence->graph = NULL;
  return ok;
}

static gboolean
launch (FddmDevice *device, const GArray *calls, GError **error)
{
  FddmReplay *replay   = device->replay;
  Sequence   *sequence = find (replay, calls);

  /* A graph of a single launch saves nothing. */
  if (sequence == NULL && calls->len > 1 && !remember (device, calls, error))
    return FALSE;
  if (sequence == NULL || sequence->plain)
    return launch_plainly (device, calls, error);
  if (sequence->graph == NULL)
    {
      if (!capture (device, sequence))
        {
          (void) cudaGetLastError ();
          sequence->plain = TRUE;
          return launch_plainly (device, calls, error);
        }
      replay->captured++;
    }
  replay->launched++;
  return fddm_cuda_ok (cudaGraphLaunch (sequence->graph, device->stream), "running the network", error);
}

gboolean
fddm_replay_flush (FddmDevice *device, GError **error)
{
  GArray  *calls = device->replay->pending;
  gboolean ok;

  if (calls->len == 0)
    return TRUE;
  ok = launch (device, calls, error);
  g_array_set_size (calls, 0);
  return ok;
}

gboolean
fddm_cuda_enter (FddmDevice *device, GError **error)
{
  return fddm_cuda_select (device, error) && fddm_replay_flush (device, error);
}

void
fddm_call_init (FddmCall *call, FddmLaunch launch, const FddmTensor *in, const FddmTensor *out)
{
  memset (call, 0, sizeof *call);
  call->launch = launch;
  call->in     = *in;
  call->out    = *out;
}

gboolean
fddm_replay_add (FddmDevice *device, FddmCall *call, gsize bytes, GError **error)
{
  GArray *calls = device->replay->pending;

  if (bytes > 0 && (call->scratch = fddm_cuda_scratch (device, bytes, error)) == NULL)
    return FALSE;
  /* A call equal to the first one starts a repetition, which becomes a sequence of its own. */
  if (calls->len == CALLS_MAX || (calls->len > 0 && memcmp (&g_array_index (calls, FddmCall, 0), call, sizeof *call) == 0))
    if (!fddm_replay_flush (device, error))
      return FALSE;
  g_array_append_vals (calls, call, 1);
  return TRUE;
}
