// Journals that fit in themselves, by people who hold the file and know the format: forged history,
// units from nothing, persons who are none, money to the wrong ones. Each must be told.
#include <stdio.h>
#include <stdlib.h>

#include "tests/audit/verdict.h"
#include "tests/support/support.h"

static const int64_t DAY_S = 86400;

static void note(struct test_journal *journal)
{
    journal->login = "clerk";
    test_journal_entry(journal, "note.add", "note:1", "{}");
}

static void trust(const struct test_journal *journal, struct th_check_options *options)
{
    *options = (struct th_check_options){.has_key = true};
    memcpy(options->key, journal->public_key, sizeof(options->key));
}

static struct th_check *audit(const struct test_journal *journal,
                              const struct th_check_options *options)
{
    return test_audit_with(journal->out.data, journal->out.size, options);
}

// Whoever rewrites everything can repeat the published key, but not sign.
static void audit__a_key_that_signed_nothing_vouches_for_nothing(void **state)
{
    struct test_journal journal;
    struct th_check_options options;
    (void)state;
    test_journal_begin(&journal);
    test_journal_key(&journal, 1, false);
    note(&journal);
    trust(&journal, &options);
    test_journal_end(&journal);
    test_expect_good(&journal); // it fits in itself
    test_expect_fault_with(&journal, TH_FAULT_KEY_UNSIGNED, 0, &options);
    test_journal_clear(&journal);
}

// Days are written as letters: "s" ends with a head, "u" without one; the last day is still going.
static void days(struct test_journal *journal, const char *letters)
{
    test_journal_begin(journal);
    test_journal_key(journal, 1, false);
    for (const char *day = letters; *day != '\0'; day++) {
        note(journal);
        if (*day == 's') {
            test_journal_head(journal);
        }
        journal->at_utc += DAY_S;
    }
    test_journal_end(journal);
}

static void audit__every_day_that_ended_has_its_head_where_a_key_is_trusted(void **state)
{
    static const struct {
        const char *days;
        enum th_fault_code code; // TH_FAULT_CODES: none
        int signed_days;
    } CASES[] = {
        {"sss", TH_FAULT_CODES, 3},         {"ssu", TH_FAULT_CODES, 2},
        {"sus", TH_FAULT_DAYS_UNSIGNED, 3}, {"uus", TH_FAULT_DAYS_UNSIGNED, 3},
        {"suu", TH_FAULT_TAIL_UNSIGNED, 1}, {"suuuu", TH_FAULT_TAIL_UNSIGNED, 1},
        {"uuu", TH_FAULT_KEY_UNSIGNED, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        struct th_check_options options;
        days(&journal, CASES[i].days);
        trust(&journal, &options);
        struct th_check *check = audit(&journal, &options);
        print_message("%s\n", CASES[i].days);
        assert_int_equal(check->faults.n, CASES[i].code != TH_FAULT_CODES);
        if (CASES[i].code != TH_FAULT_CODES) {
            assert_true(test_has(check, CASES[i].code, -1));
        }
        int64_t signed_seq = CASES[i].signed_days > 0 ? TEST_PEOPLE + 2 + CASES[i].signed_days : 0;
        assert_int_equal(check->signed_seq, signed_seq);
        test_let_go(check);
        test_expect_good(&journal); // without a key it is told, but no fault
        test_journal_clear(&journal);
    }
}

// A key that somebody put in force without the word of the trusted one signs for nobody.
static void audit__heads_by_a_key_of_nobody_do_not_count(void **state)
{
    struct test_journal journal;
    struct th_check_options options;
    (void)state;
    test_journal_begin(&journal);
    test_journal_key(&journal, 1, false);
    trust(&journal, &options);
    test_journal_key(&journal, 2, false);
    test_journal_head(&journal);
    test_journal_end(&journal);
    struct th_check *check = audit(&journal, &options);
    assert_true(test_has(check, TH_FAULT_KEY_UNVOUCHED, -1));
    assert_true(test_has(check, TH_FAULT_KEY_UNSIGNED, 0));
    test_let_go(check);
    test_journal_clear(&journal);
}

static void audit__a_registry_that_was_put_back_is_told(void **state)
{
    struct test_journal journal;
    (void)state;
    test_journal_begin(&journal);
    journal.login = "admin";
    test_journal_entry(&journal, "registry.restored", "registry", "{'reason':'disk'}");
    test_journal_end(&journal);
    struct th_check *check = audit(&journal, NULL);
    assert_int_equal(check->faults.n, 0);
    assert_int_equal(check->n_restored, 1);
    assert_int_equal(check->restored_seq, journal.seq);
    test_let_go(check);
    test_journal_clear(&journal);
}

#define CREATE "package.create", "{'holder_id':1,'package_id':1}"
#define SUBMIT "package.submit", "{'package_id':1}"
#define VERIFY "package.verify", "{'decision':'approve','net_kg':10000,'package_id':1}"
#define RETURN "package.verify", "{'decision':'return','net_kg':10000,'package_id':1}"
#define ISSUE_TO(owner, kg)                                                                        \
    "package.issue",                                                                               \
        "{'package_id':1,'posts':[{'first':1,'issuance':1,'last':10,'post':'units','to':{'owner"   \
        "':" owner ",'state':'held'}}],'villages':[],'vintages':[{'buffer_t':0,'carried_in_kg':0," \
        "'carried_kg':0,'issuance_id':1,'issued_t':10,'net_kg':" kg ",'prefix':'A'}]}"
#define ISSUE ISSUE_TO("1", "10000")

enum { STEPS_MAX = 6 };

struct step {
    const char *login;
    const char *kind;
    const char *body;
};

static const struct {
    const char *name;
    struct step steps[STEPS_MAX];
    enum th_fault_code code; // of the last step; TH_FAULT_CODES: none
} PACKAGES[] = {
    {"all steps",
     {{"clerk", CREATE}, {"clerk", SUBMIT}, {"verifier", VERIFY}, {"officer", ISSUE}},
     TH_FAULT_CODES},
    {"returned and submitted again",
     {{"clerk", CREATE},
      {"clerk", SUBMIT},
      {"verifier", RETURN},
      {"clerk", SUBMIT},
      {"verifier", VERIFY},
      {"officer", ISSUE}},
     TH_FAULT_CODES},
    {"a package that never was", {{"officer", ISSUE}}, TH_FAULT_PACKAGE_STEP},
    {"not verified",
     {{"clerk", CREATE}, {"clerk", SUBMIT}, {"officer", ISSUE}},
     TH_FAULT_PACKAGE_STEP},
    {"returned",
     {{"clerk", CREATE}, {"clerk", SUBMIT}, {"verifier", RETURN}, {"officer", ISSUE}},
     TH_FAULT_PACKAGE_STEP},
    {"verified without being submitted",
     {{"clerk", CREATE}, {"verifier", VERIFY}},
     TH_FAULT_PACKAGE_STEP},
    {"withdrawn",
     {{"clerk", CREATE},
      {"clerk", SUBMIT},
      {"clerk", "package.withdraw", "{'package_id':1}"},
      {"verifier", VERIFY}},
     TH_FAULT_PACKAGE_STEP},
    {"made twice", {{"clerk", CREATE}, {"clerk", CREATE}}, TH_FAULT_PACKAGE_STEP},
    {"of no package", {{"clerk", "package.create", "{}"}}, TH_FAULT_POST_FORM},
    {"verified without a decision",
     {{"clerk", CREATE}, {"clerk", SUBMIT}, {"verifier", "package.verify", "{'package_id':1}"}},
     TH_FAULT_POST_FORM},
    {"to somebody else",
     {{"clerk", CREATE},
      {"clerk", SUBMIT},
      {"verifier", VERIFY},
      {"officer", ISSUE_TO("2", "10000")}},
     TH_FAULT_PACKAGE_HOLDER},
    {"more than was verified",
     {{"clerk", CREATE},
      {"clerk", SUBMIT},
      {"verifier", "package.verify", "{'decision':'approve','net_kg':9999,'package_id':1}"},
      {"officer", ISSUE}},
     TH_FAULT_PACKAGE_MASS},
    {"verified by a clerk",
     {{"clerk", CREATE}, {"clerk", SUBMIT}, {"other", VERIFY}},
     TH_FAULT_LOGIN_ROLE},
    {"issued by a bank",
     {{"clerk", CREATE}, {"clerk", SUBMIT}, {"verifier", VERIFY}, {"li", ISSUE}},
     TH_FAULT_LOGIN_ROLE},
    {"issued by nobody",
     {{"clerk", CREATE}, {"clerk", SUBMIT}, {"verifier", VERIFY}, {"ghost", ISSUE}},
     TH_FAULT_LOGIN_UNKNOWN},
};

static void audit__a_package_is_issued_behind_all_its_steps_or_not_at_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(PACKAGES) / sizeof(PACKAGES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        for (size_t k = 0; k < STEPS_MAX && PACKAGES[i].steps[k].kind; k++) {
            const struct step *step = &PACKAGES[i].steps[k];
            journal.login = step->login;
            test_journal_entry(&journal, step->kind, "package:1", "%s", step->body);
        }
        test_journal_end(&journal);
        print_message("%s\n", PACKAGES[i].name);
        if (PACKAGES[i].code == TH_FAULT_CODES) {
            test_expect_good(&journal);
        } else {
            test_expect_fault(&journal, PACKAGES[i].code, journal.seq);
        }
        test_journal_clear(&journal);
    }
}

#define PROPOSED(by)                                                                               \
    "{'posts':[{'amount_fen':100,'expires_on':'2021-12-29','kind':'transfer','on_date':"           \
    "'2021-12-28','post':'trade','proposed_by':'" by "','state':'proposed','tonnes':0,"            \
    "'trade_id':1}]}"
#define APPROVED(by)                                                                               \
    "{'posts':[{'decided_by':'" by "','decided_on':'2021-12-28','post':'trade_decision',"          \
    "'state':'approved','trade_id':1}]}"

static void audit__who_decides_is_somebody_and_in_time(void **state)
{
    static const struct {
        const char *proposer;
        const char *proposal;
        const char *decider;
        const char *decision;
        int days; // that pass between
        enum th_fault_code code;
    } CASES[] = {
        {"wang", PROPOSED("wang"), "li", APPROVED("li"), 0, TH_FAULT_CODES},
        {"wang", PROPOSED("wang"), "officer", APPROVED("officer"), 1, TH_FAULT_CODES},
        {"wang", PROPOSED("wang"), "li", APPROVED("li"), 2, TH_FAULT_TRADE_LATE},
        {"wang", PROPOSED("wang"), "ghost", APPROVED("ghost"), 0, TH_FAULT_LOGIN_UNKNOWN},
        {"ghost", PROPOSED("ghost"), "li", APPROVED("li"), 0, TH_FAULT_LOGIN_UNKNOWN},
        {"wang", PROPOSED("wang"), "clerk", APPROVED("clerk"), 0, TH_FAULT_LOGIN_ROLE},
        {"wang", PROPOSED("wang"), "verifier", APPROVED("verifier"), 0, TH_FAULT_LOGIN_ROLE},
        {"clerk", PROPOSED("clerk"), "li", APPROVED("li"), 0, TH_FAULT_LOGIN_ROLE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        journal.login = CASES[i].proposer;
        test_journal_entry(&journal, "trade.propose", "trade:1", "%s", CASES[i].proposal);
        journal.at_utc += CASES[i].days * DAY_S;
        journal.login = CASES[i].decider;
        // The kind of the entry is no way around it.
        test_journal_entry(&journal, "note.add", "trade:1", "%s", CASES[i].decision);
        test_journal_end(&journal);
        print_message("case %zu\n", i);
        if (CASES[i].code == TH_FAULT_CODES) {
            test_expect_good(&journal);
        } else {
            test_expect_fault(&journal, CASES[i].code, -1);
        }
        test_journal_clear(&journal);
    }
}

static void audit__nobody_becomes_an_officer_by_himself(void **state)
{
    struct test_journal journal;
    (void)state;
    test_journal_begin(&journal);
    journal.login = "clerk";
    test_journal_entry(&journal, "user.add", "user:x", "{'login':'mine','role':'officer'}");
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_LOGIN_ROLE, journal.seq);
    test_journal_clear(&journal);
    test_journal_begin(&journal);
    test_journal_user(&journal, "clerk", "officer");
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_LOGIN_AGAIN, journal.seq);
    test_journal_clear(&journal);
}

// An address by a clerk sends the villages' money elsewhere.
static void audit__the_banks_messages_are_the_admins_and_the_banks(void **state)
{
    static const struct {
        const char *kind;
        const char *body;
    } CASES[] = {{"outbox.set", "{'url':'https://thief.example/'}"},
                 {"outbox.resend", "{'idempotency_key':'k','message_id':1,'reason':'x'}"},
                 {"outbox.renew",
                  "{'messages':[],'posts':[{'account_id':1,'attempt':1,'distribution_id':1,"
                  "'message_id':1,'party_id':1,'post':'outbox_payment','word':'pay'}],"
                  "'withdrawn':0}"}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        journal.login = "clerk";
        test_journal_entry(&journal, CASES[i].kind, "outbox", "%s", CASES[i].body);
        test_journal_end(&journal);
        test_expect_fault(&journal, TH_FAULT_LOGIN_ROLE, journal.seq);
        test_journal_clear(&journal);
    }
}

// Anji: two villages of one township bring 2,509 and 4,773 t; the bank sells 2,000 t of their pool
// for 146,820.00, which cost 86,880.00. Of the net of 59,940.00, 70 % are 41,958.00, by tonnes
// 14,456.55 and 27,501.45 (docs/worked-examples.md). Parties: 1, 2 collectives, 3 bank, 4 buyer,
// 5 a collective that has no part in it.
static void issue(struct test_journal *journal, int package, const char *village, int tonnes_t)
{
    journal->login = "clerk";
    test_journal_entry(journal, "package.create", "package:x", "{'holder_id':%d,'package_id':%d}",
                       package, package);
    test_journal_entry(journal, "package.submit", "package:x", "{'package_id':%d}", package);
    journal->login = "verifier";
    test_journal_entry(journal, "package.verify", "package:x",
                       "{'decision':'approve','net_kg':%d000,'package_id':%d}", tonnes_t, package);
    journal->login = "officer";
    test_journal_entry(journal, "package.issue", "package:x",
                       "{'package_id':%d,'posts':[{'first':1,'issuance':%d,'last':%d,'post':"
                       "'units','to':{'owner':%d,'state':'held'}}],'villages':[{'mass_kg':%d000,"
                       "'village':'%s'}],'vintages':[{'buffer_t':0,'carried_in_kg':0,"
                       "'carried_kg':0,'issuance_id':%d,'issued_t':%d,'net_kg':%d000,'prefix':"
                       "'P%d'}]}",
                       package, package, tonnes_t, package, tonnes_t, village, package, tonnes_t,
                       tonnes_t, package);
}

#define SOLD(memo, account, party, fen)                                                            \
    "{'account':'" account "','amount_fen':" fen ",'memo':'" memo                                  \
    "','on':'2021-12-28','party':" party ",'post':'money','trade':2}"

static void until_received(struct test_journal *journal)
{
    test_journal_begin(journal);
    journal->login = "officer";
    test_journal_entry(journal, "village.import", "village:x",
                       "{'villages':[{'code':'330523001001','name':'M','township':'S'},{'code':"
                       "'330523001002','name':'G','township':'S'}]}");
    static const char *const PARTIES[] = {"village','name':'M','party_id':1,'village':"
                                          "'330523001001",
                                          "village','name':'G','party_id':2,'village':"
                                          "'330523001002",
                                          "bank','name':'B','party_id':3,'village':'",
                                          "enterprise','name':'E','party_id':4,'village':'",
                                          "village','name':'X','party_id':5,'village':"
                                          "'330523001009"};
    for (size_t i = 0; i < sizeof(PARTIES) / sizeof(PARTIES[0]); i++) {
        test_journal_entry(journal, "party.add", "party:x", "{'kind':'%s'}", PARTIES[i]);
    }
    issue(journal, 1, "330523001001", 2509);
    issue(journal, 2, "330523001002", 4773);
    journal->login = "officer";
    test_journal_entry(journal, "revenue.term", "term:1",
                       "{'posts':[{'basis':'net_of_cost','from_on':'2021-01-01','post':"
                       "'revenue_term','ratio':'70','term_id':1},{'ordinal':1,'party_kind':"
                       "'village','post':'revenue_term_split','share':'1','term_id':1}]}");
    journal->login = "wang";
    test_journal_entry(
        journal, "trade.propose", "trade:1",
        "{'posts':[{'amount_fen':0,'post':'trade','proposed_by':'wang','state':'proposed',"
        "'tonnes':7282,'trade_id':1},{'bought_on':'2021-12-28','bought_t':2509,'owner_id':3,"
        "'package_id':1,'pool_id':1,'post':'pool_share'},{'bought_on':'2021-12-28','bought_t':"
        "4773,'owner_id':3,'package_id':2,'pool_id':1,'post':'pool_share'},{'amount_fen':14682000,"
        "'buyer_id':4,'kind':'resale','on_date':'2021-12-28','post':'trade','proposed_by':'wang',"
        "'seller_id':3,'state':'proposed','tonnes':2000,'trade_id':2},{'amount_fen':14682000,"
        "'cost_fen':8688000,'ordinal':1,'pool_id':1,'post':'trade_line','seller_id':3,'tonnes':"
        "2000,'trade_id':2}]}");
    journal->login = "li";
    test_journal_entry(journal, "trade.approve", "trade:2",
                       "{'posts':[{'decided_by':'li','post':'trade_decision','state':'approved',"
                       "'trade_id':2}," SOLD("money.resale", "claim", "3", "14682000") "," SOLD(
                           "money.resale", "claim", "4", "-14682000") "]}");
    test_journal_entry(
        journal, "receipt.confirm", "trade:2",
        "{'posts':[" SOLD("money.receipt", "claim", "3", "-14682000") "," SOLD(
            "money.receipt", "claim", "4",
            "14682000") "," SOLD("money.receipt", "cash", "3",
                                 "14682000") "," SOLD("money.receipt", "cash", "4",
                                                      "-14682000") ",{'amount_fen':14682000,"
                                                                   "'login':'li','on_date':"
                                                                   "'2021-12-28','post':'receipt',"
                                                                   "'receipt_id':1,'trade_id':2}"
                                                                   "]}");
}

#define SALE(receipts, cost, net, distributed, kept)                                               \
    "{'cost_fen':" cost ",'deductions_fen':0,'distributed_fen':" distributed                       \
    ",'distribution_id':1,'kept_fen':" kept ",'net_fen':" net                                      \
    ",'post':'distribution_sale','receipts_fen':" receipts ",'tax_fen':0,'term_id':1,"             \
    "'trade_id':2}"
#define PAID(ordinal, party, fen)                                                                  \
    "{'amount_fen':" fen ",'distribution_id':1,'ordinal':" ordinal ",'party_id':" party            \
    ",'post':'distribution_payment','trade_id':2,'weight_t':1}"
#define RUN(sale, payments)                                                                        \
    "{'posts':[{'distribution_id':1,'login':'wang','post':'distribution','through_on':"            \
    "'2021-12-31'}," sale "," payments "]}"
#define CLAIM(party, fen)                                                                          \
    "{'account':'claim','amount_fen':" fen ",'memo':'money.distribution','on':'2021-12-28',"       \
    "'party':" party ",'post':'money','trade':2}"
#define GRANT(by, legs)                                                                            \
    "{'posts':[{'distribution_id':1,'login':'" by                                                  \
    "','on_date':'2021-12-28','post':'distribution_decision','state':'approved'}," legs "]}"

#define RIGHT_SALE SALE("14682000", "8688000", "5994000", "4195800", "1798200")
#define RIGHT_PAID PAID("1", "1", "1445655") "," PAID("2", "2", "2750145")
#define RIGHT_LEGS                                                                                 \
    CLAIM("1", "1445655")                                                                          \
    "," CLAIM("3", "-1445655") "," CLAIM("2", "2750145") "," CLAIM("3", "-2750145")

static const struct {
    const char *name;
    const char *run;
    const char *decider;
    const char *grant;
    enum th_fault_code code;
} RUNS[] = {
    {"as it is", RUN(RIGHT_SALE, RIGHT_PAID), "li", GRANT("li", RIGHT_LEGS), TH_FAULT_CODES},
    {"a party that has no part in it",
     RUN(RIGHT_SALE, PAID("1", "4", "1445655") "," PAID("2", "2", "2750145")), "li",
     GRANT("li", CLAIM("4", "1445655") "," CLAIM("3", "-1445655") "," CLAIM(
                     "2", "2750145") "," CLAIM("3", "-2750145")),
     TH_FAULT_RUN_PAYEE},
    {"another village", RUN(RIGHT_SALE, PAID("1", "5", "1445655") "," PAID("2", "2", "2750145")),
     "li",
     GRANT("li", CLAIM("5", "1445655") "," CLAIM("3", "-1445655") "," CLAIM(
                     "2", "2750145") "," CLAIM("3", "-2750145")),
     TH_FAULT_RUN_PAYEE},
    {"two fen from one village to the other",
     RUN(RIGHT_SALE, PAID("1", "1", "1445653") "," PAID("2", "2", "2750147")), "li",
     GRANT("li", CLAIM("1", "1445653") "," CLAIM("3", "-1445653") "," CLAIM(
                     "2", "2750147") "," CLAIM("3", "-2750147")),
     TH_FAULT_RUN_OFF},
    {"four fen from one village to the other",
     RUN(RIGHT_SALE, PAID("1", "1", "1445651") "," PAID("2", "2", "2750149")), "li",
     GRANT("li", CLAIM("1", "1445651") "," CLAIM("3", "-1445651") "," CLAIM(
                     "2", "2750149") "," CLAIM("3", "-2750149")),
     TH_FAULT_RUN_PAYEE},
    {"only the legs go elsewhere", RUN(RIGHT_SALE, RIGHT_PAID), "li",
     GRANT("li", CLAIM("4", "1445655") "," CLAIM("3", "-1445655") "," CLAIM(
                     "2", "2750145") "," CLAIM("3", "-2750145")),
     TH_FAULT_RUN_CLAIM},
    {"approved, and nothing is posted", RUN(RIGHT_SALE, RIGHT_PAID), "li",
     "{'posts':[{'distribution_id':1,'login':'li','on_date':'2021-12-28','post':"
     "'distribution_decision','state':'approved'}]}",
     TH_FAULT_RUN_CLAIM},
    {"less than is distributed",
     RUN(RIGHT_SALE, PAID("1", "1", "1445655") "," PAID("2", "2", "2750000")), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_SUM},
    {"a net that is none",
     RUN(SALE("14682000", "8688000", "5993000", "4195800", "1797200"), RIGHT_PAID), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_SUM},
    {"a cost that nobody had",
     RUN(SALE("14682000", "10000000", "4682000", "4195800", "486200"), RIGHT_PAID), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_RECKONED},
    {"receipts that did not come",
     RUN(SALE("20000000", "8688000", "11312000", "4195800", "7116200"), RIGHT_PAID), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_RECKONED},
    {"half of the ratio",
     RUN(SALE("14682000", "8688000", "5994000", "2097900", "3896100"), RIGHT_PAID), "li",
     GRANT("li", RIGHT_LEGS), TH_FAULT_RUN_RECKONED},
    {"by one person", RUN(RIGHT_SALE, RIGHT_PAID), "wang", GRANT("wang", RIGHT_LEGS),
     TH_FAULT_RUN_SELF},
    {"in another's name", RUN(RIGHT_SALE, RIGHT_PAID), "wang", GRANT("li", RIGHT_LEGS),
     TH_FAULT_RUN_LOGIN},
    {"by a clerk", RUN(RIGHT_SALE, RIGHT_PAID), "clerk", GRANT("clerk", RIGHT_LEGS),
     TH_FAULT_LOGIN_ROLE},
};

static void audit__a_run_pays_whom_the_term_and_the_tonnes_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(RUNS) / sizeof(RUNS[0]); i++) {
        struct test_journal journal;
        until_received(&journal);
        journal.login = "wang";
        test_journal_entry(&journal, "revenue.distribute", "distribution:1", "%s", RUNS[i].run);
        journal.login = RUNS[i].decider;
        test_journal_entry(&journal, "revenue.approve", "distribution:1", "%s", RUNS[i].grant);
        test_journal_end(&journal);
        print_message("%s\n", RUNS[i].name);
        if (RUNS[i].code == TH_FAULT_CODES) {
            test_expect_good(&journal);
        } else {
            test_expect_fault(&journal, RUNS[i].code, -1);
        }
        test_journal_clear(&journal);
    }
}

#define EVENT(party, attempt, kind, fen)                                                           \
    "{'amount_fen':" fen ",'attempt':" attempt ",'distribution_id':1,'kind':'" kind                \
    "','login':'wang','on_date':'2021-12-31','party_id':" party                                    \
    ",'payout_event_id':1,'post':'payout_event'}"
#define PAYMENT(payer, paid, memo, fen)                                                            \
    SOLD(memo, "claim", paid, "-" fen)                                                             \
    "," SOLD(memo, "claim", payer, fen) "," SOLD(memo, "cash", payer,                              \
                                                 "-" fen) "," SOLD(memo, "cash", paid, fen)
#define OUT EVENT("1", "1", "paid", "1445655") "," PAYMENT("3", "1", "money.payment", "1445655")
#define BACK                                                                                       \
    EVENT("1", "1", "returned", "1445655")                                                         \
    "," PAYMENT("1", "3", "money.payment_returned", "1445655")
#define AGAIN EVENT("1", "2", "resent", "1445655")

// The run is approved; then come these entries, of which the last one is wrong, or none.
static void audit__a_payment_is_made_once_and_again_only_behind_its_return(void **state)
{
    enum { ENTRIES_MAX = 4 };
    static const struct {
        const char *name;
        const char *posts[ENTRIES_MAX];
        enum th_fault_code code;
    } CASES[] = {
        {"paid, returned, sent again and paid",
         {OUT, BACK, AGAIN,
          EVENT("1", "2", "paid", "1445655") "," PAYMENT("3", "1", "money.payment", "1445655")},
         TH_FAULT_CODES},
        {"returned before it was told that it was paid",
         {EVENT("1", "1", "returned", "1445655"), AGAIN},
         TH_FAULT_CODES},
        {"paid twice", {OUT, OUT}, TH_FAULT_PAYMENT_STATE},
        {"paid again without being sent again", {OUT, BACK, OUT}, TH_FAULT_PAYMENT_STATE},
        {"sent again though it was paid", {OUT, AGAIN}, TH_FAULT_PAYMENT_STATE},
        {"another attempt",
         {EVENT("1", "2", "paid", "1445655") "," PAYMENT("3", "1", "money.payment", "1445655")},
         TH_FAULT_PAYMENT_STATE},
        {"to somebody to whom nothing is owed",
         {EVENT("4", "1", "paid", "1445655") "," PAYMENT("3", "4", "money.payment", "1445655")},
         TH_FAULT_PAYMENT_STATE},
        {"another amount",
         {EVENT("1", "1", "paid", "1445656") "," PAYMENT("3", "1", "money.payment", "1445655")},
         TH_FAULT_PAYMENT_SUM},
        {"more cash than is owed",
         {EVENT("1", "1", "paid", "1445655") "," PAYMENT("3", "1", "money.payment", "1445656")},
         TH_FAULT_MONEY_CASH},
        {"cash that no payment moves",
         {PAYMENT("3", "1", "money.payment", "1445655")},
         TH_FAULT_MONEY_CASH},
        {"shared out without a run",
         {SOLD("money.distribution", "claim", "3", "-5") "," SOLD("money.distribution", "claim",
                                                                  "4", "5")},
         TH_FAULT_MONEY_CLAIM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        until_received(&journal);
        journal.login = "wang";
        test_journal_entry(&journal, "revenue.distribute", "distribution:1", "%s",
                           RUN(RIGHT_SALE, RIGHT_PAID));
        journal.login = "li";
        test_journal_entry(&journal, "revenue.approve", "distribution:1", "%s",
                           GRANT("li", RIGHT_LEGS));
        journal.login = "wang";
        for (size_t k = 0; k < ENTRIES_MAX && CASES[i].posts[k]; k++) {
            test_journal_entry(&journal, "payment.confirm", "distribution:1", "{'posts':[%s]}",
                               CASES[i].posts[k]);
        }
        test_journal_end(&journal);
        print_message("%s\n", CASES[i].name);
        if (CASES[i].code == TH_FAULT_CODES) {
            test_expect_good(&journal);
        } else {
            test_expect_fault(&journal, CASES[i].code, journal.seq);
        }
        test_journal_clear(&journal);
    }
}

#define ACCOUNT(by)                                                                                \
    "{'posts':[{'account_id':1,'bank':'b','holder':'h','login':'" by                               \
    "','number':'6230','party_id':1,'post':'party_account'}]}"
#define ACCOUNT_DECIDED(by, state)                                                                 \
    "{'posts':[{'account_id':1,'login':'" by "','post':'party_account_decision','state':'" state   \
    "'}]}"

static void audit__where_a_party_is_paid_is_confirmed_by_another(void **state)
{
    static const struct {
        const char *name;
        struct step steps[3];
        enum th_fault_code code;
    } CASES[] = {
        {"by another",
         {{"wang", "k", ACCOUNT("wang")}, {"li", "k", ACCOUNT_DECIDED("li", "confirmed")}},
         TH_FAULT_CODES},
        {"refused by himself",
         {{"wang", "k", ACCOUNT("wang")}, {"wang", "k", ACCOUNT_DECIDED("wang", "refused")}},
         TH_FAULT_CODES},
        {"by himself",
         {{"wang", "k", ACCOUNT("wang")}, {"wang", "k", ACCOUNT_DECIDED("wang", "confirmed")}},
         TH_FAULT_ACCOUNT_SELF},
        {"in another's name",
         {{"wang", "k", ACCOUNT("wang")}, {"wang", "k", ACCOUNT_DECIDED("li", "confirmed")}},
         TH_FAULT_ACCOUNT_LOGIN},
        {"by a clerk",
         {{"wang", "k", ACCOUNT("wang")}, {"clerk", "k", ACCOUNT_DECIDED("clerk", "confirmed")}},
         TH_FAULT_LOGIN_ROLE},
        {"one that nobody proposed",
         {{"li", "k", ACCOUNT_DECIDED("li", "confirmed")}},
         TH_FAULT_ACCOUNT_STEP},
        {"confirmed though it was refused",
         {{"wang", "k", ACCOUNT("wang")},
          {"li", "k", ACCOUNT_DECIDED("li", "refused")},
          {"li", "k", ACCOUNT_DECIDED("li", "confirmed")}},
         TH_FAULT_ACCOUNT_STEP},
        {"another number under the same id",
         {{"wang", "k", ACCOUNT("wang")}, {"li", "k", ACCOUNT("li")}},
         TH_FAULT_ACCOUNT_STEP},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        for (size_t k = 0; k < 3 && CASES[i].steps[k].kind; k++) {
            journal.login = CASES[i].steps[k].login;
            test_journal_entry(&journal, "a.b", "x", "%s", CASES[i].steps[k].body);
        }
        test_journal_end(&journal);
        print_message("%s\n", CASES[i].name);
        if (CASES[i].code == TH_FAULT_CODES) {
            test_expect_good(&journal);
        } else {
            test_expect_fault(&journal, CASES[i].code, journal.seq);
        }
        test_journal_clear(&journal);
    }
}

// A run that is rejected gives back what it reserved, and cannot be decided again.
static void audit__a_rejected_run_reserves_nothing(void **state)
{
    static const char REJECT[] = "{'posts':[{'distribution_id':1,'login':'li','on_date':"
                                 "'2021-12-28','post':'distribution_decision','reason':'r',"
                                 "'state':'rejected'}]}";
    struct test_journal journal;
    (void)state;
    until_received(&journal);
    journal.login = "wang";
    test_journal_entry(&journal, "revenue.distribute", "distribution:1", "%s",
                       RUN(RIGHT_SALE, RIGHT_PAID));
    size_t reserved = journal.out.size;
    struct test_journal twice = journal;
    // A second run of the same receipts.
    test_journal_entry(
        &twice, "revenue.distribute", "distribution:2",
        "{'posts':[{'distribution_id':2,'login':'wang','post':'distribution','through_on':"
        "'2021-12-31'},{'cost_fen':8688000,'deductions_fen':0,'distributed_fen':4195800,"
        "'distribution_id':2,'kept_fen':1798200,'net_fen':5994000,'post':'distribution_sale',"
        "'receipts_fen':14682000,'tax_fen':0,'term_id':1,'trade_id':2},{'amount_fen':1445655,"
        "'distribution_id':2,'ordinal':1,'party_id':1,'post':'distribution_payment','trade_id':2,"
        "'weight_t':1},{'amount_fen':2750145,'distribution_id':2,'ordinal':2,'party_id':2,'post':"
        "'distribution_payment','trade_id':2,'weight_t':1}]}");
    test_journal_end(&twice);
    test_expect_fault(&twice, TH_FAULT_RUN_RECKONED, twice.seq);
    journal.out = twice.out;
    journal.out.size = reserved;
    journal.login = "li";
    test_journal_entry(&journal, "revenue.reject", "distribution:1", "%s", REJECT);
    size_t rejected = journal.out.size;
    test_journal_end(&journal);
    test_expect_good(&journal);
    journal.out.size = rejected;
    test_journal_entry(&journal, "revenue.approve", "distribution:1", "%s",
                       GRANT("li", RIGHT_LEGS));
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_RUN_DECIDED, journal.seq);
    test_journal_clear(&journal);
}

static void audit__an_idempotency_key_acts_once_for_a_login(void **state)
{
    static const char BODY[] = "{'idempotency':{'input':'00','key':'k-1'}}";
    struct test_journal journal;
    (void)state;
    test_journal_begin(&journal);
    test_journal_entry(&journal, "a.b", "x", "%s", BODY);
    journal.login = "other";
    test_journal_entry(&journal, "a.b", "x", "%s", BODY);
    size_t good = journal.out.size;
    test_journal_end(&journal);
    test_expect_good(&journal);
    journal.out.size = good;
    test_journal_entry(&journal, "a.b", "x", "%s", BODY);
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_KEY_USED, TEST_PEOPLE + 4);
    test_journal_clear(&journal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__a_key_that_signed_nothing_vouches_for_nothing),
        cmocka_unit_test(audit__every_day_that_ended_has_its_head_where_a_key_is_trusted),
        cmocka_unit_test(audit__heads_by_a_key_of_nobody_do_not_count),
        cmocka_unit_test(audit__a_registry_that_was_put_back_is_told),
        cmocka_unit_test(audit__a_package_is_issued_behind_all_its_steps_or_not_at_all),
        cmocka_unit_test(audit__who_decides_is_somebody_and_in_time),
        cmocka_unit_test(audit__nobody_becomes_an_officer_by_himself),
        cmocka_unit_test(audit__the_banks_messages_are_the_admins_and_the_banks),
        cmocka_unit_test(audit__a_run_pays_whom_the_term_and_the_tonnes_say),
        cmocka_unit_test(audit__a_payment_is_made_once_and_again_only_behind_its_return),
        cmocka_unit_test(audit__where_a_party_is_paid_is_confirmed_by_another),
        cmocka_unit_test(audit__a_rejected_run_reserves_nothing),
        cmocka_unit_test(audit__an_idempotency_key_acts_once_for_a_login),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
