/* glib.c: a library to preload that tells ThreadSanitizer what GLib's primitives order.
 * SPDX-License-Identifier: Apache-2.0
 *
 * GLib is not built with the sanitizer, and its mutexes are futexes, which the sanitizer does not see: without this, whatever a
 * GMutex protects looks like a race. Threads need nothing, since GLib makes and joins them by pthread. GLib's and other
 * libraries' own calls do not come here. A primitive that our code begins to use must be added; until then it shows as a race. */
#include <dlfcn.h>
#include <glib.h>

/* Of the sanitizer's; NULL in a program without it, such as a shell that starts one. */
extern void __tsan_acquire (void *address) __attribute__ ((weak));
extern void __tsan_release (void *address) __attribute__ ((weak));

/* What happened before the release happens before what follows on the acquisition. */
static void
acquire (gpointer address)
{
  if (__tsan_acquire != NULL)
    __tsan_acquire (address);
}

static void
release (gpointer address)
{
  if (__tsan_release != NULL)
    __tsan_release (address);
}

/* The next function of that name, with the type of the one here. */
#define NEXT(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

/* ---- Mutexes and conditions ---- */

void
g_mutex_lock (GMutex *mutex)
{
  NEXT (g_mutex_lock) (mutex);
  acquire (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  const gboolean locked = NEXT (g_mutex_trylock) (mutex);

  if (locked)
    acquire (mutex);
  return locked;
}

void
g_mutex_unlock (GMutex *mutex)
{
  release (mutex);
  NEXT (g_mutex_unlock) (mutex);
}

/* To wait is to unlock and to lock; the condition itself orders nothing. */
void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  release (mutex);
  NEXT (g_cond_wait) (cond, mutex);
  acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean signalled;

  release (mutex);
  signalled = NEXT (g_cond_wait_until) (cond, mutex, end_time);
  acquire (mutex);
  return signalled;
}

/* ---- Once: whoever sees the result has the address ---- */

#undef g_once_init_enter
#undef g_once_init_leave

gboolean (g_once_init_enter) (volatile void *location)
{
  const gboolean first = NEXT (g_once_init_enter) (location);

  if (!first)
    acquire ((gpointer) location);
  return first;
}

void (g_once_init_leave) (volatile void *location, gsize result)
{
  release ((gpointer) location);
  NEXT (g_once_init_leave) (location, result);
}

/* ---- References: what is done with a thing is done before it is freed ---- */

#undef g_atomic_ref_count_dec

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  gboolean last;

  release (count);
  last = NEXT (g_atomic_ref_count_dec) (count);
  if (last)
    acquire (count);
  return last;
}
