// Ed25519: known answers of RFC 8032, key files.
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"
#include "core/sign.h"
#include "tests/support/support.h"

// RFC 8032, section 7.1, TEST 2: the message is the one byte 0x72, "r".
static const unsigned char SEED[TH_SIGN_SEED_SIZE] = {
    0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f,
    0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab, 0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb};
static const char PUBLIC_KEY[] = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
static const char SIGNATURE[] = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

static void sign__gives_the_known_answers(void **state)
{
    struct th_sign_key key;
    char hex[TH_SIGNATURE_HEX_SIZE];
    (void)state;
    th_sign_key_make(SEED, &key);
    assert_string_equal(th_public_key_hex(&key.public_key, hex), PUBLIC_KEY);
    assert_string_equal(th_public_key_fingerprint(&key.public_key, hex), "3d40 17c3 e843 895a");
    struct th_signature signature = th_sign(&key, "r");
    assert_string_equal(th_signature_hex(&signature, hex), SIGNATURE);
    assert_true(th_sign_holds(&key.public_key, &signature, "r"));
    assert_false(th_sign_holds(&key.public_key, &signature, "s"));
    signature.bytes[0] ^= 1;
    assert_false(th_sign_holds(&key.public_key, &signature, "r"));
}

static void sign_key_file__comes_back_and_is_never_overwritten(void **state)
{
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    struct th_sign_key key;
    struct th_sign_key again = {.seed = {0}};
    struct stat info;
    (void)state;
    th_test_folder_make(folder);
    (void)th_test_path(path, folder, "a.key");
    th_sign_key_make(SEED, &key);
    mode_t mask = umask(0);
    assert_ok(th_sign_key_write(path, &key, &err), &err);
    (void)umask(mask);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_ok(th_sign_key_read(path, &again, &err), &err);
    assert_memory_equal(&again, &key, sizeof(key));
    assert_status(th_sign_key_write(path, &key, &err), TH_CONFLICT, &err);
    th_test_folder_remove(folder);
}

static void sign_key_read__anything_else_is_refused(void **state)
{
    static const char *const TEXTS[] = {
        "",
        "tanhui-key-1 \n",
        "tanhui-key-1 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "tanhui-key-1 4CCD089B28FF96DA9DB6C346EC114E0F5B8A319F35ABA624DA8CF6ED4FB8A6FB\n",
        "tanhui-key-2 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n",
        "tanhui-key-1 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n\n",
        "tanhui-key-1 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fx\n"};
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    struct th_sign_key key = {.seed = {7}};
    (void)state;
    th_test_folder_make(folder);
    (void)th_test_path(path, folder, "a.key");
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        assert_ok(th_file_write(path, TEXTS[i], strlen(TEXTS[i]), &err), &err);
        assert_status(th_sign_key_read(path, &key, &err), TH_UNREADABLE, &err);
        assert_int_equal(key.seed[0], 7);
    }
    assert_int_equal(unlink(path), 0);
    assert_status(th_sign_key_read(path, &key, &err), TH_NOT_FOUND, &err);
    th_test_folder_remove(folder);
}

static void public_key_parse__takes_lower_case_digits_only(void **state)
{
    struct th_error err;
    struct th_public_key key = {{7}};
    struct th_signature signature = {{7}};
    char hex[TH_SIGNATURE_HEX_SIZE];
    (void)state;
    assert_status(th_public_key_parse("3D4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4"
                                      "660c",
                                      &key, &err),
                  TH_INVALID, &err);
    assert_status(th_public_key_parse("", &key, &err), TH_INVALID, &err);
    assert_status(th_public_key_parse(NULL, &key, &err), TH_INVALID, &err);
    assert_status(th_signature_parse(PUBLIC_KEY, &signature, &err), TH_INVALID, &err);
    assert_int_equal(key.bytes[0], 7);
    assert_int_equal(signature.bytes[0], 7);
    assert_ok(th_public_key_parse(PUBLIC_KEY, &key, &err), &err);
    assert_string_equal(th_public_key_hex(&key, hex), PUBLIC_KEY);
    assert_ok(th_signature_parse(SIGNATURE, &signature, &err), &err);
    assert_string_equal(th_signature_hex(&signature, hex), SIGNATURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sign__gives_the_known_answers),
        cmocka_unit_test(sign_key_file__comes_back_and_is_never_overwritten),
        cmocka_unit_test(sign_key_read__anything_else_is_refused),
        cmocka_unit_test(public_key_parse__takes_lower_case_digits_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
