#include "core/hash.h"

#include <ctype.h>
#include <stdlib.h>

#include "core/file.h"
#include "tests/support/support.h"

// "abc" from FIPS 180-4; the BLAKE2b-256 digests and those of 200,000 bytes (i × 7 + 3) mod 256
// from Python's hashlib.
#define SHA256_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define BLAKE2B_ABC "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
#define BLAKE2B_EMPTY "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
#define SHA256_BIG "ec0ebf98b6f2954bf0f7b839402b1ba245996c39d18e155414e91a2b4353c157"
#define BLAKE2B_BIG "3c46bbf81f986ccd69767ae92fb35b3bcc62e0715676c8203e8b0525ddbd1446"

enum { BIG = 200000 };

static unsigned char *big_bytes(void)
{
    unsigned char *bytes = malloc(BIG);
    assert_non_null(bytes);
    for (int i = 0; i < BIG; i++) {
        bytes[i] = (unsigned char)(i * 7 + 3);
    }
    return bytes;
}

static void hash_bytes__known_answers(void **state)
{
    (void)state;
    char hex[TH_HASH_HEX_SIZE];
    struct th_hash hash = th_hash_bytes(TH_HASH_SHA256, "abc", 3);
    assert_string_equal(th_hash_hex(&hash, hex), SHA256_ABC);
    hash = th_hash_bytes(TH_HASH_BLAKE2B, "abc", 3);
    assert_string_equal(th_hash_hex(&hash, hex), BLAKE2B_ABC);
    hash = th_hash_bytes(TH_HASH_BLAKE2B, NULL, 0);
    assert_string_equal(th_hash_hex(&hash, hex), BLAKE2B_EMPTY);
}

static void hasher__pieces_give_the_digest_of_the_whole(void **state)
{
    (void)state;
    char hex[TH_HASH_HEX_SIZE];
    unsigned char *bytes = big_bytes();
    static const struct {
        enum th_hash_kind kind;
        const char *want;
    } cases[] = {{TH_HASH_SHA256, SHA256_BIG}, {TH_HASH_BLAKE2B, BLAKE2B_BIG}};
    for (size_t i = 0; i < 2; i++) {
        struct th_hasher *hasher = th_hasher_new(cases[i].kind);
        assert_non_null(hasher);
        size_t at = 0;
        for (size_t piece = 0; at < BIG; at += piece, piece = piece * 3 + 1) {
            if (piece > BIG - at) {
                piece = BIG - at;
            }
            th_hasher_update(hasher, bytes + at, piece);
        }
        struct th_hash hash = th_hasher_final(hasher);
        th_hasher_free(hasher);
        assert_string_equal(th_hash_hex(&hash, hex), cases[i].want);
    }
    th_hasher_free(NULL);
    free(bytes);
}

static void hash_file__is_the_digest_of_its_bytes(void **state)
{
    (void)state;
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    struct th_error err;
    struct th_hash hash;
    unsigned char *bytes = big_bytes();
    th_test_folder_make(folder);
    th_test_path(path, folder, "big");
    assert_ok(th_file_write(path, bytes, BIG, &err), &err);
    free(bytes);
    assert_ok(th_hash_file(TH_HASH_SHA256, path, &hash, &err), &err);
    assert_string_equal(th_hash_hex(&hash, hex), SHA256_BIG);
    assert_ok(th_hash_file(TH_HASH_BLAKE2B, path, &hash, &err), &err);
    assert_string_equal(th_hash_hex(&hash, hex), BLAKE2B_BIG);

    struct th_hash before = hash;
    th_test_path(path, folder, "absent");
    assert_status(th_hash_file(TH_HASH_SHA256, path, &hash, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "file_not_found");
    assert_status(th_hash_file(TH_HASH_SHA256, folder, &hash, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "file_io");
    assert_status(th_hash_file(TH_HASH_SHA256, "/dev/zero", &hash, &err), TH_UNREADABLE, &err);
    assert_string_equal(th_error_arg_get(&err, "reason"), "@io_reason.no_file");
    assert_memory_equal(&hash, &before, sizeof(hash));
    th_test_folder_remove(folder);
}

static void hash_parse__reads_64_hex_digits_of_either_case(void **state)
{
    (void)state;
    struct th_error err;
    struct th_hash hash;
    char hex[TH_HASH_HEX_SIZE];
    char upper[TH_HASH_HEX_SIZE];
    assert_ok(th_hash_parse(SHA256_ABC, &hash, &err), &err);
    assert_int_equal(hash.bytes[0], 0xba);
    assert_int_equal(hash.bytes[31], 0xad);
    for (int i = 0; i < TH_HASH_HEX_SIZE; i++) {
        upper[i] = (char)toupper((unsigned char)SHA256_ABC[i]);
    }
    assert_ok(th_hash_parse(upper, &hash, &err), &err);
    assert_string_equal(th_hash_hex(&hash, hex), SHA256_ABC);
}

static void hash_parse__anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",
                                        "ba78",
                                        SHA256_ABC "0",
                                        SHA256_ABC " ",
                                        "zz7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f"
                                        "20015ad",
                                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f"
                                        "20015a "};
    struct th_error err;
    struct th_hash hash = {{9}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_status(th_hash_parse(cases[i], &hash, &err), TH_INVALID, &err);
        assert_string_equal(err.key, "hash_invalid");
    }
    assert_status(th_hash_parse(NULL, &hash, NULL), TH_INVALID, NULL);
    assert_int_equal(hash.bytes[0], 9);
}

static void hmac__test_case_2_of_rfc_4231(void **state)
{
    static const char DATA[] = "what do ya want for nothing?";
    char hex[TH_HASH_HEX_SIZE];
    (void)state;
    struct th_hash mac = th_hmac_sha256("Jefe", 4, DATA, sizeof(DATA) - 1);
    assert_string_equal(th_hash_hex(&mac, hex),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void random_bytes__two_draws_differ(void **state)
{
    (void)state;
    unsigned char a[32] = {0};
    unsigned char b[32] = {0};
    th_random_bytes(a, sizeof(a));
    th_random_bytes(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_bytes__known_answers),
        cmocka_unit_test(hasher__pieces_give_the_digest_of_the_whole),
        cmocka_unit_test(hash_file__is_the_digest_of_its_bytes),
        cmocka_unit_test(hash_parse__reads_64_hex_digits_of_either_case),
        cmocka_unit_test(hash_parse__anything_else_is_refused),
        cmocka_unit_test(hmac__test_case_2_of_rfc_4231),
        cmocka_unit_test(random_bytes__two_draws_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
