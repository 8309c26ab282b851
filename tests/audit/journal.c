#include "tests/audit/journal.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/support.h"

enum { TEXT_LIMIT = 1 << 20, EXPORT_LIMIT = 1 << 30 };

static void put_int(struct th_buf *out, int64_t value)
{
    for (int shift = 56; shift >= 0; shift -= 8) {
        th_buf_append_char(out, (char)(unsigned char)((uint64_t)value >> shift));
    }
}

static void put_text(struct th_buf *out, const char *text)
{
    put_int(out, (int64_t)strlen(text));
    th_buf_append_str(out, text);
}

struct th_hash test_entry_hash(const struct test_entry *entry)
{
    struct th_buf bytes;
    th_buf_init(&bytes, TEXT_LIMIT);
    put_text(&bytes, "tanhui-journal-1");
    th_buf_append(&bytes, entry->prev_hash.bytes, TH_HASH_SIZE);
    put_int(&bytes, entry->seq);
    put_int(&bytes, entry->at_utc);
    put_text(&bytes, entry->login);
    put_text(&bytes, entry->system_user);
    put_text(&bytes, entry->kind);
    put_text(&bytes, entry->subject);
    put_text(&bytes, entry->body);
    struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, bytes.data, bytes.size);
    th_buf_clear(&bytes);
    return hash;
}

// A JSON string, escaped only where it must be.
static void put_string(struct th_buf *out, const char *text)
{
    static const char LETTERS[] = "btnvfr"; // of 8 … 13; 11 has none
    th_buf_append_char(out, '"');
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            th_buf_printf(out, "\\%c", *at);
        } else if (*at >= 8 && *at <= 13 && *at != 11) {
            th_buf_printf(out, "\\%c", LETTERS[*at - 8]);
        } else if ((unsigned char)*at < 0x20) {
            th_buf_printf(out, "\\u%04X", (unsigned)*at);
        } else {
            th_buf_append_char(out, *at);
        }
    }
    th_buf_append_char(out, '"');
}

static void put_member(struct th_buf *out, const char *key, const char *text)
{
    th_buf_printf(out, ",\"%s\":", key);
    put_string(out, text);
}

void test_entry_line(struct th_buf *out, const struct test_entry *entry, const struct th_hash *hash)
{
    char hex[TH_HASH_HEX_SIZE];
    th_buf_printf(out, "{\"entry\":{\"seq\":%lld,\"at_utc\":%lld", (long long)entry->seq,
                  (long long)entry->at_utc);
    put_member(out, "login", entry->login);
    put_member(out, "system_user", entry->system_user);
    put_member(out, "kind", entry->kind);
    put_member(out, "subject", entry->subject);
    put_member(out, "body", entry->body);
    put_member(out, "prev_hash", th_hash_hex(&entry->prev_hash, hex));
    put_member(out, "hash", th_hash_hex(hash, hex));
    th_buf_append_str(out, "}}\n");
}

static void add_entry(struct test_journal *journal, const char *kind, const char *subject,
                      const char *body)
{
    struct test_entry entry = {.seq = journal->seq + 1,
                               .at_utc = journal->at_utc,
                               .login = journal->login,
                               .system_user = "tester",
                               .kind = kind,
                               .subject = subject,
                               .body = body,
                               .prev_hash = journal->hash};
    journal->entry_at_utc = journal->at_utc;
    journal->at_utc += 60;
    journal->seq++;
    journal->hash = test_entry_hash(&entry);
    test_entry_line(&journal->out, &entry, &journal->hash);
}

void test_journal_entry(struct test_journal *journal, const char *kind, const char *subject,
                        const char *body, ...)
{
    va_list arguments;
    char *text = malloc(TEXT_LIMIT);
    assert_non_null(text);
    va_start(arguments, body);
    int n = vsnprintf(text, TEXT_LIMIT, body, arguments);
    va_end(arguments);
    assert_true(n >= 0 && n < TEXT_LIMIT);
    for (char *at = text; *at != '\0'; at++) {
        *at = (char)(*at == '\'' ? '"' : *at);
    }
    add_entry(journal, kind, subject, text);
    free(text);
}

void test_journal_package(struct test_journal *journal, int package, int holder, int verified_kg)
{
    journal->login = "clerk";
    test_journal_entry(journal, "package.create", "package:x",
                       "{'from':'2021-01-01','holder_id':%d,'package_id':%d,'to':'2021-12-31'}",
                       holder, package);
    test_journal_entry(journal, "package.submit", "package:x",
                       "{'opening':[],'package_id':%d,'parcels':[{'parcel_id':%d,'version':1}]}",
                       package, package);
    journal->login = "verifier";
    test_journal_entry(journal, "package.verify", "package:x",
                       "{'decision':'approve','net_kg':%d,'package_id':%d}", verified_kg, package);
}

void test_journal_posts(struct test_journal *journal, const char *login, const char *posts)
{
    // What such posts are posted by.
    static const char *const KINDS[][2] = {{"'state':'approved','trade_id'", "trade.approve"},
                                           {"'state':'rejected','trade_id'", "trade.reject"},
                                           {"'state':'expired','trade_id'", "trade.expire"},
                                           {"'post':'trade',", "trade.propose"}};
    const char *kind = "a.b";
    char subject[32] = "x";
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        const char *found = strstr(posts, KINDS[i][0]);
        const char *id = found ? strstr(found, "'trade_id':") : NULL;
        if (id) {
            kind = KINDS[i][1];
            (void)snprintf(subject, sizeof(subject), "trade:%ld",
                           strtol(id + strlen("'trade_id':"), NULL, 10));
            break;
        }
    }
    journal->login = login;
    test_journal_entry(journal, kind, subject, "{'posts':[%s]}", posts);
}

void test_journal_begin_alone(struct test_journal *journal)
{
    memset(journal, 0, sizeof(*journal));
    th_buf_init(&journal->out, EXPORT_LIMIT);
    journal->login = "admin";
    journal->at_utc = 1640660400; // 2021-12-28T03:00:00Z
    th_buf_append_str(&journal->out,
                      "{\"format\":\"tanhui-journal-1\",\"registry_id\":\"" TEST_REGISTRY_ID
                      "\",\"name\":\"测试\",\"admin_code\":\"330523\"}\n");
    test_journal_entry(journal, "registry.create", "registry:1",
                       "{'admin_code':'330523','name':'测试','registry_id':'" TEST_REGISTRY_ID
                       "'}");
}

void test_journal_user(struct test_journal *journal, const char *login, const char *role)
{
    const char *before = journal->login;
    journal->login = "admin";
    test_journal_entry(journal, "user.add", "user:x", "{'login':'%s','role':'%s'}", login, role);
    journal->login = before;
}

void test_journal_begin_people(struct test_journal *journal)
{
    static const char *const PEOPLE[][2] = {{"clerk", "clerk"},     {"verifier", "verifier"},
                                            {"officer", "officer"}, {"officer-2", "officer"},
                                            {"wang", "bank"},       {"li", "bank"},
                                            {"other", "clerk"}};
    test_journal_begin_alone(journal);
    for (size_t i = 0; i < sizeof(PEOPLE) / sizeof(PEOPLE[0]); i++) {
        test_journal_user(journal, PEOPLE[i][0], PEOPLE[i][1]);
    }
}

void test_journal_begin(struct test_journal *journal)
{
    static const char PARTY[] = "{'kind':'insurer','name':'%d','party_id':%d,'post':'party'}";
    char posts[TEST_PARTIES * sizeof(PARTY)] = "";
    size_t used = 0;
    test_journal_begin_people(journal);
    for (int id = 1; id <= TEST_PARTIES; id++) {
        (void)snprintf(posts + used, sizeof(posts) - used, PARTY, id, id);
        used += strlen(posts + used);
        posts[used++] = ',';
    }
    posts[used - 1] = '\0';
    test_journal_entry(journal, "share.import", "shares", "{'posts':[%s]}", posts);
}

void test_journal_clear(struct test_journal *journal)
{
    th_buf_clear(&journal->out);
}

static void sign(const struct test_journal *journal, const char *text,
                 char ret_hex[2 * crypto_sign_BYTES + 1])
{
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
    unsigned char signature[crypto_sign_BYTES];
    assert_int_equal(crypto_sign_seed_keypair(public_key, secret_key, journal->seed), 0);
    assert_int_equal(crypto_sign_detached(signature, NULL, (const unsigned char *)text,
                                          strlen(text), secret_key),
                     0);
    (void)sodium_bin2hex(ret_hex, 2 * sizeof(signature) + 1, signature, sizeof(signature));
}

void test_journal_key(struct test_journal *journal, unsigned char value, bool vouched)
{
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
    unsigned char seed[32];
    unsigned char fresh[32];
    char before_hex[65];
    char fresh_hex[65];
    char signature[2 * crypto_sign_BYTES + 1];
    char text[512];
    const char *login = journal->login;
    bool first = sodium_is_zero(journal->public_key, 32) != 0;
    journal->login = "admin";
    memset(seed, value, sizeof(seed));
    assert_int_equal(crypto_sign_seed_keypair(fresh, secret_key, seed), 0);
    (void)sodium_bin2hex(before_hex, sizeof(before_hex), journal->public_key, 32);
    (void)sodium_bin2hex(fresh_hex, sizeof(fresh_hex), fresh, 32);
    if (first) {
        test_journal_entry(journal, "registry.key", "registry:key", "{'public_key':'%s'}",
                           fresh_hex);
    } else if (!vouched) {
        test_journal_entry(journal, "registry.key", "registry:key",
                           "{'previous_key':'%s','public_key':'%s'}", before_hex, fresh_hex);
    } else {
        (void)snprintf(text, sizeof(text), "tanhui-key-1\n" TEST_REGISTRY_ID "\n%s\n%s\n",
                       before_hex, fresh_hex);
        sign(journal, text, signature);
        test_journal_entry(journal, "registry.key", "registry:key",
                           "{'previous_key':'%s','public_key':'%s','vouched':'%s'}", before_hex,
                           fresh_hex, signature);
    }
    journal->login = login;
    memcpy(journal->seed, seed, sizeof(seed));
    memcpy(journal->public_key, fresh, sizeof(fresh));
}

void test_journal_head(struct test_journal *journal)
{
    char day[TH_DATE_TEXT_SIZE];
    char hash[TH_HASH_HEX_SIZE];
    char key[65];
    char signature[2 * crypto_sign_BYTES + 1];
    char text[512];
    (void)th_date_format(th_instant_date(journal->entry_at_utc), day);
    (void)th_hash_hex(&journal->hash, hash);
    (void)snprintf(text, sizeof(text), "tanhui-head-1\n" TEST_REGISTRY_ID "\n%s\n%lld\n%s\n", day,
                   (long long)journal->seq, hash);
    sign(journal, text, signature);
    (void)sodium_bin2hex(key, sizeof(key), journal->public_key, 32);
    th_buf_printf(&journal->out,
                  "{\"head\":{\"day\":\"%s\",\"seq\":%lld,\"hash\":\"%s\",\"public_key\":\"%s\","
                  "\"signature\":\"%s\"}}\n",
                  day, (long long)journal->seq, hash, key, signature);
    journal->n_heads++;
}

void test_journal_end(struct test_journal *journal)
{
    char hash[TH_HASH_HEX_SIZE];
    th_buf_printf(&journal->out, "{\"end\":{\"seq\":%lld,\"hash\":\"%s\",\"n_heads\":%lld}}\n",
                  (long long)journal->seq, th_hash_hex(&journal->hash, hash),
                  (long long)journal->n_heads);
}
