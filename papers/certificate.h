// The certificate of a retirement, in Chinese and English: one page to hang on the wall, and an
// annex that lists every unit with the ground behind it. The same input gives the same bytes.
#ifndef TH_PAPERS_CERTIFICATE_H
#define TH_PAPERS_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/messages.h"
#include "core/quantity.h"
#include "papers/proof.h"

struct th_certificate_village {
    const char *name;
    struct th_carbon mass; // of the block, from this village's parcels
};

struct th_certificate_block {
    const char *serial; // "PREFIX:1-836"
    struct th_units units;
    int vintage; // year
    const char *package;
    const char *methodology;                       // "moso-management 1"
    bool statement_based;                          // the tonnes come by a third party's statement
    const struct th_certificate_village *villages; // their masses sum to the units
    size_t n_villages;
};

struct th_certificate_warning { // what the estimate behind the units said of itself
    const char *package;
    const char *zh;
    const char *en;
};

struct th_certificate {
    const char *number; // of the certificate
    const char *registry;
    const char *registry_id;
    const char *program; // "tanhui 0.1.0"
    const char *holder;
    const char *holder_uscc; // NULL or "" without, as the next ones
    const char *beneficiary;
    const char *beneficiary_uscc;
    const char *purpose; // offset product event donation
    const char *note;
    const char *on; // day of the retirement
    struct th_units units;
    struct th_proof proof; // the entry by which the retirement was approved
    const struct th_certificate_block *blocks;
    size_t n_blocks;
    const struct th_certificate_warning *warnings;
    size_t n_warnings;
};

// Draws to `path` (PDF). TH_INVALID ("certificate_sum") when blocks and units do not agree, errors
// of a paper: TH_CONFLICT ("file_exists"), TH_IO ("font_missing", "paper_failed", "file_io"),
// TH_INVALID ("paper_format", "paper_text"), TH_LIMIT ("paper_text_long", "qr_too_long").
enum th_status th_certificate_print(const struct th_certificate *certificate,
                                    const struct th_messages *messages, const char *path,
                                    struct th_hash *ret_sha256, struct th_error *err) TH_MUST_CHECK;

#endif
