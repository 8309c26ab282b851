#include "core/hash.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file_internal.h"

struct th_hasher {
    enum th_hash_kind kind;
    union {
        crypto_generichash_state blake2b; // wants 64-byte alignment
        crypto_hash_sha256_state sha256;
    } state;
};

static_assert(TH_HASH_SIZE == crypto_generichash_BYTES, "BLAKE2b-256");
static_assert(TH_HASH_SIZE == crypto_hash_sha256_BYTES, "SHA-256");

// Safe to call again and from several threads; fails only where the system has no random source.
static void ready(void)
{
    int result = sodium_init();
    assert(result >= 0);
    (void)result;
}

static void begin(struct th_hasher *hasher, enum th_hash_kind kind)
{
    ready();
    hasher->kind = kind;
    switch (kind) {
    case TH_HASH_BLAKE2B:
        crypto_generichash_init(&hasher->state.blake2b, NULL, 0, TH_HASH_SIZE);
        break;
    case TH_HASH_SHA256:
        crypto_hash_sha256_init(&hasher->state.sha256);
        break;
    }
}

struct th_hasher *th_hasher_new(enum th_hash_kind kind)
{
    struct th_hasher *hasher = aligned_alloc(_Alignof(struct th_hasher), sizeof *hasher);
    if (hasher != NULL)
        begin(hasher, kind);
    return hasher;
}

void th_hasher_free(struct th_hasher *hasher)
{
    free(hasher);
}

void th_hasher_update(struct th_hasher *hasher, const void *data, size_t size)
{
    if (size == 0)
        return;
    switch (hasher->kind) {
    case TH_HASH_BLAKE2B:
        crypto_generichash_update(&hasher->state.blake2b, data, size);
        break;
    case TH_HASH_SHA256:
        crypto_hash_sha256_update(&hasher->state.sha256, data, size);
        break;
    }
}

struct th_hash th_hasher_final(struct th_hasher *hasher)
{
    struct th_hash hash = {{0}};
    switch (hasher->kind) {
    case TH_HASH_BLAKE2B:
        crypto_generichash_final(&hasher->state.blake2b, hash.bytes, TH_HASH_SIZE);
        break;
    case TH_HASH_SHA256:
        crypto_hash_sha256_final(&hasher->state.sha256, hash.bytes);
        break;
    }
    return hash;
}

struct th_hash th_hash_bytes(enum th_hash_kind kind, const void *data, size_t size)
{
    struct th_hasher hasher;
    begin(&hasher, kind);
    th_hasher_update(&hasher, data, size);
    return th_hasher_final(&hasher);
}

enum th_status th_hash_file(enum th_hash_kind kind, const char *path, struct th_hash *ret_hash,
                            struct th_error *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return th_file_error(err, path, errno);
    struct th_hasher hasher;
    begin(&hasher, kind);
    unsigned char chunk[65536];
    size_t n = 0;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        th_hasher_update(&hasher, chunk, n);
    enum th_status status = ferror(file) ? th_file_error(err, path, errno) : TH_OK;
    fclose(file);
    if (status == TH_OK)
        *ret_hash = th_hasher_final(&hasher);
    return status;
}

const char *th_hash_hex(const struct th_hash *hash, char buf[TH_HASH_HEX_SIZE])
{
    return sodium_bin2hex(buf, TH_HASH_HEX_SIZE, hash->bytes, TH_HASH_SIZE);
}

enum th_status th_hash_parse(const char *hex, struct th_hash *ret_hash, struct th_error *err)
{
    struct th_hash hash;
    size_t size = 0;
    if (hex == NULL || strnlen(hex, TH_HASH_HEX_SIZE) != TH_HASH_HEX_SIZE - 1 ||
        sodium_hex2bin(hash.bytes, TH_HASH_SIZE, hex, TH_HASH_HEX_SIZE - 1, NULL, &size, NULL) !=
            0 ||
        size != TH_HASH_SIZE)
        return th_error_set(err, TH_INVALID, "hash_invalid", "text", hex, NULL);
    *ret_hash = hash;
    return TH_OK;
}

void th_random_bytes(void *data, size_t size)
{
    ready();
    randombytes_buf(data, size);
}
