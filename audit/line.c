#include "audit/line.h"

#include <sodium.h>
#include <string.h>

#define LITERAL(scan, text) th_scan_literal((scan), (text), sizeof(text) - 1)

static const char MAGIC[] = "tanhui-journal-1";

static void put_int(char *out, int64_t value)
{
    uint64_t bits = (uint64_t)value;
    for (int i = 0; i < 8; i++) {
        out[i] = (char)(unsigned char)(bits >> (56 - 8 * i));
    }
}

// A text that is hashed: its length in eight bytes, then itself.
static bool hashed_text(struct th_scan *scan, struct th_text *ret_text)
{
    char *length = scan->out;
    scan->out += 8;
    if (!th_scan_string(scan, ret_text)) {
        return false;
    }
    put_int(length, (int64_t)ret_text->size);
    return true;
}

static bool hashed_body(struct th_scan *scan, struct th_tape *tape, struct th_text *ret_text)
{
    char *length = scan->out;
    scan->out += 8;
    if (!th_scan_body(scan, tape, ret_text)) {
        return false;
    }
    put_int(length, (int64_t)ret_text->size);
    return true;
}

// Bodies that say who did what, beside those that carry posts.
static bool is_kept(const struct th_line *line, const struct th_tape *tape)
{
    static const char *const KINDS[] = {"registry.create", "registry.key",   "registry.restored",
                                        "party.add",       "user.add",       "user.end",
                                        "village.add",     "village.import", "package.create",
                                        "package.submit",  "package.verify", "package.withdraw",
                                        "package.issue",   "rule.set",       "outbox.resend"};
    const struct th_node *nodes = tape->nodes;
    if (th_node_get(nodes, line->first_node, "posts") ||
        th_node_get(nodes, line->first_node, "idempotency")) {
        return true;
    }
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (th_text_is(line->entry_kind, KINDS[i])) {
            return true;
        }
    }
    return false;
}

// The texts go to the place where they are hashed: BLAKE2b-256 over the magic word, prev_hash, seq,
// at_utc, login, system_user, kind, subject, body; integers as eight bytes, the highest first,
// texts behind their length.
static bool read_entry(struct th_scan *scan, struct th_tape *tape, struct th_line *line)
{
    enum { MAGIC_SIZE = sizeof(MAGIC) - 1 };
    unsigned char digest[TH_HASH_BYTES];
    char *message = scan->out;
    put_int(message, MAGIC_SIZE);
    memcpy(message + 8, MAGIC, MAGIC_SIZE);
    char *prev_hash = message + 8 + MAGIC_SIZE;
    char *numbers = prev_hash + TH_HASH_BYTES;
    scan->out = numbers + 16;
    line->first_node = tape->n;
    if (!LITERAL(scan, "{\"entry\":{\"seq\":") || !th_scan_int(scan, &line->seq) ||
        !LITERAL(scan, ",\"at_utc\":") || !th_scan_int(scan, &line->at_utc) ||
        !LITERAL(scan, ",\"login\":\"") || !hashed_text(scan, &line->login) ||
        !LITERAL(scan, "\",\"system_user\":\"") || !hashed_text(scan, &line->system_user) ||
        !LITERAL(scan, "\",\"kind\":\"") || !hashed_text(scan, &line->entry_kind) ||
        !LITERAL(scan, "\",\"subject\":\"") || !hashed_text(scan, &line->subject) ||
        !LITERAL(scan, "\",\"body\":\"") || !hashed_body(scan, tape, &line->body) ||
        !LITERAL(scan, "\",\"prev_hash\":\"") ||
        !th_scan_hex(scan, line->prev_hash, sizeof(line->prev_hash)) ||
        !LITERAL(scan, "\",\"hash\":\"") || !th_scan_hex(scan, line->hash, sizeof(line->hash)) ||
        !LITERAL(scan, "\"}}")) {
        return false;
    }
    memcpy(prev_hash, line->prev_hash, TH_HASH_BYTES);
    put_int(numbers, line->seq);
    put_int(numbers + 8, line->at_utc);
    (void)crypto_generichash(digest, sizeof(digest), (const unsigned char *)message,
                             (size_t)(scan->out - message), NULL, 0);
    line->hash_fits = memcmp(digest, line->hash, sizeof(digest)) == 0;
    line->kept = is_kept(line, tape);
    if (!line->kept) {
        tape->n = line->first_node;
    }
    line->kind = TH_LINE_ENTRY;
    return true;
}

static bool read_head(struct th_scan *scan, struct th_line *line)
{
    struct th_text day;
    if (!LITERAL(scan, "{\"head\":{\"day\":\"") || !th_scan_string(scan, &day) ||
        day.size != TH_DAY_BYTES || !LITERAL(scan, "\",\"seq\":") ||
        !th_scan_int(scan, &line->seq) || !LITERAL(scan, ",\"hash\":\"") ||
        !th_scan_hex(scan, line->hash, sizeof(line->hash)) ||
        !LITERAL(scan, "\",\"public_key\":\"") ||
        !th_scan_hex(scan, line->public_key, sizeof(line->public_key)) ||
        !LITERAL(scan, "\",\"signature\":\"") ||
        !th_scan_hex(scan, line->signature, sizeof(line->signature)) || !LITERAL(scan, "\"}}")) {
        return false;
    }
    memcpy(line->day, day.at, TH_DAY_BYTES);
    line->kind = TH_LINE_HEAD;
    return true;
}

static bool read_end(struct th_scan *scan, struct th_line *line)
{
    if (!LITERAL(scan, "{\"end\":{\"seq\":") || !th_scan_int(scan, &line->seq) ||
        !LITERAL(scan, ",\"hash\":\"") || !th_scan_hex(scan, line->hash, sizeof(line->hash)) ||
        !LITERAL(scan, "\",\"n_heads\":") || !th_scan_int(scan, &line->n_heads) ||
        !LITERAL(scan, "}}")) {
        return false;
    }
    line->kind = TH_LINE_END;
    return true;
}

static bool read_format(struct th_scan *scan, struct th_line *line)
{
    if (!LITERAL(scan, "{\"format\":\"tanhui-journal-1\",\"registry_id\":\"") ||
        !th_scan_string(scan, &line->registry_id) ||
        line->registry_id.size != TH_REGISTRY_ID_BYTES || !LITERAL(scan, "\",\"name\":\"") ||
        !th_scan_string(scan, &line->name) || !LITERAL(scan, "\",\"admin_code\":\"") ||
        !th_scan_string(scan, &line->admin_code) || !LITERAL(scan, "\"}")) {
        return false;
    }
    line->kind = TH_LINE_FORMAT;
    return true;
}

bool th_line_read(const char *at, size_t size, char **out, struct th_tape *tape,
                  struct th_line *ret_line)
{
    struct th_line *line = ret_line;
    struct th_scan scan = {.at = at, .end = at + size, .out = *out};
    uint32_t n_nodes = tape->n;
    memset(line, 0, sizeof(*line));
    bool read = false;
    // The first word tells which of the four it is; all begin with {" and differ in what follows.
    switch (size > 2 ? at[2] : '\0') {
    case 'h':
        read = read_head(&scan, line);
        break;
    case 'f':
        read = read_format(&scan, line);
        break;
    case 'e':
        read = at[3] == 'n' && at[4] == 'd' ? read_end(&scan, line) : read_entry(&scan, tape, line);
        break;
    default:
        break;
    }
    if (read && scan.at == scan.end) {
        *out = scan.out;
        return true;
    }
    tape->n = n_nodes;
    line->kind = TH_LINE_BROKEN;
    line->broken_at = (size_t)(scan.at - at) + 1;
    return !tape->no_memory;
}
