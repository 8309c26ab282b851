#include "papers/proof.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/hash.h"
#include "tests/support/support.h"

#define HEAD "62be73ece45ad0303738b54b55bc3348ee557f6d9b75b45595848a57ae457069"
#define HEAD_UPPER "62BE73ECE45AD0303738B54B55BC3348EE557F6D9B75B45595848A57AE457069"

static const struct th_proof proof = {41, "2022-07-01T08:00:00Z", HEAD, NULL};

static struct th_proof_code code_of(const char *const *serials, size_t n)
{
    return (struct th_proof_code){.kind = "RETIREMENT",
                                  .number = "RC-330523-000003-9F3A71C2",
                                  .on = "2022-07-01",
                                  .units = th_units_from_t((int64_t)n),
                                  .proof = &proof,
                                  .serials = serials,
                                  .n_serials = n};
}

static void code_write__lists_ranges(void **state)
{
    (void)state;
    static const char *const serials[] = {"CN-330523-BAM-2021-000001:1-60", "X:7"};
    struct th_proof_code code = code_of(serials, 2);
    struct th_error err;
    struct th_buf out;
    th_buf_init(&out, 4096);
    th_buf_append_str(&out, "before ");
    assert_ok(th_proof_code_write(&code, &out, &err), &err);
    assert_string_equal(th_buf_text(&out),
                        "before TANHUI-RETIREMENT:1 NO:RC-330523-000003-9F3A71C2 ON:2022-07-01 T:2 "
                        "HEAD:41:" HEAD_UPPER " UNITS:CN-330523-BAM-2021-000001:1-60+X:7");
    th_buf_clear(&out);
}

// At the limit the ranges stand themselves, one byte more and their digest does.
static void code_write__one_byte_over_the_limit_is_a_digest(void **state)
{
    (void)state;
    char serial[TH_PROOF_CODE_MAX + 2];
    const char *serials[1] = {serial};
    struct th_proof_code code = code_of(serials, 1);
    struct th_error err;
    struct th_buf out;
    th_buf_init(&out, 4096);
    serial[0] = '\0';
    assert_ok(th_proof_code_write(&code, &out, &err), &err);
    size_t room = TH_PROOF_CODE_MAX - out.size;
    th_buf_clear(&out);
    memset(serial, '7', sizeof(serial));
    serial[room] = '\0';
    assert_ok(th_proof_code_write(&code, &out, &err), &err);
    assert_int_equal(out.size, TH_PROOF_CODE_MAX);
    assert_non_null(strstr(th_buf_text(&out), "UNITS:777"));
    th_buf_clear(&out);
    serial[room] = '7';
    serial[room + 1] = '\0';
    assert_ok(th_proof_code_write(&code, &out, &err), &err);
    char line[sizeof(serial) + 1];
    int size = snprintf(line, sizeof(line), "%s\n", serial);
    struct th_hash digest = th_hash_bytes(TH_HASH_SHA256, line, (size_t)size);
    char hex[TH_HASH_HEX_SIZE];
    th_hash_hex(&digest, hex);
    const char *told = strstr(th_buf_text(&out), " UNITS:SHA256:");
    assert_non_null(told);
    struct th_hash back;
    char told_hex[TH_HASH_HEX_SIZE] = "";
    memcpy(told_hex, told + 14, 64);
    assert_ok(th_hash_parse(told_hex, &back, &err), &err); // capitals
    assert_memory_equal(back.bytes, digest.bytes, TH_HASH_SIZE);
    assert_string_equal(told + 14 + 64, ":1");
    th_buf_clear(&out);
}

static void code_write__a_head_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const char *const serials[] = {"X:7"};
    char number[TH_PROOF_CODE_MAX + 1];
    struct th_proof_code code = code_of(serials, 1);
    struct th_error err;
    struct th_buf out;
    th_buf_init(&out, 4096);
    static const size_t lengths[] = {TH_PROOF_CODE_MAX, 450}; // one without room for the head
    for (size_t i = 0; i < 2; i++) {
        memset(number, 'N', lengths[i]);
        number[lengths[i]] = '\0';
        code.number = number;
        assert_status(th_proof_code_write(&code, &out, &err), TH_LIMIT, &err);
        assert_string_equal(err.key, "qr_too_long");
        assert_int_equal(out.size, 0);
    }
    th_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_write__lists_ranges),
        cmocka_unit_test(code_write__one_byte_over_the_limit_is_a_digest),
        cmocka_unit_test(code_write__a_head_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
