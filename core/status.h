// Every way a call can end. One append-only list gives the status, the exit code of the command,
// the HTTP status and the key under which people read about it (data/messages/*.json,
// "status.<name>").
#ifndef TH_CORE_STATUS_H
#define TH_CORE_STATUS_H

//        name              exit  http  key
#define TH_STATUS_LIST(X)                                                                          \
    X(OK, 0, 200, "ok")                                                                            \
    X(DATA_PROBLEM, 1, 422, "data_problem")                                                        \
    X(USAGE, 2, 400, "usage")                                                                      \
    X(INVALID, 2, 422, "invalid")                                                                  \
    X(NOT_FOUND, 3, 404, "not_found")                                                              \
    X(NOT_PERMITTED, 4, 403, "not_permitted")                                                      \
    X(CONFLICT, 5, 409, "conflict")                                                                \
    X(BUSY, 5, 503, "busy")                                                                        \
    X(UNREADABLE, 6, 422, "unreadable")                                                            \
    X(TOO_NEW, 6, 422, "too_new")                                                                  \
    X(LIMIT, 6, 413, "limit")                                                                      \
    X(CORRUPT, 6, 500, "corrupt")                                                                  \
    X(IO, 70, 500, "io")                                                                           \
    X(NO_MEMORY, 70, 500, "no_memory")                                                             \
    X(OVERFLOW, 70, 500, "overflow")                                                               \
    X(INVARIANT, 70, 500, "invariant")                                                             \
    X(INTERNAL, 70, 500, "internal")                                                               \
    X(INTERRUPTED, 130, 503, "interrupted")

enum th_status {
#define TH_STATUS_ENUM(name, exit_code, http, key) TH_##name,
    TH_STATUS_LIST(TH_STATUS_ENUM)
#undef TH_STATUS_ENUM
};

// Exit code of the command line for a status; 0 … 130.
int th_status_exit_code(enum th_status status);

// HTTP status code for a status.
int th_status_http(enum th_status status);

// Stable lower-case name, never NULL. Static storage.
const char *th_status_key(enum th_status status);

#endif
