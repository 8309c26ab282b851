// A file as its lines, in order, read ahead: other threads take the lines apart while one follows
// what they say.
#ifndef TH_AUDIT_FEED_H
#define TH_AUDIT_FEED_H

#include "audit/line.h"

// A line of more than TH_FEED_LINE_MAX bytes is not read, nor what follows it.
#define TH_FEED_LINE_MAX ((size_t)256 * 1024 * 1024)

enum th_feed_end {
    TH_FEED_WHOLE,
    TH_FEED_NOT_READ, // the file cannot be opened or read; errno says why
    TH_FEED_TOO_LONG, // a line is longer than TH_FEED_LINE_MAX
    TH_FEED_NO_MEMORY,
    TH_FEED_STOPPED // by the visitor
};

struct th_feed_options {
    unsigned n_threads; // 0: one for each core, at most 16
    // Called for every line in order; false stops. `nodes` is the tape of the line's body.
    bool (*visit)(void *context, const struct th_line *line, const struct th_node *nodes);
    void *context;
};

struct th_feed_result {
    enum th_feed_end end;
    int64_t n_bytes;
    bool ends_in_line; // the last byte is a line feed
};

struct th_feed_result th_feed_file(const char *path, const struct th_feed_options *options);
// The same over bytes in memory, in this thread.
struct th_feed_result th_feed_bytes(const void *data, size_t size,
                                    const struct th_feed_options *options);

#endif
