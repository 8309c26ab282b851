#include "audit/report.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { HEX_SIZE = 2 * TH_HASH_BYTES + 1, MONEY_SIZE = 32 };

void th_report_clean(const char *text, FILE *out)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        // U+0080 … U+009F, and the marks that turn the direction of writing.
        bool control = at[0] == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F;
        bool mark = at[0] == 0xE2 && ((at[1] == 0x80 && ((at[2] >= 0x8E && at[2] <= 0x8F) ||
                                                         (at[2] >= 0xA8 && at[2] <= 0xAE))) ||
                                      (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9));
        if (control || mark) {
            (void)fputc(' ', out);
            at += control ? 1 : 2;
        } else {
            (void)fputc(*at < 0x20 || *at == 0x7F ? ' ' : *at, out);
        }
    }
}

void th_report_escaped(const char *text, FILE *out)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            (void)fputc('\\', out);
        }
        if (*at < 0x20) {
            (void)fprintf(out, "\\u%04X", (unsigned)*at);
        } else {
            (void)fputc(*at, out);
        }
    }
}

static int by_id(const void *a, const void *b)
{
    int64_t left = (*(const struct th_holder *const *)a)->id;
    int64_t right = (*(const struct th_holder *const *)b)->id;
    return (left > right) - (left < right);
}

// Holders that have or had something to do with units or money, by id; *ret_list is the caller's.
static bool sorted(const struct th_books *books, const struct th_holder ***ret_list)
{
    const struct th_holder **list = malloc((books->holder_ids.n + 1) * sizeof(struct th_holder *));
    if (!list) {
        return false;
    }
    for (size_t i = 0; i < books->holder_ids.n; i++) {
        list[i] = &books->holders[i];
    }
    qsort(list, books->holder_ids.n, sizeof(struct th_holder *), by_id);
    *ret_list = list;
    return true;
}

static const char *name_of(const struct th_books *books, const struct th_holder *holder)
{
    return holder->name != SIZE_MAX ? books->names.texts[holder->name] : "";
}

static void json_text(FILE *out, const char *key, const char *text)
{
    (void)fprintf(out, ",\"%s\":", key);
    if (!text || text[0] == '\0') {
        (void)fputs("null", out);
        return;
    }
    (void)fputc('"', out);
    th_report_escaped(text, out);
    (void)fputc('"', out);
}

static void json_int(FILE *out, const char *key, int64_t value)
{
    (void)fprintf(out, ",\"%s\":%" PRId64, key, value);
}

// Claim and cash of a party may both be near the ends of 64 bits.
static void json_figures(FILE *out, const int64_t *units_t, const int64_t *money_fen)
{
    int64_t sum_fen = money_fen[TH_ACCOUNT_CLAIM];
    int64_t cash_fen = money_fen[TH_ACCOUNT_CASH];
    for (int i = 0; i < TH_UNIT_STATES; i++) {
        (void)fprintf(out, "%s\"%s_t\":%" PRId64, i > 0 ? "," : "", th_unit_state_names[i],
                      units_t[i]);
    }
    bool beyond = cash_fen > 0 ? sum_fen > INT64_MAX - cash_fen : sum_fen < INT64_MIN - cash_fen;
    if (beyond) {
        (void)fputs(",\"money_fen\":null", out);
    } else {
        json_int(out, "money_fen", sum_fen + cash_fen);
    }
    json_int(out, "claim_fen", money_fen[TH_ACCOUNT_CLAIM]);
    json_int(out, "cash_fen", cash_fen);
}

static void json_faults(const struct th_check *check, const struct th_report_options *options,
                        FILE *out)
{
    char sentence[TH_FAULT_SENTENCE_SIZE];
    (void)fputs(",\"faults\":[", out);
    for (int64_t i = 0; i < check->faults.n && i < options->n_listed; i++) {
        const struct th_fault *fault = &check->faults.kept[i];
        (void)fprintf(out, "%s{\"code\":\"%s\"", i > 0 ? "," : "", th_fault_name(fault->code));
        json_int(out, "line", fault->line);
        json_int(out, "seq", fault->seq);
        th_fault_sentence(fault, options->chinese, sentence);
        json_text(out, "text", sentence);
        (void)fputc('}', out);
    }
    (void)fputc(']', out);
}

static void json_parties(const struct th_books *books, const struct th_holder *const *list,
                         FILE *out)
{
    int64_t money_fen[TH_ACCOUNTS] = {0};
    (void)fputs(",\"parties\":[", out);
    for (size_t i = 0; i < books->holder_ids.n; i++) {
        (void)fprintf(out, "%s{\"party\":%" PRId64 ",\"name\":", i > 0 ? "," : "", list[i]->id);
        // The name stands as it was spelled in a JSON text.
        (void)fprintf(out, list[i]->name != SIZE_MAX ? "\"%s\"," : "null,",
                      name_of(books, list[i]));
        json_figures(out, list[i]->units_t, list[i]->money_fen);
        (void)fputc('}', out);
    }
    (void)fprintf(out, "],\"totals\":{\"issued_t\":%" PRId64 ",", books->issued_t);
    json_figures(out, books->units_t, money_fen); // legs sum to zero, or there is a fault
    (void)fputs("},\"other_posts\":[", out);
    const struct th_kind *kinds = books->kinds_rules.items;
    bool first = true;
    for (size_t i = 0; i < books->kinds_rules.n; i++) {
        if (!th_kind_is_judged(&kinds[i])) {
            (void)fprintf(out, "%s{\"kind\":\"%s\",\"n\":%" PRId64 "}", first ? "" : ",",
                          books->kinds.texts[i], kinds[i].n);
            first = false;
        }
    }
    (void)fputc(']', out);
}

static const char *hash_hex(const unsigned char *bytes, bool known, char buf[HEX_SIZE])
{
    buf[0] = '\0';
    return known ? sodium_bin2hex(buf, HEX_SIZE, bytes, TH_HASH_BYTES) : buf;
}

bool th_report_json(const struct th_check *check, const struct th_report_options *options,
                    FILE *out)
{
    const struct th_holder **list = NULL;
    char hex[HEX_SIZE];
    if (!sorted(&check->books, &list)) {
        return false;
    }
    (void)fprintf(out, "{\"valid\":%s", check->faults.n == 0 ? "true" : "false");
    json_int(out, "n_faults", check->faults.n);
    json_faults(check, options, out);
    json_text(out, "registry_id", check->registry_id);
    json_text(out, "name", check->name);
    json_text(out, "admin_code", check->admin_code);
    (void)fprintf(out, ",\"partial\":%s", check->partial ? "true" : "false");
    json_int(out, "first_seq", check->first_seq);
    json_int(out, "last_seq", check->seq);
    json_int(out, "n_entries", check->n_entries);
    json_text(out, "head", hash_hex(check->hash, check->has_hash, hex));
    json_int(out, "n_days", check->n_days);
    json_int(out, "n_heads", check->n_heads);
    json_int(out, "n_heads_verified", check->n_heads_held);
    json_int(out, "n_days_unsigned", check->n_days_unsigned);
    json_int(out, "signed_seq", check->signed_seq);
    json_text(out, "signed_day", check->signed_day);
    json_int(out, "n_restored", check->n_restored);
    json_int(out, "n_keys", check->n_keys);
    json_int(out, "n_keys_unvouched", check->n_unvouched);
    json_text(out, "public_key", hash_hex(check->key, check->has_key, hex));
    json_int(out, "n_posts", check->books.n_posts);
    json_parties(&check->books, list, out);
    json_int(out, "bytes", options->n_bytes);
    (void)fputs("}\n", out);
    free(list);
    return true;
}

static void text_faults(const struct th_check *check, const struct th_report_options *options,
                        FILE *out)
{
    char sentence[TH_FAULT_SENTENCE_SIZE];
    bool zh = options->chinese;
    for (int64_t i = 0; i < check->faults.n && i < options->n_listed; i++) {
        const struct th_fault *fault = &check->faults.kept[i];
        if (fault->line > 0) {
            (void)fprintf(out,
                          zh ? "  第 %" PRId64 " 行，第 %" PRId64 " 条："
                             : "  line %" PRId64 ", entry %" PRId64 ": ",
                          fault->line, fault->seq);
        } else {
            (void)fputs(zh ? "  整个文件：" : "  whole file: ", out);
        }
        th_fault_sentence(fault, zh, sentence);
        th_report_clean(sentence, out);
        (void)fprintf(out, "  [%s]\n", th_fault_name(fault->code));
    }
    if (check->faults.n > options->n_listed) {
        (void)fprintf(out, zh ? "  …… 另有 %" PRId64 " 处\n" : "  … and %" PRId64 " more\n",
                      check->faults.n - options->n_listed);
    }
}

static const char *money(int64_t fen, char buf[MONEY_SIZE])
{
    uint64_t size = fen < 0 ? 0 - (uint64_t)fen : (uint64_t)fen;
    (void)snprintf(buf, MONEY_SIZE, "%s%" PRIu64 ".%02u", fen < 0 ? "-" : "", size / 100,
                   (unsigned)(size % 100));
    return buf;
}

static bool is_empty(const struct th_holder *holder)
{
    bool empty = holder->money_fen[0] == 0 && holder->money_fen[1] == 0;
    for (int i = 0; i < TH_UNIT_STATES; i++) {
        empty = empty && holder->units_t[i] == 0;
    }
    return empty;
}

static void text_row(FILE *out, const char *party, const int64_t *units_t, const int64_t *money_fen,
                     const char *name)
{
    char text[MONEY_SIZE];
    (void)fprintf(out, "%10s", party);
    for (int i = 0; i < TH_UNIT_STATES; i++) {
        (void)fprintf(out, " %10" PRId64, units_t[i]);
    }
    for (int i = 0; money_fen && i < TH_ACCOUNTS; i++) {
        (void)fprintf(out, " %16s", money(money_fen[i], text));
    }
    (void)fputs("  ", out);
    th_report_clean(name, out);
    (void)fputc('\n', out);
}

// The headings are in English letters in both languages' widths: a Chinese character is two cells.
static void text_parties(const struct th_check *check, const struct th_holder *const *list, bool zh,
                         FILE *out)
{
    const struct th_books *books = &check->books;
    char id[MONEY_SIZE];
    if (check->partial || books->n_posts == 0) {
        return;
    }
    (void)fputs(zh ? "\n      主体       持有       锁定       缓冲       注销       取消"
                     "         应收（元）       现金（元）  名称\n"
                   : "\n     party       held     locked     buffer    retired  cancelled"
                     "      claim (CNY)       cash (CNY)  name\n",
                out);
    for (size_t i = 0; i < books->holder_ids.n; i++) {
        if (!is_empty(list[i])) {
            (void)snprintf(id, sizeof(id), "%" PRId64, list[i]->id);
            text_row(out, id, list[i]->units_t, list[i]->money_fen, name_of(books, list[i]));
        }
    }
    text_row(out, zh ? "      合计" : "total", books->units_t, NULL, "");
    (void)fprintf(out, zh ? "签发总数：%" PRId64 " 吨\n" : "issued: %" PRId64 " t\n",
                  books->issued_t);
}

static void text_others(const struct th_books *books, bool zh, FILE *out)
{
    const struct th_kind *kinds = books->kinds_rules.items;
    bool first = true;
    for (size_t i = 0; i < books->kinds_rules.n; i++) {
        if (!th_kind_is_judged(&kinds[i])) {
            (void)fputs(!first ? ", "
                        : zh   ? "未逐笔核对的过账种类："
                               : "posts of other kinds: ",
                        out);
            th_report_clean(books->kinds.texts[i], out);
            (void)fprintf(out, " %" PRId64, kinds[i].n);
            first = false;
        }
    }
    if (!first) {
        (void)fputc('\n', out);
    }
}

// How far the signatures reach, and what stands behind them.
static void text_signed(const struct th_check *check, bool zh, FILE *out)
{
    if (check->signed_seq == 0) {
        (void)fputs(zh ? "没有一条是签了名的：谁拿着登记簿，谁就能把日志整本重写\n"
                       : "nothing is signed: whoever holds the registry can write it all anew\n",
                    out);
        return;
    }
    (void)fprintf(out,
                  zh ? "签到第 %" PRId64 " 条（共到第 %" PRId64 " 条），%s%s\n"
                     : "signed up to entry %" PRId64 " of %" PRId64 ", %s%s\n",
                  check->signed_seq, check->seq, check->signed_day,
                  check->options.has_key ? ""
                  : zh ? "；所用的密钥只是日志自己写明的，请用 --key 给出公布的公钥"
                       : "; by keys that the journal names itself: give the published one with "
                         "--key");
    if (check->signed_seq < check->seq) {
        (void)fprintf(out,
                      zh ? "其后的 %" PRId64 " 条没有签名\n"
                         : "behind it nothing is signed (%" PRId64 " entries)\n",
                      check->seq - check->signed_seq);
    }
    if (check->n_days_unsigned > 0) {
        (void)fprintf(out,
                      zh ? "有 %" PRId64 " 天结束时没有签名\n"
                         : "days that ended without a signed head: %" PRId64 "\n",
                      check->n_days_unsigned);
    }
}

static void text_heads(const struct th_check *check, bool zh, FILE *out)
{
    char hex[HEX_SIZE];
    (void)fprintf(out,
                  zh ? "签名：%" PRId64 " 个，成立 %" PRId64 " 个；有记录的日子 %" PRId64 " 天\n"
                     : "signed heads: %" PRId64 ", verified %" PRId64
                       "; days with entries: %" PRId64 "\n",
                  check->n_heads, check->n_heads_held, check->n_days);
    text_signed(check, zh, out);
    if (check->n_restored > 0) {
        (void)fprintf(out,
                      zh ? "注意：登记簿写明它被恢复过 %" PRId64 " 次（最近一次见第 %" PRId64
                           " 条），签过名的一部分记录因此不在，请向登记机构问明原因\n"
                         : "note: the registry says that it was put back %" PRId64
                           " time(s), last by entry %" PRId64
                           ": entries that were signed are missing, ask the registry why\n",
                      check->n_restored, check->restored_seq);
    }
    if (check->has_key) {
        (void)fprintf(out, zh ? "公钥：%s\n" : "public key: %s\n", hash_hex(check->key, true, hex));
    }
    if (check->n_heads_unknown > 0) {
        (void)fprintf(out,
                      zh ? "其中 %" PRId64 " 个签名所用的公钥不在这一段里，请用 --key 给出\n"
                         : "%" PRId64 " of them are by keys that this part does not introduce: "
                           "give the key with --key\n",
                      check->n_heads_unknown);
    }
    if (check->n_unvouched > 0) {
        (void)fprintf(out,
                      zh ? "注意：有 %" PRId64 " 次换了密钥而旧密钥没有为新密钥签名，请向登记机构"
                           "问明原因\n"
                         : "note: %" PRId64 " change(s) of key for which the key before does not "
                           "vouch: ask the registry why\n",
                      check->n_unvouched);
    }
}

bool th_report_text(const struct th_check *check, const struct th_report_options *options,
                    FILE *out)
{
    const struct th_holder **list = NULL;
    bool zh = options->chinese;
    char hex[HEX_SIZE];
    if (!sorted(&check->books, &list)) {
        return false;
    }
    if (check->faults.n == 0) {
        (void)fputs(
            zh ? "日志成立：没有发现问题。\n" : "The journal holds: no faults were found.\n", out);
    } else {
        (void)fprintf(out,
                      zh ? "日志不成立：发现 %" PRId64 " 处问题。\n"
                         : "The journal does not hold: %" PRId64 " fault(s).\n",
                      check->faults.n);
    }
    text_faults(check, options, out);
    (void)fputs(zh ? "登记簿：" : "registry: ", out);
    th_report_clean(check->name ? check->name : "", out);
    (void)fprintf(out, "  %s\n", check->registry_id);
    (void)fprintf(out,
                  zh ? "记录：%" PRId64 " 条（第 %" PRId64 " 条至第 %" PRId64 " 条），过账 %" PRId64
                       " 笔\n"
                     : "entries: %" PRId64 " (%" PRId64 " to %" PRId64 "), posts: %" PRId64 "\n",
                  check->n_entries, check->first_seq, check->seq, check->books.n_posts);
    (void)fprintf(out, zh ? "末条摘要：%s\n" : "head: %s\n",
                  hash_hex(check->hash, check->has_hash, hex));
    if (check->partial) {
        (void)fputs(zh ? "只是日志的一段：单位和金额无从核对余额\n"
                       : "a part of a journal: balances of units and money cannot be checked\n",
                    out);
    }
    text_heads(check, zh, out);
    text_others(&check->books, zh, out);
    text_parties(check, list, zh, out);
    free(list);
    return true;
}
