#include "core/sign.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/hash.h"

static const char KEY_MAGIC[] = "tanhui-key-1 ";
enum {
    KEY_MAGIC_SIZE = sizeof(KEY_MAGIC) - 1,
    KEY_TEXT_SIZE = KEY_MAGIC_SIZE + 2 * TH_SIGN_SEED_SIZE + 1,
    KEY_FILE_LIMIT = 4096
};

static_assert((int)TH_SIGN_SEED_SIZE == (int)crypto_sign_SEEDBYTES, "Ed25519");
static_assert((int)TH_SIGN_KEY_SIZE == (int)crypto_sign_PUBLICKEYBYTES, "Ed25519");
static_assert((int)TH_SIGNATURE_SIZE == (int)crypto_sign_BYTES, "Ed25519");

// The library's own form of a secret key: the seed and the public key behind it.
static void pair_make(const unsigned char seed[TH_SIGN_SEED_SIZE], struct th_public_key *ret_public,
                      unsigned char secret[crypto_sign_SECRETKEYBYTES])
{
    int result = sodium_init();
    assert(result >= 0); // fails only where the system has no random source
    result = crypto_sign_seed_keypair(ret_public->bytes, secret, seed);
    assert(result == 0);
    (void)result;
}

void th_sign_key_make(const unsigned char seed[TH_SIGN_SEED_SIZE], struct th_sign_key *ret_key)
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    pair_make(seed, &ret_key->public_key, secret);
    memcpy(ret_key->seed, seed, TH_SIGN_SEED_SIZE);
    sodium_memzero(secret, sizeof(secret));
}

void th_sign_key_wipe(struct th_sign_key *key)
{
    sodium_memzero(key, sizeof(*key));
}

// Only what hex_of writes is taken: the same key has one text.
static bool hex_parse(const char *hex, size_t n_digits, unsigned char *bytes)
{
    size_t size = 0;
    return strspn(hex, "0123456789abcdef") >= n_digits &&
           sodium_hex2bin(bytes, n_digits / 2, hex, n_digits, NULL, &size, NULL) == 0 &&
           size == n_digits / 2;
}

enum th_status th_sign_key_read(const char *path, struct th_sign_key *ret_key, struct th_error *err)
{
    unsigned char seed[TH_SIGN_SEED_SIZE];
    char *text = NULL;
    size_t size = 0;
    enum th_status status = th_file_read(path, KEY_FILE_LIMIT, &text, &size, err);
    if (status != TH_OK) {
        return status;
    }
    if (size == KEY_TEXT_SIZE && memcmp(text, KEY_MAGIC, KEY_MAGIC_SIZE) == 0 &&
        text[size - 1] == '\n' && hex_parse(text + KEY_MAGIC_SIZE, 2 * sizeof(seed), seed)) {
        th_sign_key_make(seed, ret_key);
    } else {
        status = th_error_set(err, TH_UNREADABLE, "key_unreadable", "path", path, NULL);
    }
    sodium_memzero(seed, sizeof(seed));
    sodium_memzero(text, size);
    free(text);
    return status;
}

enum th_status th_sign_key_write(const char *path, const struct th_sign_key *key,
                                 struct th_error *err)
{
    char text[KEY_TEXT_SIZE + 1];
    memcpy(text, KEY_MAGIC, KEY_MAGIC_SIZE);
    (void)sodium_bin2hex(text + KEY_MAGIC_SIZE, sizeof(text) - KEY_MAGIC_SIZE, key->seed,
                         TH_SIGN_SEED_SIZE);
    text[KEY_TEXT_SIZE - 1] = '\n';
    enum th_status status = th_file_write_secret(path, text, KEY_TEXT_SIZE, err);
    sodium_memzero(text, sizeof(text));
    return status;
}

struct th_signature th_sign(const struct th_sign_key *key, const char *text)
{
    struct th_signature signature;
    struct th_public_key public_key;
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    pair_make(key->seed, &public_key, secret);
    int result = crypto_sign_detached(signature.bytes, NULL, (const unsigned char *)text,
                                      strlen(text), secret);
    assert(result == 0);
    (void)result;
    sodium_memzero(secret, sizeof(secret));
    return signature;
}

bool th_sign_holds(const struct th_public_key *key, const struct th_signature *signature,
                   const char *text)
{
    return sodium_init() >= 0 &&
           crypto_sign_verify_detached(signature->bytes, (const unsigned char *)text, strlen(text),
                                       key->bytes) == 0;
}

const char *th_public_key_hex(const struct th_public_key *key, char buf[TH_SIGN_KEY_HEX_SIZE])
{
    return sodium_bin2hex(buf, TH_SIGN_KEY_HEX_SIZE, key->bytes, TH_SIGN_KEY_SIZE);
}

const char *th_public_key_fingerprint(const struct th_public_key *key,
                                      char buf[TH_SIGN_FINGERPRINT_SIZE])
{
    char hex[TH_SIGN_KEY_HEX_SIZE];
    (void)th_public_key_hex(key, hex);
    (void)snprintf(buf, TH_SIGN_FINGERPRINT_SIZE, "%.4s %.4s %.4s %.4s", hex, hex + 4, hex + 8,
                   hex + 12);
    return buf;
}

const char *th_signature_hex(const struct th_signature *signature, char buf[TH_SIGNATURE_HEX_SIZE])
{
    return sodium_bin2hex(buf, TH_SIGNATURE_HEX_SIZE, signature->bytes, TH_SIGNATURE_SIZE);
}

static enum th_status parse(const char *hex, unsigned char *bytes, size_t size,
                            struct th_error *err)
{
    if (!hex || strnlen(hex, 2 * size + 1) != 2 * size || !hex_parse(hex, 2 * size, bytes)) {
        return th_error_set(err, TH_INVALID, "hash_invalid", "text", hex, NULL);
    }
    return TH_OK;
}

enum th_status th_public_key_parse(const char *hex, struct th_public_key *ret_key,
                                   struct th_error *err)
{
    struct th_public_key key;
    enum th_status status = parse(hex, key.bytes, sizeof(key.bytes), err);
    if (status == TH_OK) {
        *ret_key = key;
    }
    return status;
}

enum th_status th_signature_parse(const char *hex, struct th_signature *ret_signature,
                                  struct th_error *err)
{
    struct th_signature signature;
    enum th_status status = parse(hex, signature.bytes, sizeof(signature.bytes), err);
    if (status == TH_OK) {
        *ret_signature = signature;
    }
    return status;
}
