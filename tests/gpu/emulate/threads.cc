/* threads.cc: a block's threads as coroutines.
 * SPDX-License-Identifier: Apache-2.0 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ucontext.h>
#include <vector>
#include "tests/gpu/emulate/emulate.h"

static const size_t stack_bytes  = 64 << 10;
static const size_t shared_bytes = 48 << 10;

/* A context makes a stack; after that, the compiler's jumps change between stacks: they save next to nothing, and make none
 * of the system calls that contexts cost. */
typedef void *Place[5];

struct Stack {
  ucontext_t context;
  Place      here;
  char      *bytes; /* nullptr: it has not been on yet */
};

struct Thread {
  Stack *stack; /* where it waits; nullptr: it has ended */
  uint3  index;
  int    waiting; /* kind of barrier */
  int    exchanges;
};

uint3 emulate_block, emulate_thread;
dim3  emulate_block_size, emulate_grid_size;

static std::vector<Thread>           threads;
static std::vector<Stack *>          idle;
static std::vector<double>           gifts[2];
static const std::function<void ()> *body;
static Place                         scheduler;
static Stack                        *running;
static size_t                        current, begun, n_threads;
static bool                          is_backwards;
static char                         *shared_memory;

void *
emulate_shared (void)
{
  return shared_memory;
}

/* A function with a place must not be the one that jumps there. */
[[noreturn, gnu::noinline]] static void
jump (Place place)
{
  __builtin_longjmp (place, 1);
}

[[gnu::noinline]] static void
pause_stack (void)
{
  if (__builtin_setjmp (running->here) == 0)
    jump (scheduler);
}

void
emulate_wait (int kind)
{
  threads[current].stack   = running;
  threads[current].waiting = kind;
  pause_stack ();
}

/* Two arrays in turn: nobody gives to one again before all have given to the other, and so have taken from the first. */
double
emulate_exchange (double x, unsigned int from)
{
  std::vector<double> &given = gifts[threads[current].exchanges++ % 2];

  given[current] = x;
  emulate_wait (2);
  return given[from];
}

static void
turn_to (size_t thread)
{
  current               = thread;
  emulate_thread        = threads[thread].index;
  threads[thread].stack = nullptr;
}

/* Whether there is one more thread to begin, which is then the current one. */
static bool
begin_next (void)
{
  if (begun == n_threads)
    return false;
  turn_to (is_backwards ? n_threads - 1 - begun : begun);
  threads[current].exchanges = 0;
  begun++;
  return true;
}

/* A thread that ends without a barrier leaves its stack to the next: kernels without barriers are a plain loop. */
static void
run_threads (void)
{
  for (;;)
    {
      do
        (*body) ();
      while (begin_next ());
      pause_stack ();
    }
}

/* Runs STACK until its thread waits, or has ended and none is left to begin. */
[[gnu::noinline]] static void
resume (Stack *stack)
{
  running = stack;
  if (__builtin_setjmp (scheduler) != 0)
    return;
  if (stack->bytes != nullptr)
    jump (stack->here);
  stack->bytes = (char *) malloc (stack_bytes);
  getcontext (&stack->context);
  stack->context.uc_stack.ss_sp   = stack->bytes;
  stack->context.uc_stack.ss_size = stack_bytes;
  stack->context.uc_link          = nullptr;
  makecontext (&stack->context, run_threads, 0);
  setcontext (&stack->context);
}

static Stack *
take_stack (void)
{
  Stack *stack;

  if (idle.empty ())
    return new Stack ();
  stack = idle.back ();
  idle.pop_back ();
  return stack;
}

/* Resumes STACK; then its thread waits, at a barrier of KIND if that is known, or has ended: then FALSE. */
static bool
run_turn (Stack *stack, int &kind)
{
  resume (stack);
  if (threads[current].stack == nullptr)
    {
      idle.push_back (stack);
      return false;
    }
  if (kind >= 0 && kind != threads[current].waiting)
    {
      fprintf (stderr, "threads of a block wait at different barriers\n");
      abort ();
    }
  kind = threads[current].waiting;
  return true;
}

/* Each thread runs up to its next barrier, in turn; a thread's writes must not matter to another before that, which
 * running the turns backwards would show. */
static void
run_block (void)
{
  size_t left = 0;
  int    kind = -1;

  begun = 0;
  while (begin_next ())
    left += run_turn (take_stack (), kind);
  while (left > 0)
    {
      kind = -1;
      for (size_t turn = 0; turn < n_threads; turn++)
        {
          const size_t thread = is_backwards ? n_threads - 1 - turn : turn;
          Stack       *stack  = threads[thread].stack;

          if (stack == nullptr)
            continue;
          turn_to (thread);
          left -= !run_turn (stack, kind);
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
  const Launch &launch = *(const Launch *) data;
  const dim3    block  = launch.block;

  threads.resize (1024);
  for (std::vector<double> &given : gifts)
    given.resize (1024);
  n_threads    = (size_t) block.x * block.y * block.z;
  is_backwards = getenv ("EMULATE_BACKWARDS") != nullptr;
  for (size_t i = 0; i < n_threads; i++)
    threads[i].index = { (unsigned int) (i % block.x), (unsigned int) (i / block.x % block.y),
                         (unsigned int) (i / block.x / block.y) };
  emulate_block_size = block;
  emulate_grid_size  = launch.grid;
  body               = &launch.kernel;
  for (unsigned int y = 0; y < launch.grid.y; y++)
    for (unsigned int x = 0; x < launch.grid.x; x++)
      {
        /* Exactly as large as asked for, and full of nonsense: what reads too far or too early is found. */
        shared_memory = (char *) malloc (launch.shared);
        memset (shared_memory, 0xFF, launch.shared);
        emulate_block = { x, y, 0 };
        run_block ();
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
    emulate_submit (stream, run_launch, free_launch, new Launch{ grid, block, shared, std::move (kernel) });
}
