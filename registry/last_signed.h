// What was signed last, kept beside the key in "<key>.last": a journal that was written anew, or an
// older copy of the registry that was put in its place, is noticed before anything is signed.
#ifndef TH_REGISTRY_LAST_SIGNED_H
#define TH_REGISTRY_LAST_SIGNED_H

#include "core/hash.h"
#include "registry/registry.h"

struct th_last_signed {
    int64_t seq;
    struct th_hash hash;
};

// One line: "tanhui-signed-1 <registry id> <seq> <digest>". TH_NOT_FOUND ("last_signed_missing")
// without a file, TH_UNREADABLE ("last_signed_unreadable") for one that says anything else or
// belongs to another registry, TH_NO_MEMORY.
enum th_status th_last_signed_read(const char *key_path, const char *registry_id,
                                   struct th_last_signed *ret_last,
                                   struct th_error *err) TH_MUST_CHECK;
// Replaces the file at once or not at all, and not before it lies on the disk. Errors of
// th_file_write.
enum th_status th_last_signed_write(const char *key_path, const char *registry_id,
                                    const struct th_last_signed *last,
                                    struct th_error *err) TH_MUST_CHECK;
// Takes the file away.
void th_last_signed_remove(const char *key_path);

// Does the journal still have what was signed last?
enum th_status th_last_signed_stands(struct th_store *store, const struct th_last_signed *last,
                                     bool *ret_stands, struct th_error *err) TH_MUST_CHECK;

#endif
