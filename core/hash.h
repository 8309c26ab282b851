// Digests: BLAKE2b-256 for the journal and geometries, SHA-256 for files that others check too.
#ifndef TH_CORE_HASH_H
#define TH_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

enum { TH_HASH_SIZE = 32, TH_HASH_HEX_SIZE = 65 };

enum th_hash_kind { TH_HASH_BLAKE2B, TH_HASH_SHA256 };

struct th_hash {
    unsigned char bytes[TH_HASH_SIZE];
};

struct th_hasher; // running digest, opaque

// NULL when out of memory.
struct th_hasher *th_hasher_new(enum th_hash_kind kind);
void th_hasher_free(struct th_hasher *hasher);
void th_hasher_update(struct th_hasher *hasher, const void *data, size_t size);
// Closes the digest; only th_hasher_free may follow.
struct th_hash th_hasher_final(struct th_hasher *hasher);

struct th_hash th_hash_bytes(enum th_hash_kind kind, const void *data, size_t size);
// TH_NOT_FOUND ("file_not_found") or TH_IO.
enum th_status th_hash_file(enum th_hash_kind kind, const char *path, struct th_hash *ret_hash,
                            struct th_error *err) TH_MUST_CHECK;

const char *th_hash_hex(const struct th_hash *hash, char buf[TH_HASH_HEX_SIZE]); // returns buf
// 64 hex digits. TH_INVALID ("hash_invalid").
enum th_status th_hash_parse(const char *hex, struct th_hash *ret_hash,
                             struct th_error *err) TH_MUST_CHECK;

// HMAC-SHA256 (RFC 2104): shows that a text comes from somebody who has the secret.
struct th_hash th_hmac_sha256(const void *secret, size_t secret_size, const void *data,
                              size_t size);

// Fills `size` bytes from the system's random source.
void th_random_bytes(void *data, size_t size);

#endif
