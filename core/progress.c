#include "core/progress.h"

#include <stddef.h>

bool th_progress_report(const struct th_progress *progress, const char *stage, int64_t done,
                        int64_t total)
{
    if (progress == NULL || progress->report == NULL) {
        return true;
    }
    return progress->report(progress->context, stage, done, total);
}
