/* threads.cc: a block's threads as coroutines.
 * SPDX-License-Identifier: Apache-2.0 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ucontext.h>
#include <vector>
#include "emulate.h"

static const size_t stack_bytes = 64 << 10;
static const size_t shared_bytes = 48 << 10;

struct Thread {
  ucontext_t context;
  char      *stack;
  uint3      index;
  int        waiting;   /* kind of barrier, 0 = none */
  bool       done;
};

thread_local uint3 emulate_block, emulate_thread;

static std::vector<Thread>          threads;
static std::vector<double>          given;
static const std::function<void ()> *body;
static ucontext_t                   scheduler;
static size_t                       current;
static char                        *shared_memory;

void *
emulate_shared (void)
{
  return shared_memory;
}

void
emulate_wait (int kind)
{
  Thread &me = threads[current];

  me.waiting = kind;
  swapcontext (&me.context, &scheduler);
  emulate_thread = me.index;
}

double
emulate_exchange (double x, unsigned int from)
{
  double taken;

  given[current] = x;
  emulate_wait (2);
  taken = given[from];
  emulate_wait (3);
  return taken;
}

static void
run_thread (void)
{
  (*body) ();
  threads[current].done = true;
  swapcontext (&threads[current].context, &scheduler);
}

static void
start_thread (Thread &thread)
{
  if (thread.stack == nullptr)
    thread.stack = (char *) malloc (stack_bytes);
  thread.done    = false;
  thread.waiting = 0;
  getcontext (&thread.context);
  thread.context.uc_stack.ss_sp   = thread.stack;
  thread.context.uc_stack.ss_size = stack_bytes;
  thread.context.uc_link          = &scheduler;
  makecontext (&thread.context, run_thread, 0);
}

/* Each thread runs up to its next barrier, in turn; a thread's writes must not matter to another before that, which
 * running the turns backwards would show. */
static void
run_block (size_t n, bool backwards)
{
  size_t left = n;

  for (size_t i = 0; i < n; i++)
    start_thread (threads[i]);
  while (left > 0)
    {
      int kind = -1;

      for (size_t turn = 0; turn < n; turn++)
        {
          current = backwards ? n - 1 - turn : turn;
          if (threads[current].done)
            continue;
          emulate_thread = threads[current].index;
          swapcontext (&scheduler, &threads[current].context);
          if (threads[current].done)
            {
              left--;
              continue;
            }
          if (kind >= 0 && kind != threads[current].waiting)
            {
              fprintf (stderr, "threads of a block wait at different barriers\n");
              abort ();
            }
          kind = threads[current].waiting;
        }
    }
}

void
emulate_launch (dim3 grid, dim3 block, size_t shared, cudaStream_t, const std::function<void ()> &kernel)
{
  const size_t n         = (size_t) block.x * block.y * block.z;
  const bool   backwards = getenv ("EMULATE_BACKWARDS") != nullptr;

  if (n == 0 || n > 1024 || shared > shared_bytes || grid.y > 65535 || grid.z > 65535 || grid.x == 0 || grid.y == 0 ||
      grid.x > 0x7FFFFFFFu)
    {
      fprintf (stderr, "a launch that CUDA would refuse\n");
      abort ();
    }
  if (threads.size () < n)
    threads.resize (n);
  given.resize (threads.size ());
  for (size_t i = 0; i < n; i++)
    threads[i].index = { (unsigned int) (i % block.x), (unsigned int) (i / block.x % block.y),
                         (unsigned int) (i / block.x / block.y) };
  body = &kernel;
  for (unsigned int y = 0; y < grid.y; y++)
    for (unsigned int x = 0; x < grid.x; x++)
      {
        /* Exactly as large as asked for, and full of nonsense: what reads too far or too early is found. */
        shared_memory = (char *) malloc (shared);
        memset (shared_memory, 0xFF, shared);
        emulate_block = { x, y, 0 };
        run_block (n, backwards);
        free (shared_memory);
      }
}
