// A registry that is open, and what every use case gets with a request.
//
// A use case is one function and one transaction. It returns the reply that the command prints with
// --json and the server sends: an object owned by the caller (th_json_free). Keys and shapes of the
// replies are the public contract.
#ifndef TH_REGISTRY_REGISTRY_H
#define TH_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/json.h"
#include "core/progress.h"
#include "store/store.h"

// Time and chance come from outside, so that a test can fix them.
struct th_surroundings {
    int64_t (*now_utc)(void *context);
    void (*random)(void *context, void *data, size_t size);
    void *context;
    const char *system_user; // of the operating system, written beside the login
    const char *program;     // "tanhui 0.1.0"
    const char *key_path;    // where the key lies that signs heads; NULL: nothing is signed
};

struct th_registry; // opaque: an open store, its surroundings, its methodologies

enum th_status th_registry_open(const char *path, enum th_store_mode mode,
                                const struct th_surroundings *surroundings,
                                struct th_registry **ret_registry,
                                struct th_error *err) TH_MUST_CHECK;
void th_registry_close(struct th_registry *registry);

struct th_store *th_registry_store(struct th_registry *registry); // borrowed
int64_t th_registry_now(struct th_registry *registry);            // UTC seconds
struct th_date th_registry_today(struct th_registry *registry);   // in Asia/Shanghai
const struct th_surroundings *th_registry_surroundings(const struct th_registry *registry);

// Who asks for a change, and how. All texts are borrowed for the call.
struct th_request {
    const char *login;                  // must be a user of the registry
    const char *idempotency_key;        // NULL: none
    bool dry_run;                       // do everything, check everything, then undo it
    const struct th_progress *progress; // NULL: none
};

#endif
