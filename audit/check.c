#include "audit/check.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_SECONDS = 86400, SHANGHAI_SECONDS = 8 * 3600 };

// Instants beyond the year 9999 and before the year 0 have no day that could be written.
static const int64_t INSTANT_MAX = INT64_C(253402300799);
static const int64_t INSTANT_MIN = INT64_C(-62167219200);

int64_t th_check_day(int64_t at_utc)
{
    int64_t shifted = at_utc > INSTANT_MAX   ? INSTANT_MAX
                      : at_utc < INSTANT_MIN ? INSTANT_MIN
                                             : at_utc;
    shifted += SHANGHAI_SECONDS;
    return shifted >= 0 ? shifted / DAY_SECONDS : -((-shifted + DAY_SECONDS - 1) / DAY_SECONDS);
}

// The last n digits of a number.
static void put_digits(char *at, int64_t value, size_t n)
{
    while (n-- > 0) {
        at[n] = (char)('0' + value % 10);
        value /= 10;
    }
}

// H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days: eras of 400 years
// that begin on 1 March.
void th_check_day_format(int64_t day, char buf[TH_DAY_BYTES + 1])
{
    enum { ERA_DAYS = 146097, TO_MARCH_OF_0000 = 719468 };
    int64_t z = day + TO_MARCH_OF_0000;
    int64_t era = (z >= 0 ? z : z - (ERA_DAYS - 1)) / ERA_DAYS;
    int64_t in_era = z - era * ERA_DAYS;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153;
    int64_t in_month = in_year - (153 * month + 2) / 5 + 1;
    int64_t civil_month = month < 10 ? month + 3 : month - 9;
    int64_t civil_year = year + era * 400 + (civil_month <= 2);
    memcpy(buf, "0000-00-00", TH_DAY_BYTES + 1);
    put_digits(buf, civil_year, 4);
    put_digits(buf + 5, civil_month, 2);
    put_digits(buf + 8, in_month, 2);
}

// The same, days_from_civil; what it does not give back was no day.
bool th_check_day_read(struct th_text text, int64_t *ret_day)
{
    enum { ERA_DAYS = 146097, TO_MARCH_OF_0000 = 719468 };
    static const size_t BEGINS[] = {0, 5, 8, TH_DAY_BYTES + 1};
    int64_t parts[3] = {0, 0, 0};
    char buf[TH_DAY_BYTES + 1];
    if (text.size != TH_DAY_BYTES) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = BEGINS[i]; k + 1 < BEGINS[i + 1]; k++) {
            parts[i] = parts[i] * 10 + (text.at[k] - '0');
        }
    }
    int64_t year = parts[0] - (parts[1] <= 2);
    int64_t in_era = year - (year >= 0 ? year : year - 399) / 400 * 400;
    int64_t in_year = (153 * (parts[1] + (parts[1] > 2 ? -3 : 9)) + 2) / 5 + parts[2] - 1;
    int64_t day = (year - in_era) / 400 * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 +
                  in_year - TO_MARCH_OF_0000;
    th_check_day_format(day, buf);
    if (memcmp(buf, text.at, TH_DAY_BYTES) != 0) {
        return false;
    }
    *ret_day = day;
    return true;
}

void th_check_clear(struct th_check *check)
{
    th_books_clear(&check->books);
    free(check->name);
    free(check->admin_code);
    check->name = NULL;
    check->admin_code = NULL;
}

static void fault(struct th_check *check, enum th_fault_code code)
{
    th_fault_add(&check->faults, code, 0, 0, 0);
}

static char *copy_text(struct th_check *check, struct th_text text)
{
    char *copy = malloc(text.size + 1);
    if (!copy) {
        check->books.no_memory = true;
        return NULL;
    }
    if (text.size > 0) {
        memcpy(copy, text.at, text.size);
    }
    copy[text.size] = '\0';
    return copy;
}

static void read_format(struct th_check *check, const struct th_line *line)
{
    if (check->has_format || check->faults.line != 1) {
        fault(check, TH_FAULT_LINE_FIRST);
        return;
    }
    check->has_format = true;
    memcpy(check->registry_id, line->registry_id.at, TH_REGISTRY_ID_BYTES);
    check->name = copy_text(check, line->name);
    check->admin_code = copy_text(check, line->admin_code);
}

// The first line is not covered by any digest: it repeats what the entry says that made the
// registry.
static void check_identity(struct th_check *check, const struct th_line *line,
                           const struct th_node *nodes)
{
    const struct {
        const char *key;
        const char *text;
    } MEMBERS[] = {{"registry_id", check->registry_id},
                   {"name", check->name},
                   {"admin_code", check->admin_code}};
    struct th_text text;
    for (size_t i = 0; i < sizeof(MEMBERS) / sizeof(MEMBERS[0]); i++) {
        if (!th_text_is(line->entry_kind, "registry.create") ||
            !th_text_member(nodes, line->first_node, MEMBERS[i].key, &text) || !MEMBERS[i].text ||
            !th_text_means(text, MEMBERS[i].text)) {
            th_fault_add_text(
                &check->faults, TH_FAULT_IDENTITY,
                (struct th_text){.at = MEMBERS[i].key, .size = strlen(MEMBERS[i].key)}, 0);
        }
    }
}

static bool parse_hex(struct th_text text, unsigned char *bytes, size_t size)
{
    char padded[2 * TH_SIGNATURE_BYTES + TH_SCAN_SLACK] = "";
    if (text.size != 2 * size) {
        return false;
    }
    memcpy(padded, text.at, text.size);
    struct th_scan scan = {.at = padded, .end = padded + text.size};
    return th_scan_hex(&scan, bytes, size);
}

static void hex_of(const unsigned char *bytes, size_t size, char *buf)
{
    (void)sodium_bin2hex(buf, 2 * size + 1, bytes, size);
}

// Signed: "tanhui-key-1", the registry's id, the key before and this one, a line feed behind each.
static bool vouch_holds(const struct th_check *check, const unsigned char *key,
                        const unsigned char *signature)
{
    char text[256];
    char before_hex[2 * TH_KEY_BYTES + 1];
    char key_hex[2 * TH_KEY_BYTES + 1];
    hex_of(check->key, TH_KEY_BYTES, before_hex);
    hex_of(key, TH_KEY_BYTES, key_hex);
    int size = snprintf(text, sizeof(text), "tanhui-key-1\n%s\n%s\n%s\n", check->registry_id,
                        before_hex, key_hex);
    return crypto_sign_verify_detached(signature, (const unsigned char *)text,
                                       (unsigned long long)size, check->key) == 0;
}

// Does the key that was in force vouch for the new one?
static bool check_vouch(struct th_check *check, const struct th_line *line,
                        const struct th_node *nodes, const unsigned char *key)
{
    unsigned char before[TH_KEY_BYTES];
    unsigned char signature[TH_SIGNATURE_BYTES];
    struct th_text text;
    bool names = th_text_member(nodes, line->first_node, "previous_key", &text);
    bool knows = check->has_key || check->partial;
    if (names != knows && !check->partial) {
        fault(check, TH_FAULT_KEY_PREVIOUS);
        return false;
    }
    if (!check->has_key) {
        return false; // the first one, or one whose forerunner is not in this part
    }
    if (!names || !parse_hex(text, before, sizeof(before)) ||
        memcmp(before, check->key, sizeof(before)) != 0) {
        fault(check, TH_FAULT_KEY_PREVIOUS);
        return false;
    }
    if (!th_text_member(nodes, line->first_node, "vouched", &text)) {
        check->n_unvouched++;
        return false;
    }
    if (!parse_hex(text, signature, sizeof(signature)) || !vouch_holds(check, key, signature)) {
        fault(check, TH_FAULT_KEY_VOUCH);
        return false;
    }
    return true;
}

static void read_key(struct th_check *check, const struct th_line *line,
                     const struct th_node *nodes)
{
    unsigned char key[TH_KEY_BYTES];
    struct th_text text;
    if (!th_text_member(nodes, line->first_node, "public_key", &text) ||
        !parse_hex(text, key, sizeof(key))) {
        fault(check, TH_FAULT_KEY_FORM);
        return;
    }
    bool vouched = check_vouch(check, line, nodes, key);
    bool expected = check->options.has_key && memcmp(key, check->options.key, sizeof(key)) == 0;
    if (check->key_trusted && !vouched && !expected) {
        fault(check, TH_FAULT_KEY_UNVOUCHED);
    }
    check->key_trusted = expected || (check->key_trusted && vouched);
    check->key_found = check->key_found || expected;
    check->has_key = true;
    check->n_keys++;
    memcpy(check->key, key, sizeof(key));
}

// The first entry of a day: had the day before its head? Asked from the time on when there was a
// key that could sign it, and that counts.
static void end_day(struct th_check *check, bool first)
{
    bool signing = check->options.has_key ? check->key_trusted : check->has_key;
    if (first || !signing || check->head_seq == check->seq) {
        return;
    }
    if (check->n_waiting == 0) {
        check->first_waiting_seq = check->seq;
    }
    check->last_waiting_seq = check->seq;
    check->n_waiting++;
    check->n_days_unsigned++;
}

static void check_link(struct th_check *check, const struct th_line *line)
{
    bool first = check->n_entries == 0;
    if (first) {
        check->first_seq = line->seq;
        check->partial = line->seq > 1;
        check->books.partial = check->partial;
    }
    bool part = first && check->options.part && line->seq >= 1;
    if (!part && (check->seq == INT64_MAX || line->seq != check->seq + 1)) {
        th_fault_add(&check->faults, TH_FAULT_SEQUENCE,
                     check->seq == INT64_MAX ? check->seq : check->seq + 1, 0, 0);
    }
    static const unsigned char NOTHING[TH_HASH_BYTES];
    const unsigned char *before = first ? NOTHING : check->hash;
    bool known = first ? !check->partial : check->has_hash;
    if (known && memcmp(line->prev_hash, before, TH_HASH_BYTES) != 0) {
        fault(check, TH_FAULT_CHAIN);
    }
    if (!line->hash_fits) {
        fault(check, TH_FAULT_HASH);
    }
    if (!first && line->at_utc < check->at_utc) {
        fault(check, TH_FAULT_TIME);
    }
    if (first || th_check_day(line->at_utc) != th_check_day(check->at_utc)) {
        check->n_days++;
        end_day(check, first);
    }
}

static void read_entry(struct th_check *check, const struct th_line *line,
                       const struct th_node *nodes)
{
    check->faults.seq = line->seq;
    check_link(check, line);
    if (line->kept) {
        if (line->seq == 1) {
            check_identity(check, line, nodes);
        }
        if (th_text_is(line->entry_kind, "registry.key")) {
            read_key(check, line, nodes);
        }
        if (th_text_is(line->entry_kind, "registry.restored")) {
            check->n_restored++;
            check->restored_seq = line->seq;
        }
    } else if (line->seq == 1) {
        th_fault_add_text(&check->faults, TH_FAULT_IDENTITY,
                          (struct th_text){.at = "registry.create", .size = 15}, 0);
    }
    th_books_entry(&check->books, line, nodes);
    check->n_entries++;
    check->seq = line->seq;
    check->at_utc = line->at_utc;
    check->has_hash = true;
    memcpy(check->hash, line->hash, sizeof(check->hash));
    if (check->options.has_head && memcmp(line->hash, check->options.head, TH_HASH_BYTES) == 0) {
        check->head_found = true;
    }
}

// Signed: "tanhui-head-1", the registry's id, day, number and digest, a line feed behind each.
static bool head_holds(const struct th_check *check, const struct th_line *line)
{
    char text[256];
    char hash_hex[2 * TH_HASH_BYTES + 1];
    hex_of(line->hash, TH_HASH_BYTES, hash_hex);
    int size =
        snprintf(text, sizeof(text), "tanhui-head-1\n%s\n%.*s\n%lld\n%s\n", check->registry_id,
                 TH_DAY_BYTES, line->day, (long long)line->seq, hash_hex);
    return crypto_sign_verify_detached(line->signature, (const unsigned char *)text,
                                       (unsigned long long)size, line->public_key) == 0;
}

// A head that counts: everything before it is signed.
static void reach(struct th_check *check, const char *day)
{
    check->signed_seq = check->seq;
    memcpy(check->signed_day, day, sizeof(check->signed_day));
    if (check->n_waiting > 0 && check->options.has_key) {
        th_fault_add(&check->faults, TH_FAULT_DAYS_UNSIGNED, check->n_waiting,
                     check->first_waiting_seq, check->last_waiting_seq);
    }
    check->n_waiting = 0;
}

static void read_head(struct th_check *check, const struct th_line *line)
{
    char day[TH_DAY_BYTES + 1];
    check->n_heads++;
    if (check->n_entries == 0 || line->seq != check->seq ||
        (check->has_hash && memcmp(line->hash, check->hash, TH_HASH_BYTES) != 0)) {
        fault(check, TH_FAULT_HEAD_PLACE);
        return;
    }
    if (check->head_seq == line->seq) {
        fault(check, TH_FAULT_HEAD_AGAIN);
    }
    check->head_seq = line->seq;
    th_check_day_format(th_check_day(check->at_utc), day);
    if (memcmp(day, line->day, TH_DAY_BYTES) != 0) {
        fault(check, TH_FAULT_HEAD_DAY);
    }
    bool unknown = !check->has_key && check->partial;
    bool given =
        check->options.has_key && memcmp(line->public_key, check->options.key, TH_KEY_BYTES) == 0;
    if (!unknown && (!check->has_key || memcmp(line->public_key, check->key, TH_KEY_BYTES) != 0)) {
        fault(check, TH_FAULT_HEAD_KEY);
        return;
    }
    if (!head_holds(check, line)) {
        fault(check, TH_FAULT_HEAD_SIGNATURE);
        return;
    }
    check->key_found = check->key_found || given;
    check->n_heads_unknown += unknown && !given;
    check->n_heads_held += !unknown || given;
    if (check->options.has_key ? given || (check->key_trusted && !unknown) : !unknown) {
        reach(check, day);
    }
}

static void read_end(struct th_check *check, const struct th_line *line)
{
    if (line->seq != check->seq || line->n_heads != check->n_heads || check->n_entries == 0 ||
        (check->has_hash && memcmp(line->hash, check->hash, TH_HASH_BYTES) != 0)) {
        fault(check, TH_FAULT_END_DIFFERS);
    }
    check->ended = true;
}

bool th_check_line(void *context, const struct th_line *line, const struct th_node *nodes)
{
    struct th_check *check = context;
    check->books.faults = &check->faults;
    check->faults.line++;
    if (check->faults.line == 1 && line->kind != TH_LINE_FORMAT) {
        check->not_ours = true;
        return false;
    }
    if (check->ended) {
        fault(check, TH_FAULT_END_FOLLOWED);
        return false;
    }
    switch (line->kind) {
    case TH_LINE_FORMAT:
        read_format(check, line);
        break;
    case TH_LINE_ENTRY:
        read_entry(check, line, nodes);
        break;
    case TH_LINE_HEAD:
        read_head(check, line);
        break;
    case TH_LINE_END:
        read_end(check, line);
        break;
    case TH_LINE_BROKEN:
        th_fault_add(&check->faults, TH_FAULT_LINE_FORM, (int64_t)line->broken_at, 0, 0);
        check->has_hash = false;
        break;
    }
    return !check->books.no_memory;
}

void th_check_end(struct th_check *check, bool ends_in_line)
{
    check->books.faults = &check->faults;
    if (!check->has_format) {
        check->not_ours = true;
    }
    if (!ends_in_line) {
        fault(check, TH_FAULT_LINE_END);
    }
    check->faults.line = 0;
    check->faults.seq = 0;
    if (!check->ended) {
        fault(check, TH_FAULT_END_MISSING);
    }
    if (check->options.has_head && !check->head_found) {
        fault(check, TH_FAULT_HEAD_EXPECTED);
    }
    if (check->options.has_key && !check->key_found) {
        fault(check, TH_FAULT_KEY_EXPECTED);
    } else if (check->options.has_key && check->signed_seq == 0) {
        fault(check, TH_FAULT_KEY_UNSIGNED);
    } else if (check->options.has_key && check->n_waiting > 0) {
        th_fault_add(&check->faults, TH_FAULT_TAIL_UNSIGNED, check->signed_seq, check->n_waiting,
                     0);
    }
    th_books_recount(&check->books);
}
