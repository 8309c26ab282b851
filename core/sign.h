// Ed25519 signatures over texts, for whoever must show that it was this registry that spoke.
#ifndef TH_CORE_SIGN_H
#define TH_CORE_SIGN_H

#include <stdbool.h>

#include "core/attributes.h"
#include "core/error.h"

enum {
    TH_SIGN_SEED_SIZE = 32,
    TH_SIGN_KEY_SIZE = 32,
    TH_SIGNATURE_SIZE = 64,
    TH_SIGN_KEY_HEX_SIZE = 65,
    TH_SIGNATURE_HEX_SIZE = 129,
    TH_SIGN_FINGERPRINT_SIZE = 20
};

struct th_public_key {
    unsigned char bytes[TH_SIGN_KEY_SIZE];
};

struct th_signature {
    unsigned char bytes[TH_SIGNATURE_SIZE];
};

// A pair follows from its seed. Whoever is done with a key wipes it (th_sign_key_wipe).
struct th_sign_key {
    unsigned char seed[TH_SIGN_SEED_SIZE]; // the secret
    struct th_public_key public_key;
};
void th_sign_key_make(const unsigned char seed[TH_SIGN_SEED_SIZE], struct th_sign_key *ret_key);
void th_sign_key_wipe(struct th_sign_key *key);

// "tanhui-key-1 <64 hex digits>\n", the text of a key file. TH_UNREADABLE ("key_unreadable" with
// "path") when the file says anything else, errors of th_file_read.
enum th_status th_sign_key_read(const char *path, struct th_sign_key *ret_key,
                                struct th_error *err) TH_MUST_CHECK;
// A new file that only its owner may read. Errors of th_file_check_new: nothing is overwritten.
enum th_status th_sign_key_write(const char *path, const struct th_sign_key *key,
                                 struct th_error *err) TH_MUST_CHECK;

struct th_signature th_sign(const struct th_sign_key *key, const char *text);
bool th_sign_holds(const struct th_public_key *key, const struct th_signature *signature,
                   const char *text);

const char *th_public_key_hex(const struct th_public_key *key,
                              char buf[TH_SIGN_KEY_HEX_SIZE]); // returns buf
// The first 16 digits in fours, "3b6a 27bc ceb6 a42d", for people to compare. Returns buf.
const char *th_public_key_fingerprint(const struct th_public_key *key,
                                      char buf[TH_SIGN_FINGERPRINT_SIZE]);
const char *th_signature_hex(const struct th_signature *signature,
                             char buf[TH_SIGNATURE_HEX_SIZE]); // returns buf
// 64 hex digits, lower case. TH_INVALID ("hash_invalid").
enum th_status th_public_key_parse(const char *hex, struct th_public_key *ret_key,
                                   struct th_error *err) TH_MUST_CHECK;
// 128 hex digits. TH_INVALID ("hash_invalid").
enum th_status th_signature_parse(const char *hex, struct th_signature *ret_signature,
                                  struct th_error *err) TH_MUST_CHECK;

#endif
