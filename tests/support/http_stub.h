// A web server of a few answers on 127.0.0.1, so that downloads are tested without a network.
#ifndef TH_TESTS_HTTP_STUB_H
#define TH_TESTS_HTTP_STUB_H

#include "tests/support/support.h"

struct http_stub; // opaque

// Listens on a free port and answers GET, one connection at a time:
//   /hello       200, "hello\n"            /missing     404
//   /broken      500                       /big         200, 100,000 bytes without their number
//   /bigger      200, claims 10^9 bytes    /slow        200, then nothing
//   /again       302 to itself             /file        302 to file:///etc/hostname
//   /plain       302 to /hello             /cut         200, fewer bytes than claimed
//   /endless     200, without number or end /drip       200, a byte every tenth of a second
//   /heads       200, heads without end     /torn       200, no number; TLS ends without farewell
//   /longer      200, more bytes than claimed           /zipped   200, gzip, not asked for
//   /chunks      200, chunked              /less        200, the last chunk is missing
//   /accepted    202, /part 206, /empty 204, /nowhere 302 to nowhere, each with "hello\n"
//   /unsafe      302 to plain http          /ftp        302 to ftp
struct http_stub *http_stub_new(void);
// What `answer` returns (malloc'ed, a whole reply with its head) comes before these; NULL leaves it
// to them. `path` is as requested, with its query. Called from the stub's thread.
struct http_stub *http_stub_new_answering(char *(*answer)(void *context, const char *path),
                                          void *context);
// The same over TLS, with a certificate for 127.0.0.1 that nobody knows but who reads the PEM file
// that is written here.
struct http_stub *http_stub_new_secure(char *(*answer)(void *context, const char *path),
                                       void *context, const char *certificate_path);
void http_stub_free(struct http_stub *stub);
int http_stub_port(const struct http_stub *stub);
int http_stub_n_requests(struct http_stub *stub);
// 200 with this body; for `answer`.
char *http_stub_reply(const char *type, const char *body);

// A stub and a folder for what is fetched from it.
struct http_place {
    struct http_stub *stub; // set by the caller, freed with the place
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE]; // where the fetched file goes
    char url[TH_TEST_PATH_SIZE];
};

void http_place_make(struct http_place *place, const char *name); // of the file
void http_place_remove(struct http_place *place);
// "https://127.0.0.1:4711/name", or http; valid until the next call.
const char *http_place_url(struct http_place *place, const char *name);

#endif
