// What ties a paper to the registry: the journal entry by which it holds, and the text of its code.
//
// The text is one line of capital letters, digits and signs that codes hold densely:
//
//   TANHUI-RETIREMENT:1 NO:RC-330523-000003-9F3A71C2 ON:2022-07-01 T:100 HEAD:41:<64 hex digits>
//   UNITS:CN-330523-BAM-2021-000001:1-60+CN-330523-BAM-2022-000001:1-40
//
// Fields stand apart by one blank, in this order. "TANHUI-CONTRACT:1" begins that of a contract.
// HEAD is the number and digest of the journal entry. Where the ranges would make the text longer
// than TH_PROOF_CODE_MAX, UNITS is "SHA256:<64 hex digits>:<n>" instead: the digest of the n
// ranges, each followed by a line feed, in the order in which the paper lists them.
#ifndef TH_PAPERS_PROOF_H
#define TH_PAPERS_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/buf.h"
#include "core/error.h"
#include "core/quantity.h"

enum { TH_PROOF_CODE_MAX = 560 }; // bytes

struct th_proof {
    int64_t seq;      // of the journal entry
    const char *at;   // its instant, "2022-07-01T08:00:00Z"
    const char *hash; // its digest, 64 hex digits
    const char *key;  // fingerprint of the key that signed the head; NULL: not signed
};

struct th_proof_code {
    const char *kind; // "RETIREMENT", "CONTRACT"
    const char *number;
    const char *on;
    struct th_units units;
    const struct th_proof *proof;
    const char *const *serials; // "PREFIX:1-836"
    size_t n_serials;
};

// Appends the text to `out`. TH_LIMIT ("qr_too_long" with "limit") when it is too long even with
// the digest.
enum th_status th_proof_code_write(const struct th_proof_code *code, struct th_buf *out,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
