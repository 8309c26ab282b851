// How long work tells its caller where it stands, and learns that it shall stop.
#ifndef TH_CORE_PROGRESS_H
#define TH_CORE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct th_progress {
    // `stage` is a message key ("progress.<stage>"); total < 0 when unknown. false asks to stop:
    // the work undoes what it began and returns TH_INTERRUPTED.
    bool (*report)(void *context, const char *stage, int64_t done, int64_t total);
    void *context;
};

// true when there is no reporter or it wants the work to go on.
bool th_progress_report(const struct th_progress *progress, const char *stage, int64_t done,
                        int64_t total);

#endif
