// A few threads that do one kind of work on jobs; the jobs come back in the order in which they
// were given, so that what is made of them does not depend on how many hands there were.
#ifndef TH_CORE_CREW_H
#define TH_CORE_CREW_H

#include <stdbool.h>
#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_crew; // opaque

// Cores that this process may use, at least 1, at most TH_CREW_HANDS_MAX.
enum { TH_CREW_HANDS_MAX = 64 };
unsigned th_crew_cores(void);

// Starts `n_hands` threads (≥ 1); each calls work(hands[i], job) for one job at a time. At most
// `n_open` jobs may be given and not yet taken back. TH_INTERNAL ("threads") when none can be
// started; fewer than asked for are enough.
enum th_status th_crew_new(void (*work)(void *hand, void *job), void *const *hands,
                           unsigned n_hands, size_t n_open, struct th_crew **ret_crew,
                           struct th_error *err) TH_MUST_CHECK;
// Waits for the jobs in work, drops those that nobody began, ends the threads. Jobs are the
// caller's.
void th_crew_free(struct th_crew *crew);

// Of a hand in its work, for what nobody waits for yet: from now on this thread gets a core where
// others leave it one. Lasts until the crew ends.
void th_crew_give_way(void);

// true when another job may be given without taking one back first.
bool th_crew_has_room(const struct th_crew *crew);
void th_crew_give(struct th_crew *crew, void *job); // asserts th_crew_has_room
// The oldest job when it is done, waiting for it; NULL when none is open.
void *th_crew_take(struct th_crew *crew);

#endif
