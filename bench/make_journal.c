// make_journal N: an export of N entries on stdout, for measuring, in which tanhui-audit finds no
// faults. After people, parties and a package every two entries are a trade, proposed and approved,
// with its posts.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/attributes.h"
#include "core/hash.h"

enum { TEXT_SIZE = 8192, SELLER = 1, BUYERS = 1000, TONNES = 10 };

struct writer {
    struct th_hash hash;
    int64_t seq;
    char message[2 * TEXT_SIZE];
    size_t size;
};

static void put(struct writer *writer, const void *data, size_t size)
{
    memcpy(writer->message + writer->size, data, size);
    writer->size += size;
}

static void put_int(struct writer *writer, int64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)((uint64_t)value >> (56 - 8 * i));
    }
    put(writer, bytes, sizeof(bytes));
}

static void put_text(struct writer *writer, const char *text)
{
    put_int(writer, (int64_t)strlen(text));
    put(writer, text, strlen(text));
}

// ' stands for " in the body.
static void entry(struct writer *writer, const char *login, const char *kind, int64_t id,
                  const char *format, ...) TH_PRINTF(5, 6);
static void entry(struct writer *writer, const char *login, const char *kind, int64_t id,
                  const char *format, ...)
{
    char body[TEXT_SIZE];
    char escaped[2 * TEXT_SIZE];
    char subject[64];
    char before[TH_HASH_HEX_SIZE];
    char after[TH_HASH_HEX_SIZE];
    size_t n = 0;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(body, sizeof(body), format, arguments);
    va_end(arguments);
    for (char *at = body; *at != '\0'; at++) {
        if (*at == '\'') {
            *at = '"';
            escaped[n++] = '\\';
        }
        escaped[n++] = *at;
    }
    escaped[n] = '\0';
    int64_t at_utc = 1640660400 + writer->seq / 10;
    (void)snprintf(subject, sizeof(subject), "trade:%" PRId64, id);
    (void)th_hash_hex(&writer->hash, before);
    writer->seq++;
    writer->size = 0;
    put_text(writer, "tanhui-journal-1");
    put(writer, writer->hash.bytes, TH_HASH_SIZE);
    put_int(writer, writer->seq);
    put_int(writer, at_utc);
    put_text(writer, login);
    put_text(writer, "bank");
    put_text(writer, kind);
    put_text(writer, subject);
    put_text(writer, body);
    writer->hash = th_hash_bytes(TH_HASH_BLAKE2B, writer->message, writer->size);
    printf("{\"entry\":{\"seq\":%" PRId64 ",\"at_utc\":%" PRId64
           ",\"login\":\"%s\",\"system_user\":\"bank\",\"kind\":\"%s\",\"subject\":\"%s\","
           "\"body\":\"%s\",\"prev_hash\":\"%s\",\"hash\":\"%s\"}}\n",
           writer->seq, at_utc, login, kind, subject, escaped, before,
           th_hash_hex(&writer->hash, after));
}

static void propose(struct writer *writer, int64_t id, int64_t first, int64_t buyer)
{
    int64_t last = first + TONNES - 1;
    entry(writer, "wang", "trade.propose", id,
          "{'amount_fen':58830,'blocks':[{'first':%" PRId64 ",'issuance_id':1,'last':%" PRId64
          "}],'buyer':%" PRId64 ",'kind':'resale','net_fen':55500,'on':'2021-12-28','posts':["
          "{'amount_fen':58830,'buyer_id':%" PRId64
          ",'kind':'resale','net_fen':55500,'on_date':'2021-12-28','post':'trade','price_fen':5883,"
          "'proposed_by':'wang','seller_id':1,'state':'proposed','tax_fen':3330,'tax_rate':'6',"
          "'tonnes':10,'trade_id':%" PRId64
          "},{'amount_fen':58830,'ordinal':1,'package_id':1,'post':'trade_line','seller_id':1,"
          "'tonnes':10,'trade_id':%" PRId64 "},{'lock_id':%" PRId64
          ",'owner_id':1,'placed_t':10,'post':'unit_lock','purpose':'proposal','trade_id':%" PRId64
          "},{'first':%" PRId64 ",'from':{'owner':1,'state':'held'},'issuance':1,'last':%" PRId64
          ",'post':'units','to':{'lock':%" PRId64 ",'owner':1,'state':'locked'},'trade':%" PRId64
          "}],'price_fen':5883,'seller':1,'tax_fen':3330,'tax_rate':'6','tonnes':10,'trade_id':"
          "%" PRId64 "}",
          first, last, buyer, buyer, id, id, id, id, first, last, id, id, id);
}

static void approve(struct writer *writer, int64_t id, int64_t first, int64_t buyer)
{
    entry(writer, "li", "trade.approve", id,
          "{'on':'2021-12-28','posts':[{'decided_by':'li','decided_on':'2021-12-28',"
          "'post':'trade_decision','state':'approved','trade_id':%" PRId64 "},{'first':%" PRId64
          ",'from':{'lock':%" PRId64 ",'owner':1,'state':'locked'},'issuance':1,'last':%" PRId64
          ",'post':'units','to':{'owner':%" PRId64 ",'state':'held'},'trade':%" PRId64
          "},{'lock_id':%" PRId64 ",'post':'lock_move','posted_t':10},{'account':'claim',"
          "'amount_fen':-58830,'memo':'money.resale','on':'2021-12-28','party':%" PRId64
          ",'post':'money','trade':%" PRId64 "},{'account':'claim','amount_fen':58830,'memo':"
          "'money.resale','on':'2021-12-28','party':1,'post':'money','trade':%" PRId64
          "}],'state':'approved','trade_id':%" PRId64 "}",
          id, first, id, first + TONNES - 1, buyer, id, id, buyer, id, id, id);
}

static const char *const PEOPLE[][2] = {{"clerk", "clerk"},
                                        {"verifier", "verifier"},
                                        {"officer", "officer"},
                                        {"wang", "bank"},
                                        {"li", "bank"}};
enum {
    PERSONS = sizeof(PEOPLE) / sizeof(PEOPLE[0]),
    STEPS = 4,
    BEFORE_TRADES = 1 + PERSONS + SELLER + BUYERS + STEPS
};

static void enrol(struct writer *writer)
{
    for (int i = 0; i < PERSONS; i++) {
        entry(writer, "admin", "user.add", i + 1, "{'login':'%s','role':'%s'}", PEOPLE[i][0],
              PEOPLE[i][1]);
    }
    for (int id = SELLER; id <= SELLER + BUYERS; id++) {
        entry(writer, "clerk", "party.add", id, "{'kind':'%s','name':'party %d','party_id':%d}",
              id == SELLER ? "village" : "enterprise", id, id);
    }
}

static void issue(struct writer *writer, int64_t issued_t)
{
    int64_t kg = issued_t * 1000;
    entry(writer, "clerk", "package.create", 1,
          "{'from':'2020-01-01','holder_id':1,'package_id':1,'to':'2020-12-31'}");
    entry(writer, "clerk", "package.submit", 1,
          "{'opening':[],'package_id':1,'parcels':[{'parcel_id':1,'version':1}]}");
    entry(writer, "verifier", "package.verify", 1,
          "{'decision':'approve','net_kg':%" PRId64 ",'package_id':1}", kg);
    entry(writer, "officer", "package.issue", 1,
          "{'buffer_t':0,'debt_kg':0,'debts':[],'issued_t':%" PRId64 ",'net_kg':%" PRId64
          ",'opening_kg':0,'package_id':1,'posts':[{'first':1,'issuance':1,'last':%" PRId64
          ",'post':'units','to':{'owner':1,'state':'held'}}],'rest_kg':0,'villages':[{'mass_kg':"
          "%" PRId64 ",'village':'330523990201'}],'vintages':[{'buffer_t':0,'carried_in_kg':0,"
          "'carried_kg':0,'issuance_id':1,'issued_t':%" PRId64 ",'net_kg':%" PRId64
          ",'prefix':'CN-330523-BAM-2020-000001','vintage':2020}]}",
          issued_t, kg, issued_t, kg, issued_t, kg);
}

int main(int argc, char **argv)
{
    static struct writer writer;
    char hash[TH_HASH_HEX_SIZE];
    int64_t n = argc == 2 ? strtoll(argv[1], NULL, 10) : 0;
    if (n < BEFORE_TRADES) {
        (void)fprintf(stderr, "usage: make_journal N >FILE, N at least %d\n", BEFORE_TRADES);
        return 2;
    }
    int64_t n_trades = (n - BEFORE_TRADES) / 2;
    int64_t issued_t = n_trades * TONNES + 1;
    printf("{\"format\":\"tanhui-journal-1\",\"registry_id\":\"00112233445566778899aabbccddeeff\","
           "\"name\":\"bench\",\"admin_code\":\"330523\"}\n");
    entry(&writer, "admin", "registry.create", 1,
          "{'admin_code':'330523','name':'bench',"
          "'registry_id':'00112233445566778899aabbccddeeff'}");
    enrol(&writer);
    issue(&writer, issued_t);
    for (int64_t id = 1; id <= n_trades; id++) {
        int64_t first = (id - 1) * TONNES + 1;
        propose(&writer, id, first, 2 + id % BUYERS);
        approve(&writer, id, first, 2 + id % BUYERS);
    }
    printf("{\"end\":{\"seq\":%" PRId64 ",\"hash\":\"%s\",\"n_heads\":0}}\n", writer.seq,
           th_hash_hex(&writer.hash, hash));
    return fflush(stdout) == 0 ? 0 : 1;
}
