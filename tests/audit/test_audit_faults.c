// Journals that are right are found so, and each way of being wrong is told.
#include <stdio.h>
#include <stdlib.h>

#include "tests/audit/verdict.h"
#include "tests/support/support.h"

// Package 1 of party 1: issuance 1, serials 1 … 100, of which the last 10 are buffer.
static void issue(struct test_journal *journal)
{
    test_journal_package(journal, 1, 1, 100500);
    journal->login = "officer";
    test_journal_entry(
        journal, "package.issue", "package:1",
        "{'buffer_t':10,'debt_kg':0,'debts':[],'issued_t':100,'net_kg':100500,'opening_kg':0,"
        "'package_id':1,'posts':[{'first':1,'issuance':1,'last':100,'post':'units','to':{"
        "'owner':1,'state':'held'}},{'first':91,'from':{'owner':1,'state':'held'},'issuance':1,"
        "'last':100,'post':'units','to':{'owner':1,'state':'buffer'}}],'rest_kg':500,'villages':"
        "[{'mass_kg':100000,'village':'330523205201'}],'vintages':[{'buffer_t':10,"
        "'carried_in_kg':0,'carried_kg':500,'issuance_id':1,'issued_t':100,'net_kg':100500,"
        "'prefix':'CN-330523-BAM-2021-000001','vintage':2021}]}");
}

// Trade 1: 30 t of party 1 for party 2 at 1,000.00, proposed by wang.
static void propose(struct test_journal *journal)
{
    journal->login = "wang";
    test_journal_entry(
        journal, "trade.propose", "trade:1",
        "{'posts':[{'amount_fen':100000,'buyer_id':2,'kind':'purchase','post':'trade',"
        "'proposed_by':'wang','state':'proposed','tonnes':30,'trade_id':1},{'amount_fen':100000,"
        "'ordinal':1,'package_id':1,'post':'trade_line','seller_id':1,'tonnes':30,'trade_id':1},"
        "{'lock_id':1,'placed_t':30,'post':"
        "'unit_lock','trade_id':1},{'first':1,'from':{'owner':1,'state':'held'},'issuance':1,"
        "'last':30,'post':'units','to':{'lock':1,'owner':1,'state':'locked'},'trade':1}],"
        "'trade_id':1}");
}

#define APPROVED_BY(login)                                                                         \
    "{'decided_by':'" login "','decided_on':'2021-12-28','post':'trade_decision',"                 \
    "'state':'approved','trade_id':1}"
#define DELIVERED(first, last)                                                                     \
    "{'first':" first ",'from':{'lock':1,'owner':1,'state':'locked'},'issuance':1,'last':" last    \
    ",'post':'units','to':{'owner':2,'state':'held'},'trade':1}"
#define MONEY(party, account, amount)                                                              \
    "{'account':'" account "','amount_fen':" amount ",'memo':'money.purchase','on':'2021-12-28',"  \
    "'party':" party ",'post':'money','trade':1}"
#define RECEIVED(party, account, amount)                                                           \
    "{'account':'" account "','amount_fen':" amount ",'memo':'money.receipt','on':'2021-12-28',"   \
    "'party':" party ",'post':'money','trade':1}"
#define RECEIPT(id, amount)                                                                        \
    "{'amount_fen':" amount ",'login':'wang','on_date':'2021-12-28','post':'receipt',"             \
    "'receipt_id':" id ",'trade_id':1}"

// And a row that is counted.
#define POSTED                                                                                     \
    "{'lock_id':1,'post':'lock_move','posted_t':30},{'code':'330523205201','name':'V','post':"     \
    "'village'}"

static void approve(struct test_journal *journal)
{
    journal->login = "li";
    test_journal_entry(journal, "trade.approve", "trade:1",
                       "{'posts':[" APPROVED_BY("li") "," DELIVERED("1", "30") "," MONEY(
                           "1", "claim", "100000") "," MONEY("2", "claim", "-100000") "," POSTED
                                                                                      "]}");
}

static void receive(struct test_journal *journal)
{
    journal->login = "wang";
    test_journal_entry(journal, "receipt.confirm", "trade:1",
                       "{'posts':[%s,%s,%s,%s,%s],'receipt_id':1,'trade_id':1}",
                       RECEIVED("1", "claim", "-40000"), RECEIVED("2", "claim", "40000"),
                       RECEIVED("1", "cash", "40000"), RECEIVED("2", "cash", "-40000"),
                       RECEIPT("1", "40000"));
}

static void until_approved(struct test_journal *journal)
{
    test_journal_begin(journal);
    test_journal_key(journal, 1, false);
    issue(journal);   // behind the people and the key: 3 … 6
    propose(journal); // 7
    test_journal_head(journal);
    approve(journal); // 8
}

static void whole(struct test_journal *journal)
{
    until_approved(journal);
    receive(journal); // 9
    test_journal_key(journal, 2, true);
    test_journal_head(journal); // of 10
    test_journal_end(journal);
}

// One kind of posts is counted and not judged.
static void assert_only_counted(const struct th_books *books, const char *name)
{
    const struct th_kind *kinds = books->kinds_rules.items;
    size_t n = 0;
    for (size_t i = 0; i < books->kinds_rules.n; i++) {
        if (!th_kind_is_judged(&kinds[i])) {
            assert_string_equal(books->kinds.texts[i], name);
            n++;
        }
    }
    assert_int_equal(n, 1);
}

static void audit__a_whole_journal_is_good_and_its_totals_are_told(void **state)
{
    struct test_journal journal;
    (void)state;
    whole(&journal);
    struct th_check *check = test_audit_with(journal.out.data, journal.out.size, NULL);
    if (check->faults.n != 0) {
        test_tell(check);
    }
    assert_int_equal(check->faults.n, 0);
    assert_int_equal(check->n_entries, TEST_PEOPLE + 10);
    assert_int_equal(check->n_heads, 2);
    assert_int_equal(check->n_heads_held, 2);
    assert_int_equal(check->n_keys, 2);
    assert_int_equal(check->n_unvouched, 0);
    assert_memory_equal(check->hash, journal.hash.bytes, TH_HASH_SIZE);
    assert_int_equal(check->books.issued_t, 100);
    assert_int_equal(check->books.holder_ids.n, TEST_PARTIES);
    const struct th_holder *seller = &check->books.holders[0];
    const struct th_holder *buyer = &check->books.holders[1];
    assert_int_equal(seller->id, 1);
    assert_int_equal(seller->units_t[TH_UNIT_HELD], 60);
    assert_int_equal(seller->units_t[TH_UNIT_BUFFER], 10);
    assert_int_equal(seller->money_fen[TH_ACCOUNT_CLAIM], 60000);
    assert_int_equal(seller->money_fen[TH_ACCOUNT_CASH], 40000);
    assert_int_equal(buyer->units_t[TH_UNIT_HELD], 30);
    assert_int_equal(buyer->money_fen[TH_ACCOUNT_CLAIM], -60000);
    assert_int_equal(buyer->money_fen[TH_ACCOUNT_CASH], -40000);
    assert_only_counted(&check->books, "village");
    test_let_go(check);
    test_journal_clear(&journal);
}

// The next value of a byte to try, after `flip`: all eight single bits and what means something in
// JSON; all 255 where TANHUI_TEST_ROUNDS asks for more than usual, one where it asks for less.
static unsigned next_flip(unsigned flip, unsigned char right)
{
    static const unsigned char OTHERS[] = {0, '"', '\\', '\n', '{', ' ', 0xFF};
    if (th_test_rounds(100) != 100) {
        return th_test_rounds(100) > 100 ? flip + 1 : 256;
    }
    for (unsigned next = flip + 1; next < 256; next++) {
        if ((next & (next - 1)) == 0 || memchr(OTHERS, (int)(next ^ right), sizeof(OTHERS))) {
            return next;
        }
    }
    return 256;
}

// No byte of an export can be another one.
static void audit__every_byte_changed_in_turn_is_found(void **state)
{
    struct test_journal journal;
    (void)state;
    test_journal_begin_alone(&journal);
    test_journal_key(&journal, 1, false);
    test_journal_user(&journal, "王-2", "clerk");
    journal.login = "王-2";
    test_journal_entry(
        &journal, "note.add", "note:1",
        "{'a\\n':[],'posts':[{'first':1,'issuance':1,'last':9,'post':'units','to':{"
        "'owner':1,'state':'held'}}],'text':'竹 \\\\ \\\"x\\\" \\u001F/','z':[-1,0,true,"
        "null,{}]}");
    test_journal_head(&journal);
    test_journal_end(&journal);
    struct th_check *check = test_audit_with(journal.out.data, journal.out.size, NULL);
    // Units are made outside an issue, of somebody who was never added: the rest is sound.
    assert_int_equal(check->faults.n, 2);
    assert_true(test_has(check, TH_FAULT_UNITS_ISSUE, 4));
    test_let_go(check);
    for (size_t i = 0; i < journal.out.size; i++) {
        unsigned char *byte = (unsigned char *)&journal.out.data[i];
        unsigned char right = *byte;
        unsigned first = th_test_rounds(100) < 100 ? 1U << i % 8 : 1;
        for (unsigned flip = first; flip < 256; flip = next_flip(flip, right)) {
            *byte = (unsigned char)(right ^ flip);
            check = test_audit_with(journal.out.data, journal.out.size, NULL);
            // The fault that is there anyway does not count.
            if (check->faults.n <= test_has(check, TH_FAULT_UNITS_ISSUE, 4) && !check->not_ours) {
                fail_msg("byte %zu, %02x in place of %02x, is not found", i, *byte, right);
            }
            test_let_go(check);
        }
        *byte = right;
    }
    test_journal_clear(&journal);
}

// Which lines there are; those that add people count with the one before them.
struct line {
    const char *at;
    size_t size; // with the line feed
};
static size_t lines_of(const struct test_journal *journal, struct line *lines, size_t room)
{
    size_t n = 0;
    const char *end = journal->out.data + journal->out.size;
    for (const char *at = journal->out.data; at < end && n < room; n++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        assert_non_null(stop);
        lines[n] = (struct line){.at = at, .size = (size_t)(stop - at) + 1};
        at = stop + 1;
        if (n == 1) {
            for (int i = 0; i < TEST_PEOPLE; i++) {
                stop = memchr(at, '\n', (size_t)(end - at));
                assert_non_null(stop);
                at = stop + 1;
            }
            lines[n].size = (size_t)(at - lines[n].at);
        }
    }
    return n;
}

// The lines in the order of `order` (-1: the end of the list).
static struct th_check *audit_lines(const struct line *lines, const int *order)
{
    struct th_buf text;
    th_buf_init(&text, 1 << 20);
    for (; *order >= 0; order++) {
        th_buf_append(&text, lines[*order].at, lines[*order].size);
    }
    struct th_check *check = test_audit_with(text.data, text.size, NULL);
    th_buf_clear(&text);
    return check;
}

static void audit__lines_cut_swapped_doubled_or_left_out_are_found(void **state)
{
    enum {
        N_LINES = 14,
        FORMAT = 0,
        KEY = 2,
        ISSUE = 6,
        PROPOSE,
        HEAD,
        APPROVE,
        RECEIVE,
        END = 13
    };
    static const struct {
        int order[N_LINES + 2];
        enum th_fault_code code;
    } CASES[] = {
        {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, -1}, TH_FAULT_END_MISSING},
        {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -1}, TH_FAULT_END_MISSING},
        {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, -1}, TH_FAULT_END_DIFFERS},
        {{0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, -1}, TH_FAULT_END_DIFFERS}, // a head
        {{0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 11, 12, 13, -1}, TH_FAULT_SEQUENCE},
        {{0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, -1}, TH_FAULT_CHAIN},
        {{0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9, 10, 11, 12, 13, -1}, TH_FAULT_SEQUENCE},
        {{0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 13, -1}, TH_FAULT_HEAD_AGAIN},
        {{0, 1, 2, 3, 4, 5, 6, 7, 9, 8, 10, 11, 12, 13, -1}, TH_FAULT_HEAD_PLACE},
        {{0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, -1}, TH_FAULT_SEQUENCE},
        {{0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, -1}, TH_FAULT_LINE_FIRST},
        {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 13, -1}, TH_FAULT_END_FOLLOWED},
    };
    struct test_journal journal;
    struct line lines[N_LINES + 1];
    (void)state;
    whole(&journal);
    assert_int_equal(lines_of(&journal, lines, N_LINES + 1), N_LINES);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_check *check = audit_lines(lines, CASES[i].order);
        if (!test_has(check, CASES[i].code, -1)) {
            test_tell(check);
            fail_msg("case %zu: %s is not told", i, th_fault_name(CASES[i].code));
        }
        test_let_go(check);
    }
    // A line that is cut in its middle, and a file that does not end in a line feed.
    struct th_check *check = test_audit_with(journal.out.data, journal.out.size - 20, NULL);
    assert_true(test_has(check, TH_FAULT_LINE_FORM, -1) && test_has(check, TH_FAULT_LINE_END, -1));
    test_let_go(check);
    check = test_audit_with(journal.out.data, journal.out.size - 1, NULL);
    assert_true(test_has(check, TH_FAULT_LINE_END, -1));
    test_let_go(check);
    test_journal_clear(&journal);
}

// Whoever changes an amount can make all digests behind it anew, but not what was noted or signed.
static void audit__a_journal_written_anew_has_another_head(void **state)
{
    struct test_journal first;
    struct test_journal second;
    struct th_check_options options = {.has_head = true};
    (void)state;
    whole(&first);
    memcpy(options.head, first.hash.bytes, TH_HASH_SIZE);
    until_approved(&second);
    test_journal_end(&second);
    test_expect_good(&second);
    test_expect_fault_with(&second, TH_FAULT_HEAD_EXPECTED, 0, &options);
    struct th_check *check = test_audit_with(first.out.data, first.out.size, &options);
    assert_int_equal(check->faults.n, 0);
    test_let_go(check);
    test_journal_clear(&first);
    test_journal_clear(&second);
}

// One entry behind an approved trade or behind the issue, and the fault that it is.
struct one_more {
    const char *name;
    bool proposed; // behind the proposal; else behind the issue
    bool approved; // behind the approval
    const char *login;
    const char *kind;
    const char *body;
    enum th_fault_code code;
};

static void check_one_more(const struct one_more *more)
{
    struct test_journal journal;
    if (more->approved) {
        until_approved(&journal);
    } else {
        test_journal_begin(&journal);
        test_journal_key(&journal, 1, false);
        issue(&journal);
        if (more->proposed) {
            propose(&journal);
        }
    }
    journal.login = more->login;
    test_journal_entry(&journal, more->kind, "trade:1", "%s", more->body);
    test_journal_end(&journal);
    print_message("%s\n", more->name);
    test_expect_fault(&journal, more->code, journal.seq);
    test_journal_clear(&journal);
}

#define UNITS(first, last, from, to)                                                               \
    "{'posts':[{'first':" first ",'from':{" from "},'issuance':1,'last':" last                     \
    ",'post':'units','to':{" to "}}]}"
#define HELD(owner) "'owner':" owner ",'state':'held'"

static void audit__units_that_do_not_stand_where_they_are_taken_from_are_told(void **state)
{
    static const struct one_more CASES[] = {
        {"another owner's", false, false, "x", "k",
         UNITS("1", "5", HELD("2"), "'lock':9,'owner':2,'state':'locked'"),
         TH_FAULT_UNITS_ELSEWHERE},
        {"one serial too many", false, false, "x", "k",
         UNITS("80", "91", HELD("1"), "'lock':9,'owner':1,'state':'locked'"),
         TH_FAULT_UNITS_ELSEWHERE},
        {"never issued", false, false, "x", "k",
         UNITS("101", "101", HELD("1"), "'lock':9,'owner':1,'state':'locked'"),
         TH_FAULT_UNITS_ELSEWHERE},
        {"locked already", true, false, "x", "k",
         UNITS("30", "31", HELD("1"), "'lock':9,'owner':1,'state':'locked'"),
         TH_FAULT_UNITS_ELSEWHERE},
        {"of another lock", true, false, "x", "k",
         UNITS("1", "30", "'lock':2,'owner':1,'state':'locked'", HELD("1")),
         TH_FAULT_UNITS_ELSEWHERE},
        {"sold already", false, true, "x", "k",
         UNITS("30", "31", HELD("1"), "'lock':9,'owner':1,'state':'locked'"),
         TH_FAULT_UNITS_ELSEWHERE},
        {"of another pool", false, true, "x", "k",
         UNITS("1", "2", "'owner':2,'pool':7,'state':'held'",
               "'lock':9,'owner':2,'pool':7,'state':'locked'"),
         TH_FAULT_UNITS_ELSEWHERE},
        {"locked without a lock", false, false, "x", "k",
         UNITS("1", "5", HELD("1"), "'owner':1,'state':'locked'"), TH_FAULT_POST_FORM},
        {"a lock on what is held", false, false, "x", "k",
         UNITS("1", "5", HELD("1"), "'lock':2,'owner':1,'state':'held'"), TH_FAULT_POST_FORM},
        {"an unknown state", false, false, "x", "k",
         UNITS("1", "5", HELD("1"), "'owner':1,'state':'gone'"), TH_FAULT_POST_FORM},
        {"an unknown member", false, false, "x", "k",
         UNITS("1", "5", HELD("1"), "'owner':1,'shade':1,'state':'buffer'"), TH_FAULT_POST_FORM},
        {"first behind last", false, false, "x", "k",
         UNITS("5", "1", HELD("1"), "'owner':1,'state':'buffer'"), TH_FAULT_POST_FORM},
        {"a text for a number", false, false, "x", "k",
         UNITS("'1'", "5", HELD("1"), "'owner':1,'state':'buffer'"), TH_FAULT_POST_FORM},
        {"posts that are no list", false, false, "x", "k", "{'posts':{}}", TH_FAULT_POST_FORM},
        {"a post without a kind", false, false, "x", "k", "{'posts':[{}]}", TH_FAULT_POST_FORM},
        {"given away without a trade", false, false, "x", "k",
         UNITS("1", "5", HELD("1"), HELD("2")), TH_FAULT_UNITS_UNAPPROVED},
        {"retired without a trade", false, false, "x", "k",
         UNITS("1", "5", HELD("1"), "'owner':1,'state':'retired'"), TH_FAULT_UNITS_UNAPPROVED},
        {"handed over while only proposed", true, false, "li", "trade.approve",
         "{'posts':[" DELIVERED("1", "30") "]}", TH_FAULT_UNITS_UNAPPROVED},
        {"more than the trade's tonnes", false, true, "li", "trade.more",
         "{'posts':[{'first':31,'from':{'owner':1,'state':'held'},'issuance':1,'last':31,"
         "'post':'units','to':{'owner':2,'state':'held'},'trade':1}]}",
         TH_FAULT_UNITS_TOO_MANY},
        {"buffer under a purchase", false, true, "li", "trade.more",
         "{'posts':[{'first':91,'from':{'owner':1,'state':'buffer'},'issuance':1,'last':91,"
         "'post':'units','to':{'owner':1,'state':'cancelled'},'trade':1}]}",
         TH_FAULT_UNITS_BUFFER},
        {"under a trade that is none", false, false, "x", "k",
         "{'posts':[{'first':1,'from':{'owner':1,'state':'held'},'issuance':1,'last':1,"
         "'post':'units','to':{'owner':2,'state':'held'},'trade':7}]}",
         TH_FAULT_TRADE_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        check_one_more(&CASES[i]);
    }
}

#define ISSUED(package, issuance, first, last, vintages)                                           \
    "{'package_id':" package ",'posts':[{'first':" first ",'issuance':" issuance ",'last':" last   \
    ",'post':'units','to':{'owner':1,'state':'held'}}],'villages':[],'vintages':[" vintages "]}"
#define VINTAGE(issuance, issued, net, prefix)                                                     \
    "{'buffer_t':0,'carried_in_kg':0,'carried_kg':0,'issuance_id':" issuance ",'issued_t':" issued \
    ",'net_kg':" net ",'prefix':'" prefix "','vintage':2021}"

static void audit__issues_that_make_units_of_nothing_are_told(void **state)
{
    static const struct one_more CASES[] = {
        {"twice", false, false, "o2", "package.issue",
         ISSUED("2", "1", "101", "110", VINTAGE("1", "10", "10000", "B")), TH_FAULT_UNITS_AGAIN},
        {"with a gap", false, false, "o2", "package.issue",
         ISSUED("2", "2", "2", "11", VINTAGE("2", "10", "10000", "B")), TH_FAULT_UNITS_GAP},
        {"outside an issue", false, false, "o2", "package.verify",
         ISSUED("2", "2", "1", "10", VINTAGE("2", "10", "10000", "B")), TH_FAULT_UNITS_ISSUE},
        {"without a vintage", false, false, "o2", "package.issue", ISSUED("2", "2", "1", "10", ""),
         TH_FAULT_UNITS_ISSUE},
        {"more than the vintage says", false, false, "o2", "package.issue",
         ISSUED("2", "2", "1", "11", VINTAGE("2", "10", "10000", "B")), TH_FAULT_UNITS_VINTAGE},
        {"more than the kilograms", false, false, "o2", "package.issue",
         ISSUED("2", "2", "1", "10", VINTAGE("2", "10", "9999", "B")), TH_FAULT_UNITS_MASS},
        {"the same serials again", false, false, "o2", "package.issue",
         ISSUED("2", "2", "1", "10", VINTAGE("2", "10", "10000", "CN-330523-BAM-2021-000001")),
         TH_FAULT_UNITS_PREFIX},
        {"the same package again", false, false, "o2", "package.issue",
         ISSUED("1", "2", "1", "10", VINTAGE("2", "10", "10000", "B")), TH_FAULT_PACKAGE_AGAIN},
        {"by its verifier", false, false, "verifier", "package.issue",
         ISSUED("1", "2", "1", "10", VINTAGE("2", "10", "10000", "B")), TH_FAULT_PACKAGE_SELF},
        {"verified by its maker", false, false, "clerk", "package.verify", "{'package_id':1}",
         TH_FAULT_PACKAGE_SELF},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        check_one_more(&CASES[i]);
    }
}

// Reversal 2 of 14,501 kg, which are 15 t: the ten of the buffer, and so many that are owed.
static void reverse(struct test_journal *journal, const char *owed)
{
    test_journal_begin(journal);
    test_journal_key(journal, 1, false);
    issue(journal);
    journal->login = "officer";
    test_journal_entry(
        journal, "trade.propose", "trade:2",
        "{'posts':[{'amount_fen':0,'kind':'reversal','post':'trade','proposed_by':'officer',"
        "'state':'proposed','tonnes':15,'trade_id':2},{'cause':'fire','post':'reversal',"
        "'trade_id':2},{'issuance_id':1,'lost_kg':14501,'post':'reversal_loss','trade_id':2},"
        "{'amount_fen':0,'ordinal':1,'package_id':1,'post':'trade_line','seller_id':1,'tonnes':15,"
        "'trade_id':2}]}");
    journal->login = "li";
    test_journal_entry(
        journal, "trade.approve", "trade:2",
        "{'posts':[{'decided_by':'li','decided_on':'2021-12-28','post':'trade_decision',"
        "'state':'approved','trade_id':2},{'first':91,'from':{'owner':1,'state':'buffer'},"
        "'issuance':1,'last':100,'post':'units','to':{'owner':1,'state':'cancelled'},"
        "'trade':2}%s]}",
        owed);
    test_journal_head(journal);
    test_journal_end(journal);
}

static void audit__a_reversal_is_buffer_and_debt(void **state)
{
    static const struct {
        const char *owed;
        bool right;
    } CASES[] = {{",{'owed_t':5,'party_id':1,'post':'reversal_debt','trade_id':2}", true},
                 {",{'owed_t':4,'party_id':1,'post':'reversal_debt','trade_id':2}", false},
                 {",{'owed_t':6,'party_id':1,'post':'reversal_debt','trade_id':2}", false},
                 {"", false}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        reverse(&journal, CASES[i].owed);
        struct th_check *check = test_audit_with(journal.out.data, journal.out.size, NULL);
        if (CASES[i].right && check->faults.n != 0) {
            test_tell(check);
        }
        assert_int_equal(check->faults.n > 0, !CASES[i].right);
        if (!CASES[i].right) {
            assert_int_equal(check->faults.kept[0].code, TH_FAULT_REVERSAL_SUM);
        }
        test_let_go(check);
        test_journal_clear(&journal);
    }
}

static void audit__deals_by_one_person_and_money_out_of_nothing_are_told(void **state)
{
    static const struct one_more CASES[] = {
        {"approved by its proposer", true, false, "wang", "trade.approve",
         "{'posts':[" APPROVED_BY("wang") "," DELIVERED("1", "30") "]}", TH_FAULT_TRADE_SELF},
        {"approved in another's name", true, false, "wang", "trade.approve",
         "{'posts':[" APPROVED_BY("li") "," DELIVERED("1", "30") "]}", TH_FAULT_POST_LOGIN},
        {"proposed in another's name", false, false, "li", "trade.propose",
         "{'posts':[{'amount_fen':1,'post':'trade','proposed_by':'wang','state':'proposed',"
         "'tonnes':1,'trade_id':2}]}",
         TH_FAULT_POST_LOGIN},
        {"proposed twice", true, false, "wang", "trade.propose",
         "{'posts':[{'amount_fen':1,'post':'trade','proposed_by':'wang','state':'proposed',"
         "'tonnes':1,'trade_id':1}]}",
         TH_FAULT_TRADE_AGAIN},
        {"approved at once", false, false, "wang", "trade.propose",
         "{'posts':[{'amount_fen':1,'post':'trade','proposed_by':'wang','state':'approved',"
         "'tonnes':1,'trade_id':2}]}",
         TH_FAULT_POST_FORM},
        {"decided twice", false, true, "li", "trade.approve", "{'posts':[" APPROVED_BY("li") "]}",
         TH_FAULT_TRADE_DECIDED},
        {"decided without a trade", false, false, "li", "trade.approve",
         "{'posts':[" APPROVED_BY("li") "]}", TH_FAULT_TRADE_UNKNOWN},
        {"a decision without a decider", true, false, "li", "trade.approve",
         "{'posts':[{'post':'trade_decision','state':'approved','trade_id':1}]}",
         TH_FAULT_POST_FORM},
        {"money that does not balance", false, true, "li", "k",
         "{'posts':[" MONEY("1", "claim", "100") "," MONEY("2", "claim", "-99") "]}",
         TH_FAULT_MONEY_BALANCE},
        {"money that balances over two accounts only", false, true, "li", "k",
         "{'posts':[" MONEY("1", "claim", "100") "," MONEY("2", "cash", "-100") "]}",
         TH_FAULT_MONEY_BALANCE},
        {"money beyond 64 bits", false, true, "li", "k",
         "{'posts':[" MONEY("1", "claim", "9223372036854775807") "," MONEY("2", "claim", "1") "]}",
         TH_FAULT_MONEY_RANGE},
        {"a leg of nothing", false, true, "li", "k", "{'posts':[" MONEY("1", "claim", "0") "]}",
         TH_FAULT_POST_FORM},
        {"an account that is none", false, true, "li", "k",
         "{'posts':[" MONEY("1", "gold", "1") "," MONEY("2", "gold", "-1") "]}",
         TH_FAULT_POST_FORM},
        {"more received than agreed", false, true, "wang", "k",
         "{'posts':[" MONEY("1", "cash", "100001") "," MONEY("2", "cash", "-100001") "," RECEIPT(
             "1", "100001") "]}",
         TH_FAULT_RECEIPT_EXCESS},
        {"a receipt without its cash", false, true, "wang", "k",
         "{'posts':[" RECEIPT("1", "100") "]}", TH_FAULT_MONEY_CASH},
        {"a receipt twice", false, true, "wang", "k",
         "{'posts':[" MONEY("1", "cash", "20") "," MONEY("2", "cash", "-20") "," RECEIPT(
             "1", "10") "," RECEIPT("1", "10") "]}",
         TH_FAULT_RECEIPT_AGAIN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        check_one_more(&CASES[i]);
    }
}

// Trade 1 is of 1,000.00.
static void audit__one_person_suffices_where_the_county_said_so(void **state)
{
    static const struct {
        const char *value;
        const char *since;
        int named; // rule that the decision names
        bool good;
    } CASES[] = {{"1000", "2021-12-28", 7, true},     {"1000.00", "2021-01-01", 7, true},
                 {"999.99", "2021-12-28", 7, false},  {"999.999", "2021-12-28", 7, false},
                 {"1000", "2021-12-29", 7, false},    {"1000", "2021-12-28", 8, false},
                 {"1e9", "2021-12-28", 7, false},     {"", "2021-12-28", 7, false},
                 {"10000000", "2021-12-28", 7, true}, {"-5", "2021-12-28", 7, false}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        test_journal_key(&journal, 1, false);
        journal.login = "officer-2";
        test_journal_entry(&journal, "rule.set", "rule:7",
                           "{'name':'deal_alone_cny','rule_id':7,'since':'%s','value':'%s'}",
                           CASES[i].since, CASES[i].value);
        issue(&journal);
        propose(&journal);
        test_journal_entry(&journal, "trade.approve", "trade:1",
                           "{'posts':[{'alone_rule_id':%d,'decided_by':'wang','decided_on':"
                           "'2021-12-28','post':'trade_decision','state':'approved',"
                           "'trade_id':1}," DELIVERED("1", "30") "," MONEY(
                               "1", "claim", "100000") "," MONEY("2", "claim", "-100000") "]}",
                           CASES[i].named);
        test_journal_end(&journal);
        if (CASES[i].good) {
            test_expect_good(&journal);
        } else {
            test_expect_fault(&journal, TH_FAULT_TRADE_SELF, journal.seq);
        }
        test_journal_clear(&journal);
    }
}

static void audit__time_does_not_run_backwards(void **state)
{
    struct test_journal journal;
    (void)state;
    test_journal_begin(&journal);
    journal.at_utc -= 61;
    test_journal_entry(&journal, "a.b", "x", "{}");
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_TIME, TEST_PEOPLE + 2);
    test_journal_clear(&journal);
}

static void audit__heads_signed_by_others_are_told(void **state)
{
    struct test_journal journal;
    unsigned char forged = 7;
    (void)state;
    // Before there is a key.
    test_journal_begin(&journal);
    memset(journal.seed, forged, sizeof(journal.seed));
    test_journal_head(&journal);
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_HEAD_KEY, TEST_PEOPLE + 1);
    test_journal_clear(&journal);
    // Another key, and the right key's name on another's signature.
    test_journal_begin(&journal);
    test_journal_key(&journal, 1, false);
    memset(journal.seed, forged, sizeof(journal.seed));
    test_journal_head(&journal);
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_HEAD_SIGNATURE, TEST_PEOPLE + 2);
    test_journal_clear(&journal);
    // A key that was given up.
    test_journal_begin(&journal);
    test_journal_key(&journal, 1, false);
    struct test_journal before = journal;
    test_journal_key(&journal, 2, true);
    memcpy(journal.seed, before.seed, sizeof(journal.seed));
    memcpy(journal.public_key, before.public_key, sizeof(journal.public_key));
    test_journal_head(&journal);
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_HEAD_KEY, TEST_PEOPLE + 3);
    test_journal_clear(&journal);
    // Another day than the entry's: signed, but not true.
    test_journal_begin(&journal);
    test_journal_key(&journal, 1, false);
    journal.entry_at_utc += 86400;
    test_journal_head(&journal);
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_HEAD_DAY, TEST_PEOPLE + 2);
    test_journal_clear(&journal);
}

static void audit__a_day_ends_at_midnight_in_shanghai(void **state)
{
    static const int64_t LAST_SECOND = 1640707199; // 2021-12-28T15:59:59Z, 23:59:59 there
    struct test_journal journal;
    (void)state;
    for (int64_t after = 0; after < 2; after++) {
        test_journal_begin(&journal);
        test_journal_key(&journal, 1, false);
        journal.at_utc = LAST_SECOND + after;
        test_journal_entry(&journal, "a.b", "x", "{}");
        test_journal_head(&journal);
        test_journal_end(&journal);
        test_expect_good(&journal);
        assert_non_null(strstr(journal.out.data,
                               after == 0 ? "\"day\":\"2021-12-28\"" : "\"day\":\"2021-12-29\""));
        test_journal_clear(&journal);
    }
}

static void audit__a_key_that_is_known_must_have_been_followed_by_its_word(void **state)
{
    struct test_journal journal;
    struct th_check_options options = {.has_key = true};
    (void)state;
    test_journal_begin(&journal);
    test_journal_key(&journal, 1, false);
    memcpy(options.key, journal.public_key, sizeof(options.key));
    test_journal_key(&journal, 2, true);
    test_journal_head(&journal);
    size_t good = journal.out.size;
    test_journal_end(&journal);
    struct th_check *check = test_audit_with(journal.out.data, journal.out.size, &options);
    assert_int_equal(check->faults.n, 0);
    assert_int_equal(check->signed_seq, journal.seq);
    test_let_go(check);
    journal.out.size = good;
    test_journal_key(&journal, 3, false);
    test_journal_end(&journal);
    // A key may be lost: without --key it is told, but no fault.
    check = test_audit_with(journal.out.data, journal.out.size, NULL);
    assert_int_equal(check->faults.n, 0);
    assert_int_equal(check->n_unvouched, 1);
    test_let_go(check);
    test_expect_fault_with(&journal, TH_FAULT_KEY_UNVOUCHED, TEST_PEOPLE + 4, &options);
    options.key[0] ^= 1;
    test_expect_fault_with(&journal, TH_FAULT_KEY_EXPECTED, 0, &options);
    test_journal_clear(&journal);
}

static void audit__entries_of_keys_that_are_wrong_are_told(void **state)
{
    static const struct one_more CASES[] = {
        {"no key", false, false, "admin", "registry.key", "{}", TH_FAULT_KEY_FORM},
        {"half a key", false, false, "admin", "registry.key", "{'public_key':'00'}",
         TH_FAULT_KEY_FORM},
        {"the key before is not named", false, false, "admin", "registry.key",
         "{'public_key':'0000000000000000000000000000000000000000000000000000000000000000'}",
         TH_FAULT_KEY_PREVIOUS},
        {"another key is named", false, false, "admin", "registry.key",
         "{'previous_key':'0000000000000000000000000000000000000000000000000000000000000000',"
         "'public_key':'0000000000000000000000000000000000000000000000000000000000000000'}",
         TH_FAULT_KEY_PREVIOUS},
    };
    struct test_journal journal;
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        check_one_more(&CASES[i]);
    }
    // Vouched for by somebody else.
    test_journal_begin(&journal);
    test_journal_key(&journal, 1, false);
    memset(journal.seed, 9, sizeof(journal.seed));
    test_journal_key(&journal, 2, true);
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_KEY_VOUCH, TEST_PEOPLE + 3);
    test_journal_clear(&journal);
}

static void audit__a_part_is_taken_only_where_it_is_expected(void **state)
{
    enum { N_LINES = 14 };
    static const int ORDER[] = {0, 7, 8, 9, 10, 11, 12, 13, -1};
    struct test_journal journal;
    struct line lines[N_LINES];
    struct th_buf text;
    struct th_check_options options = {.part = true};
    (void)state;
    whole(&journal);
    assert_int_equal(lines_of(&journal, lines, N_LINES), N_LINES);
    struct th_check *check = audit_lines(lines, ORDER);
    assert_true(test_has(check, TH_FAULT_SEQUENCE, TEST_PEOPLE + 7));
    test_let_go(check);
    th_buf_init(&text, 1 << 20);
    for (const int *at = ORDER; *at >= 0; at++) {
        // The end counts the heads of the part, of which both are there.
        th_buf_append(&text, lines[*at].at, lines[*at].size);
    }
    check = test_audit_with(text.data, text.size, &options);
    if (check->faults.n != 0) {
        test_tell(check);
    }
    assert_int_equal(check->faults.n, 0);
    assert_true(check->partial);
    assert_int_equal(check->n_heads_unknown, 1);
    assert_int_equal(check->n_heads_held, 1);
    test_let_go(check);
    th_buf_clear(&text);
    test_journal_clear(&journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__a_whole_journal_is_good_and_its_totals_are_told),
        cmocka_unit_test(audit__every_byte_changed_in_turn_is_found),
        cmocka_unit_test(audit__lines_cut_swapped_doubled_or_left_out_are_found),
        cmocka_unit_test(audit__a_journal_written_anew_has_another_head),
        cmocka_unit_test(audit__units_that_do_not_stand_where_they_are_taken_from_are_told),
        cmocka_unit_test(audit__issues_that_make_units_of_nothing_are_told),
        cmocka_unit_test(audit__a_reversal_is_buffer_and_debt),
        cmocka_unit_test(audit__deals_by_one_person_and_money_out_of_nothing_are_told),
        cmocka_unit_test(audit__one_person_suffices_where_the_county_said_so),
        cmocka_unit_test(audit__time_does_not_run_backwards),
        cmocka_unit_test(audit__heads_signed_by_others_are_told),
        cmocka_unit_test(audit__a_day_ends_at_midnight_in_shanghai),
        cmocka_unit_test(audit__a_key_that_is_known_must_have_been_followed_by_its_word),
        cmocka_unit_test(audit__entries_of_keys_that_are_wrong_are_told),
        cmocka_unit_test(audit__a_part_is_taken_only_where_it_is_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
