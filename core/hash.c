#include "core/hash.h"

#include <assert.h>
#include <errno.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file_internal.h"

// SHA-256 of large files goes through OpenSSL, which uses the processor's own instructions for it.
struct th_hasher {
    enum th_hash_kind kind;
    EVP_MD_CTX *sha256;
    crypto_generichash_state blake2b; // wants 64-byte alignment
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

struct th_hasher *th_hasher_new(enum th_hash_kind kind)
{
    ready();
    struct th_hasher *hasher = aligned_alloc(_Alignof(struct th_hasher), sizeof(*hasher));
    if (hasher == NULL) {
        return NULL;
    }
    hasher->kind = kind;
    hasher->sha256 = NULL;
    switch (kind) {
    case TH_HASH_BLAKE2B:
        crypto_generichash_init(&hasher->blake2b, NULL, 0, TH_HASH_SIZE);
        break;
    case TH_HASH_SHA256:
        hasher->sha256 = EVP_MD_CTX_new();
        if (hasher->sha256 == NULL || EVP_DigestInit_ex(hasher->sha256, EVP_sha256(), NULL) != 1) {
            th_hasher_free(hasher);
            return NULL;
        }
        break;
    }
    return hasher;
}

void th_hasher_free(struct th_hasher *hasher)
{
    if (hasher == NULL) {
        return;
    }
    EVP_MD_CTX_free(hasher->sha256);
    free(hasher);
}

void th_hasher_update(struct th_hasher *hasher, const void *data, size_t size)
{
    if (size == 0) {
        return;
    }
    int result = 1;
    switch (hasher->kind) {
    case TH_HASH_BLAKE2B:
        crypto_generichash_update(&hasher->blake2b, data, size);
        break;
    case TH_HASH_SHA256:
        result = EVP_DigestUpdate(hasher->sha256, data, size);
        break;
    }
    assert(result == 1); // fails only behind the end of the digest
    (void)result;
}

struct th_hash th_hasher_final(struct th_hasher *hasher)
{
    struct th_hash hash = {{0}};
    int result = 1;
    switch (hasher->kind) {
    case TH_HASH_BLAKE2B:
        crypto_generichash_final(&hasher->blake2b, hash.bytes, TH_HASH_SIZE);
        break;
    case TH_HASH_SHA256:
        result = EVP_DigestFinal_ex(hasher->sha256, hash.bytes, NULL);
        break;
    }
    assert(result == 1);
    (void)result;
    return hash;
}

struct th_hash th_hash_bytes(enum th_hash_kind kind, const void *data, size_t size)
{
    struct th_hash hash = {{0}};
    ready();
    switch (kind) {
    case TH_HASH_BLAKE2B:
        crypto_generichash(hash.bytes, TH_HASH_SIZE, data, size, NULL, 0);
        break;
    case TH_HASH_SHA256:
        crypto_hash_sha256(hash.bytes, data, size);
        break;
    }
    return hash;
}

enum th_status th_hash_file(enum th_hash_kind kind, const char *path, struct th_hash *ret_hash,
                            struct th_error *err)
{
    FILE *file = NULL;
    enum th_status status = th_file_open(path, &file, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_hasher *hasher = th_hasher_new(kind);
    if (hasher == NULL) {
        fclose(file);
        return th_error_no_memory(err);
    }
    unsigned char chunk[65536];
    size_t n = 0;
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
        th_hasher_update(hasher, chunk, n);
    }
    status = ferror(file) ? th_file_error(err, path, errno) : TH_OK;
    fclose(file);
    if (status == TH_OK) {
        *ret_hash = th_hasher_final(hasher);
    }
    th_hasher_free(hasher);
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
        size != TH_HASH_SIZE) {
        return th_error_set(err, TH_INVALID, "hash_invalid", "text", hex, NULL);
    }
    *ret_hash = hash;
    return TH_OK;
}

struct th_hash th_hmac_sha256(const void *secret, size_t secret_size, const void *data, size_t size)
{
    crypto_auth_hmacsha256_state state;
    struct th_hash mac;
    ready();
    crypto_auth_hmacsha256_init(&state, secret, secret_size);
    crypto_auth_hmacsha256_update(&state, data, size);
    crypto_auth_hmacsha256_final(&state, mac.bytes);
    return mac;
}

void th_random_bytes(void *data, size_t size)
{
    ready();
    randombytes_buf(data, size);
}
