/* faults.c: a library to preload that lets one call of a kind fail.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Environment: FAULT_KIND names the kind, FAULT_AT the number of the call that fails (from 1; 0 = none), FAULT_LOG a file that
 * gets the number of calls when the process ends.
 *
 *   memory   allocations of FAULT_BYTES or more (4096) by the program itself. Smaller ones are GLib's structures and texts, where
 *            GLib ends the process, as for every program that uses it. Where the program calls an allocator that ends the
 *            process, so does this one: such a call is a fault of the program. Libraries are not tried: what GEGL and oneDNN do
 *            without memory is theirs.
 *   thread   threads of OpenMP, and those that the program can do without
 *   read, write, open, rename, sync, folder   by the program and its libraries, except what libc does inside of stdio
 *   onednn, onednn-broken   oneDNN's functions (onednn.c), for want of memory or for no reason that it tells */
/* Each function has its own name here. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "tests/faults/onednn.h"

extern void *__libc_malloc (size_t);
extern void *__libc_calloc (size_t, size_t);
extern void *__libc_realloc (void *, size_t);
extern void *__libc_memalign (size_t, size_t);

static const char *kind = "", *log_path;
static long        at, calls;
static size_t      bytes_least = 4096;
static uintptr_t   program_begin, program_end, openmp_begin, openmp_end;

/* Notes where OBJECT's code lies, if it is the program (the first) or OpenMP's library. */
static int
note_object (struct dl_phdr_info *object, size_t size, void *data)
{
  const int  first = program_end == 0, openmp = strstr (object->dlpi_name, "libgomp") != NULL;
  uintptr_t *begin = first ? &program_begin : &openmp_begin, *end = first ? &program_end : &openmp_end;

  (void) size;
  (void) data;
  if (!first && !openmp)
    return 0;
  *begin = UINTPTR_MAX;
  for (int i = 0; i < object->dlpi_phnum; i++)
    if (object->dlpi_phdr[i].p_type == PT_LOAD)
      {
        const uintptr_t from = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr, to = from + object->dlpi_phdr[i].p_memsz;

        *begin = from < *begin ? from : *begin;
        *end   = to > *end ? to : *end;
      }
  return 0;
}

__attribute__ ((constructor)) static void
begin (void)
{
  const char *number = getenv ("FAULT_AT"), *least = getenv ("FAULT_BYTES"), *name = getenv ("FAULT_KIND");

  dl_iterate_phdr (note_object, NULL);
  at          = number ? atol (number) : 0;
  bytes_least = least ? (size_t) atol (least) : bytes_least;
  log_path    = getenv ("FAULT_LOG");
  kind        = name ? name : "";
}

__attribute__ ((destructor)) static void
end (void)
{
  char text[32];
  int  n, file;

  if (log_path == NULL)
    return;
  n    = snprintf (text, sizeof text, "%ld\n", calls);
  file = (int) syscall (SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file >= 0 && syscall (SYS_write, file, text, n) != n)
    abort ();
}

/* Programs may end without destructors. */
__attribute__ ((noreturn)) void
_exit (int status)
{
  end ();
  for (;;)
    syscall (SYS_exit_group, status);
}

static int
in_program (const void *caller)
{
  return (uintptr_t) caller >= program_begin && (uintptr_t) caller < program_end;
}

/* Whether this call of WHAT is the one that fails. */
static int
fails (const char *what)
{
  return strcmp (kind, what) == 0 && __atomic_add_fetch (&calls, 1, __ATOMIC_SEQ_CST) == at;
}

static int
memory_fails (const void *caller, size_t bytes)
{
  return bytes >= bytes_least && in_program (caller) && fails ("memory");
}

/* The next function of that name, with the type of the one here. */
#define NEXT(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))
#define CALLER     __builtin_return_address (0)

/* ---- Memory ---- */

void *
malloc (size_t bytes)
{
  if (memory_fails (CALLER, bytes))
    return errno = ENOMEM, NULL;
  return __libc_malloc (bytes);
}

void *
calloc (size_t n, size_t size)
{
  if (memory_fails (CALLER, n * size))
    return errno = ENOMEM, NULL;
  return __libc_calloc (n, size);
}

void *
realloc (void *memory, size_t bytes)
{
  if (memory_fails (CALLER, bytes))
    return errno = ENOMEM, NULL;
  return __libc_realloc (memory, bytes);
}

void *
aligned_alloc (size_t alignment, size_t bytes)
{
  if (memory_fails (CALLER, bytes))
    return errno = ENOMEM, NULL;
  return __libc_memalign (alignment, bytes);
}

#define TRIES(name, parameters, arguments, bytes)                                                                \
  gpointer name parameters                                                                                       \
  {                                                                                                              \
    return memory_fails (CALLER, bytes) ? NULL : ((gpointer (*) parameters) dlsym (RTLD_NEXT, #name)) arguments; \
  }
#define ENDS(name, parameters, arguments, bytes)                           \
  gpointer name parameters                                                 \
  {                                                                        \
    if (memory_fails (CALLER, bytes))                                      \
      abort ();                                                            \
    return ((gpointer (*) parameters) dlsym (RTLD_NEXT, #name)) arguments; \
  }

#undef g_try_malloc
#undef g_malloc
TRIES (g_try_malloc, (gsize n), (n), n)
TRIES (g_try_malloc0, (gsize n), (n), n)
TRIES (g_try_malloc_n, (gsize n, gsize size), (n, size), n *size)
TRIES (g_try_malloc0_n, (gsize n, gsize size), (n, size), n *size)
ENDS (g_malloc, (gsize n), (n), n)
ENDS (g_malloc0, (gsize n), (n), n)
ENDS (g_malloc_n, (gsize n, gsize size), (n, size), n *size)
ENDS (g_malloc0_n, (gsize n, gsize size), (n, size), n *size)
ENDS (g_realloc_n, (gpointer memory, gsize n, gsize size), (memory, n, size), n *size)
ENDS (g_memdup2, (gconstpointer memory, gsize n), (memory, n), n)

/* ---- Threads ---- */

int
pthread_create (pthread_t *thread, const pthread_attr_t *attributes, void *(*start) (void *), void *data)
{
  const uintptr_t caller = (uintptr_t) CALLER;

  if ((in_program (CALLER) || (caller >= openmp_begin && caller < openmp_end)) && fails ("thread"))
    return EAGAIN;
  return NEXT (pthread_create) (thread, attributes, start, data);
}

GThread *
g_thread_try_new (const char *name, GThreadFunc func, gpointer data, GError **error)
{
  if (in_program (CALLER) && fails ("thread"))
    {
      g_set_error_literal (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN, "no thread");
      return NULL;
    }
  return NEXT (g_thread_try_new) (name, func, data, error);
}

/* ---- oneDNN ---- */

int
fault_onednn (void)
{
  return fails ("onednn") ? FAULT_ONEDNN_NO_MEMORY : fails ("onednn-broken") ? FAULT_ONEDNN_BROKEN : 0;
}

/* ---- Files ---- */

#define FAILING(what, number, result) \
  if (fails (what))                   \
  return errno = (number), (result)

ssize_t
read (int file, void *bytes, size_t n)
{
  FAILING ("read", EIO, -1);
  return NEXT (read) (file, bytes, n);
}

ssize_t
write (int file, const void *bytes, size_t n)
{
  if (file > 2)
    FAILING ("write", ENOSPC, -1);
  return NEXT (write) (file, bytes, n);
}

/* Opening PATH. What the system says of itself can be opened: libgcrypt, which some codecs need, ends the process otherwise. */
#define FAILING_OPEN(path, result)          \
  if (!g_str_has_prefix ((path), "/proc/")) \
  FAILING ("open", EMFILE, result)

/* The mode of a call that creates a file. */
#define MODE(flags)                                              \
  va_list arguments;                                             \
  mode_t  mode = 0;                                              \
  va_start (arguments, flags);                                   \
  if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) \
    mode = va_arg (arguments, mode_t);                           \
  va_end (arguments)

int
open (const char *path, int flags, ...)
{
  MODE (flags);
  FAILING_OPEN (path, -1);
  return (int) syscall (SYS_openat, AT_FDCWD, path, flags, mode);
}

int
open64 (const char *path, int flags, ...)
{
  MODE (flags);
  FAILING_OPEN (path, -1);
  return (int) syscall (SYS_openat, AT_FDCWD, path, flags, mode);
}

int
openat (int folder, const char *path, int flags, ...)
{
  MODE (flags);
  FAILING_OPEN (path, -1);
  return (int) syscall (SYS_openat, folder, path, flags, mode);
}

FILE *
fopen (const char *path, const char *mode)
{
  FAILING_OPEN (path, NULL);
  return NEXT (fopen) (path, mode);
}

FILE *
fopen64 (const char *path, const char *mode)
{
  FAILING_OPEN (path, NULL);
  return NEXT (fopen64) (path, mode);
}

int
rename (const char *from, const char *to)
{
  FAILING ("rename", EACCES, -1);
  return NEXT (rename) (from, to);
}

int
link (const char *from, const char *to)
{
  FAILING ("rename", EACCES, -1);
  return NEXT (link) (from, to);
}

int
renameat2 (int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
  FAILING ("rename", EACCES, -1);
  return NEXT (renameat2) (from_folder, from, to_folder, to, flags);
}

int
fsync (int file)
{
  FAILING ("sync", EIO, -1);
  return NEXT (fsync) (file);
}

int
mkdir (const char *path, mode_t mode)
{
  FAILING ("folder", EACCES, -1);
  return NEXT (mkdir) (path, mode);
}
