#include "papers/proof.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "core/hash.h"

static void put_upper(struct th_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        th_buf_append_char(out, (char)toupper((unsigned char)*text));
    }
}

static void put_ranges(const struct th_proof_code *code, struct th_buf *out)
{
    for (size_t i = 0; i < code->n_serials; i++) {
        if (i > 0) {
            th_buf_append_char(out, '+');
        }
        th_buf_append_str(out, code->serials[i]);
    }
}

static enum th_status put_digest(const struct th_proof_code *code, struct th_buf *out,
                                 struct th_error *err)
{
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    char hex[TH_HASH_HEX_SIZE];
    if (hasher == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < code->n_serials; i++) {
        th_hasher_update(hasher, code->serials[i], strlen(code->serials[i]));
        th_hasher_update(hasher, "\n", 1);
    }
    struct th_hash digest = th_hasher_final(hasher);
    th_hasher_free(hasher);
    th_buf_append_str(out, "SHA256:");
    put_upper(out, th_hash_hex(&digest, hex));
    th_buf_printf(out, ":%zu", code->n_serials);
    return TH_OK;
}

enum th_status th_proof_code_write(const struct th_proof_code *code, struct th_buf *out,
                                   struct th_error *err)
{
    struct th_buf head;
    struct th_buf units;
    enum th_status status = TH_OK;
    th_buf_init(&head, TH_PROOF_CODE_MAX);
    th_buf_init(&units, TH_PROOF_CODE_MAX);
    th_buf_printf(&head, "TANHUI-%s:1 NO:%s ON:%s T:%" PRId64 " HEAD:%" PRId64 ":", code->kind,
                  code->number, code->on, th_units_t(code->units), code->proof->seq);
    put_upper(&head, code->proof->hash);
    th_buf_append_str(&head, " UNITS:");
    put_ranges(code, &units);
    if (units.failed || head.size + units.size > TH_PROOF_CODE_MAX) {
        th_buf_clear(&units);
        status = put_digest(code, &units, err);
    }
    if (status == TH_OK && (head.no_memory || units.no_memory)) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK && (head.failed || head.size + units.size > TH_PROOF_CODE_MAX)) {
        status = th_error_set(err, TH_LIMIT, "qr_too_long", NULL);
        th_error_add_int(err, "limit", TH_PROOF_CODE_MAX);
    }
    if (status == TH_OK) {
        th_buf_append(out, head.data, head.size);
        th_buf_append(out, units.data, units.size);
    }
    th_buf_clear(&head);
    th_buf_clear(&units);
    return status;
}
