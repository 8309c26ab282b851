// One line of a journal export, in the one spelling that it may have.
//
//   {"format":"tanhui-journal-1","registry_id":"…","name":"…","admin_code":"…"}
//   {"entry":{"seq":1,"at_utc":…,"login":"…","system_user":"…","kind":"…","subject":"…","body":"…",
//    "prev_hash":"…","hash":"…"}}
//   {"head":{"day":"…","seq":…,"hash":"…","public_key":"…","signature":"…"}}
//   {"end":{"seq":…,"hash":"…","n_heads":…}}
#ifndef TH_AUDIT_LINE_H
#define TH_AUDIT_LINE_H

#include "audit/scan.h"

enum {
    TH_HASH_BYTES = 32,
    TH_KEY_BYTES = 32,
    TH_SIGNATURE_BYTES = 64,
    TH_DAY_BYTES = 10,
    TH_REGISTRY_ID_BYTES = 32 // hex digits
};

enum th_line_kind { TH_LINE_BROKEN, TH_LINE_FORMAT, TH_LINE_ENTRY, TH_LINE_HEAD, TH_LINE_END };

struct th_line {
    enum th_line_kind kind;
    size_t broken_at; // of a broken line: the first byte that does not fit, from 1
    int64_t seq;
    unsigned char hash[TH_HASH_BYTES];
    // of an entry
    int64_t at_utc;
    struct th_text login;
    struct th_text system_user;
    struct th_text entry_kind;
    struct th_text subject;
    struct th_text body;
    unsigned char prev_hash[TH_HASH_BYTES];
    bool hash_fits;      // the digest of what stands there is the one that is stated
    uint32_t first_node; // of the body on the tape, when it is kept
    bool kept;
    // of a head
    char day[TH_DAY_BYTES];
    unsigned char public_key[TH_KEY_BYTES];
    unsigned char signature[TH_SIGNATURE_BYTES];
    // of the end
    int64_t n_heads;
    // of the first line
    struct th_text registry_id;
    struct th_text name;
    struct th_text admin_code;
};

// Reads the line of `size` bytes at `at` (a line feed and TH_SCAN_SLACK bytes stand behind it).
// *out takes texts, at most size + TH_LINE_EXTRA bytes, and moves on. The tape keeps the bodies
// that the books are made of, others are taken off it again. A false return is a lack of memory.
enum { TH_LINE_EXTRA = 256 };
bool th_line_read(const char *at, size_t size, char **out, struct th_tape *tape,
                  struct th_line *ret_line);

#endif
