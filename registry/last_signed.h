// What was signed last, kept beside the key in "<key>.last": a journal that was written anew, one
// whose signatures were taken away, or an older copy of the registry that was put in its place, is
// noticed before anything is signed. The line is signed itself: nobody makes one without the key.
#ifndef TH_REGISTRY_LAST_SIGNED_H
#define TH_REGISTRY_LAST_SIGNED_H

#include "core/hash.h"
#include "core/sign.h"
#include "registry/registry.h"

// The line is written before the transaction that stores the heads ends, so that the heads that it
// counts may be those of a moment before where the machine stopped in between.
struct th_last_signed {
    int64_t seq;
    struct th_hash hash;
    int64_t n_heads;        // of entries up to seq
    int64_t n_heads_before; // before that signing; n_heads where the line began a record
    struct th_signature signature;
};

// What the journal says of an entry from which a record begins, unsigned as yet, with the heads
// that there are.
enum th_status th_last_signed_begin(struct th_store *store, struct th_last_signed *ret_last,
                                    struct th_error *err) TH_MUST_CHECK;

// One line: "tanhui-signed-1 <registry id> <seq> <digest> <n_heads> <n_heads_before> <signature>".
// TH_NOT_FOUND ("last_signed_missing") without a file, TH_UNREADABLE ("last_signed_unreadable") for
// one that says anything else or belongs to another registry, TH_NOT_PERMITTED (likewise) for one
// that is somebody else's, TH_NO_MEMORY. Whether the signature
// holds is not looked at.
enum th_status th_last_signed_read(const char *key_path, const char *registry_id,
                                   struct th_last_signed *ret_last,
                                   struct th_error *err) TH_MUST_CHECK;
// Signs the line (its `signature` is not read), and replaces the file at once or not at all, and
// not before it lies on the disk. Nobody but its owner may read it. Errors of th_file_write.
enum th_status th_last_signed_write(const char *key_path, const char *registry_id,
                                    const struct th_last_signed *last,
                                    const struct th_sign_key *key,
                                    struct th_error *err) TH_MUST_CHECK;
// Takes the file away.
void th_last_signed_remove(const char *key_path);

enum th_last_state {
    TH_LAST_STANDS,
    TH_LAST_UNFINISHED, // but for the heads of the last signing, which may be signed again
    TH_LAST_REWRITTEN,  // the journal lacks the entry, or heads of those before it
    TH_LAST_UNTRUE,     // a line that the key in force at its entry did not sign
    TH_LAST_MISSING     // no line, or one that only somebody else may read
};
// Does the journal still have what was signed last? *ret_seq is the entry that the line names; 0
// where there is no true one.
enum th_status th_last_signed_judge(struct th_registry *registry, enum th_last_state *ret_state,
                                    int64_t *ret_seq, struct th_error *err) TH_MUST_CHECK;

#endif
