// A web server on 127.0.0.1 that takes what is posted and remembers it, for tests of sending.
#ifndef TH_TESTS_POST_RECEIVER_H
#define TH_TESTS_POST_RECEIVER_H

#include "tests/support/support.h"

struct post_receiver; // opaque

struct post_taken { // one request; texts live as long as the receiver
    char *heads;    // the lines of the head
    char *body;
};

// Answers each request with what `answer` says: an HTTP status; 0 closes the line without a word,
// negative answers nothing for so many seconds. `i` counts requests from 0. Called from the
// receiver's thread after the request was remembered.
struct post_receiver *post_receiver_new(int (*answer)(void *context, size_t i), void *context);
void post_receiver_free(struct post_receiver *receiver); // accepts NULL
const char *post_receiver_url(const struct post_receiver *receiver);
size_t post_receiver_n(struct post_receiver *receiver);
const struct post_taken *post_receiver_at(struct post_receiver *receiver, size_t i);
// The value of a header of a request, or "". Valid until the next call.
const char *post_taken_header(const struct post_taken *taken, const char *name);

#endif
