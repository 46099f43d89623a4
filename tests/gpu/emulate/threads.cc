/* threads.cc: a block's threads as coroutines.
 * SPDX-License-Identifier: Apache-2.0 */
/* Jumping between stacks is what this file is for; the fortified longjmp forbids it. */
#undef _FORTIFY_SOURCE
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ucontext.h>
#include <vector>
#include "tests/gpu/emulate/emulate.h"

static const size_t stack_bytes = 64 << 10;
static const size_t shared_bytes = 48 << 10;

/* A context makes a stack; after that, jumps change between stacks without the system calls that contexts cost. */
struct Thread {
  ucontext_t context;
  jmp_buf    here;
  char      *stack;
  uint3      index;
  int        waiting;   /* kind of barrier, 0 = none */
  bool       done;
};

thread_local uint3 emulate_block, emulate_thread;
thread_local dim3  emulate_block_size, emulate_grid_size;

static std::vector<Thread>          threads;
static std::vector<double>          given;
static const std::function<void ()> *body;
static jmp_buf                      scheduler;
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
  if (_setjmp (me.here) == 0)
    _longjmp (scheduler, 1);
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

/* A stack serves the threads of one place in their blocks, one after the other. */
static void
run_threads (void)
{
  for (;;)
    {
      (*body) ();
      threads[current].done = true;
      emulate_wait (0);
    }
}

static void
resume (Thread &thread)
{
  emulate_thread = thread.index;
  if (_setjmp (scheduler) != 0)
    return;
  if (thread.stack != nullptr)
    _longjmp (thread.here, 1);
  thread.stack = (char *) malloc (stack_bytes);
  getcontext (&thread.context);
  thread.context.uc_stack.ss_sp   = thread.stack;
  thread.context.uc_stack.ss_size = stack_bytes;
  thread.context.uc_link          = nullptr;
  makecontext (&thread.context, run_threads, 0);
  setcontext (&thread.context);
}

/* Each thread runs up to its next barrier, in turn; a thread's writes must not matter to another before that, which
 * running the turns backwards would show. */
static void
run_block (size_t n, bool backwards)
{
  size_t left = n;

  for (size_t i = 0; i < n; i++)
    threads[i].done = false;
  while (left > 0)
    {
      int kind = -1;

      for (size_t turn = 0; turn < n; turn++)
        {
          current = backwards ? n - 1 - turn : turn;
          if (threads[current].done)
            continue;
          resume (threads[current]);
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

/* A kernel on its way. */
struct Launch {
  dim3                   grid, block;
  size_t                 shared;
  std::function<void ()> kernel;
};

static void
run_launch (void *data)
{
  const Launch &launch    = *(const Launch *) data;
  const dim3    block     = launch.block;
  const size_t  n         = (size_t) block.x * block.y * block.z;
  const bool    backwards = getenv ("EMULATE_BACKWARDS") != nullptr;

  /* Never to be moved: stacks hold on to them. */
  threads.resize (1024);
  given.resize (1024);
  for (size_t i = 0; i < n; i++)
    threads[i].index = { (unsigned int) (i % block.x), (unsigned int) (i / block.x % block.y),
                         (unsigned int) (i / block.x / block.y) };
  emulate_block_size = block;
  emulate_grid_size  = launch.grid;
  body = &launch.kernel;
  for (unsigned int y = 0; y < launch.grid.y; y++)
    for (unsigned int x = 0; x < launch.grid.x; x++)
      {
        /* Exactly as large as asked for, and full of nonsense: what reads too far or too early is found. */
        shared_memory = (char *) malloc (launch.shared);
        memset (shared_memory, 0xFF, launch.shared);
        emulate_block = { x, y, 0 };
        run_block (n, backwards);
        free (shared_memory);
      }
}

static void
free_launch (void *data)
{
  delete (Launch *) data;
}

void
emulate_launch (dim3 grid, dim3 block, size_t shared, cudaStream_t stream, std::function<void ()> kernel)
{
  const size_t n = (size_t) block.x * block.y * block.z;

  if (n == 0 || n > 1024 || shared > shared_bytes || grid.y > 65535 || grid.z > 65535 || grid.x == 0 || grid.y == 0 ||
      grid.x > 0x7FFFFFFFu)
    {
      fprintf (stderr, "a launch that CUDA would refuse\n");
      abort ();
    }
  if (emulate_fail (emulate_call ()) == cudaSuccess) /* else the next look at the last error tells */
    emulate_submit (stream, run_launch, free_launch, new Launch { grid, block, shared, std::move (kernel) });
}
