// Journals that fit in themselves, by people who hold the file and know the format: forged history,
// units from nothing, persons who are none, money to the wrong ones. Each must be told.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

#define CREATE                                                                                     \
    "package.create", "{'from':'2021-01-01','holder_id':1,'package_id':1,'to':'2021-12-31'}"
#define SUBMIT                                                                                     \
    "package.submit", "{'opening':[],'package_id':1,'parcels':[{'parcel_id':1,'version':1}]}"
#define SUBMIT_OF(kg)                                                                              \
    "package.submit",                                                                              \
        "{'net_kg':" kg ",'opening':[],'package_id':1,'parcels':[{'parcel_id':1,'version':1}]}"
#define VERIFY_OF(kg)                                                                              \
    "package.verify",                                                                              \
        "{'decision':'approve','net_kg':" kg ",'package_id':1,'statement_based':false}"
#define VERIFY "package.verify", "{'decision':'approve','net_kg':10000,'package_id':1}"
#define RETURN "package.verify", "{'decision':'return','net_kg':10000,'package_id':1}"
#define WAIVE(by)                                                                                  \
    "package.waive",                                                                               \
        "{'document_id':1,'login':'" by "','package_id':1,'posts':[{'document_id':1,'login':'" by  \
        "','package_id':1,'post':'waiver','reason':'r','rule':'r','waiver_id':1}],"                \
        "'reason':'r','rule':'r','waiver_id':1}"
#define ISSUE_TO(owner, kg)                                                                        \
    "package.issue",                                                                               \
        "{'buffer_t':0,'debt_kg':0,'debts':[],'issued_t':10,'net_kg':" kg                          \
        ",'opening_kg':0,'package_id':1,'posts':[{'first':1,'issuance':1,'last':10,'post':'units'" \
        ",'to':{'owner':" owner ",'state':'held'}}],'rest_kg':0,'villages':[{'mass_kg':" kg        \
        ",'village':'V'}],'vintages':[{'buffer_t':0,'carried_in_kg':0,'carried_kg':0,"             \
        "'issuance_id':1,'issued_t':10,'net_kg':" kg ",'prefix':'A','vintage':2021}]}"
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
    {"verified, and somewhat less than was submitted",
     {{"clerk", CREATE}, {"clerk", SUBMIT_OF("10000")}, {"verifier", VERIFY_OF("9999")}},
     TH_FAULT_CODES},
    {"verified for more than was submitted",
     {{"clerk", CREATE}, {"clerk", SUBMIT_OF("10000")}, {"verifier", VERIFY_OF("10001")}},
     TH_FAULT_PACKAGE_VERIFIED},
    {"verified by a clerk",
     {{"clerk", CREATE}, {"clerk", SUBMIT}, {"other", VERIFY}},
     TH_FAULT_LOGIN_ROLE},
    {"issued by a bank",
     {{"clerk", CREATE}, {"clerk", SUBMIT}, {"verifier", VERIFY}, {"li", ISSUE}},
     TH_FAULT_LOGIN_ROLE},
    {"verified by one of its holder",
     {{"admin", "user.add", "{'login':'own','party_id':1,'role':'verifier'}"},
      {"clerk", CREATE},
      {"clerk", SUBMIT},
      {"own", VERIFY}},
     TH_FAULT_PACKAGE_SIDE},
    {"excused by another", {{"clerk", CREATE}, {"officer", WAIVE("officer")}}, TH_FAULT_CODES},
    {"excused by who made it",
     {{"officer", CREATE}, {"officer", WAIVE("officer")}},
     TH_FAULT_PACKAGE_SELF},
    {"excused in another's name",
     {{"officer", CREATE}, {"officer", WAIVE("officer-2")}},
     TH_FAULT_POST_LOGIN},
    {"excused by a clerk", {{"clerk", CREATE}, {"other", WAIVE("other")}}, TH_FAULT_LOGIN_ROLE},
    {"excused once it was submitted",
     {{"clerk", CREATE}, {"clerk", SUBMIT}, {"officer", WAIVE("officer")}},
     TH_FAULT_PACKAGE_STEP},
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
        test_judge(&journal, PACKAGES[i].name, PACKAGES[i].code);
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
        test_journal_entry(&journal, CASES[i].code == TH_FAULT_CODES ? "trade.approve" : "note.add",
                           "trade:1", "%s", CASES[i].decision);
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

#define ALONE(kind, seller, by)                                                                    \
    "{'amount_fen':100000,'kind':'" kind "','post':'trade','proposed_by':'" by                     \
    "','seller_id':" seller ",'state':'proposed','tonnes':1,'trade_id':1},{'alone_rule_id':7,"     \
    "'decided_by':'" by "','post':'trade_decision','state':'approved','trade_id':1}"
#define ALONE_LINE                                                                                 \
    "{'cost_fen':%s,'ordinal':1,'package_id':1,'pool_id':9,'post':'trade_line','tonnes':1,"        \
    "'trade_id':1},"

// Pool 9 of party 1: a tonne at this cost, as two persons agreed.
static void pool(struct test_journal *journal, const char *cost_fen)
{
    char posts[512];
    (void)snprintf(posts, sizeof(posts),
                   "{'amount_fen':%s,'buyer_id':1,'kind':'transfer','post':'trade','proposed_by':"
                   "'wang','state':'proposed','tonnes':1,'trade_id':9}",
                   cost_fen);
    test_journal_posts(journal, "wang", posts);
    (void)snprintf(posts, sizeof(posts),
                   "{'decided_by':'li','post':'trade_decision','state':'approved','trade_id':9},"
                   "{'bought_t':1,'cost_fen':%s,'owner_id':1,'package_id':1,'pool_id':9,'post':"
                   "'pool_share'}",
                   cost_fen);
    test_journal_posts(journal, "li", posts);
}

// The county lets one person decide up to 1,000.00. bo is of party 5.
static void audit__one_person_alone_gives_what_is_his_sides_and_not_more(void **state)
{
    static const struct {
        const char *name;
        const char *login;
        const char *cost_fen; // of its units; empty: none is told
        const char *deal;
        enum th_fault_code code;
    } CASES[] = {
        {"by the county", "wang", "", ALONE("transfer", "1", "wang"), TH_FAULT_CODES},
        {"his own side's", "bo", "", ALONE("transfer", "5", "bo"), TH_FAULT_CODES},
        {"somebody else's", "bo", "", ALONE("transfer", "1", "bo"), TH_FAULT_TRADE_SELF},
        {"what a deal did is taken back", "wang", "", ALONE("correction", "1", "wang"),
         TH_FAULT_TRADE_SELF},
        {"at what it cost", "wang", "100000", ALONE("transfer", "1", "wang"), TH_FAULT_CODES},
        {"below what it cost", "wang", "100001", ALONE("transfer", "1", "wang"),
         TH_FAULT_TRADE_SELF},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        const char *decision = strchr(CASES[i].deal, '}') + 2;
        test_journal_begin(&journal);
        journal.of_money = true;
        test_journal_entry(&journal, "user.add", "user:x",
                           "{'login':'bo','party_id':5,'role':'bank'}");
        journal.login = "officer";
        test_journal_entry(&journal, "rule.set", "rule:7",
                           "{'name':'deal_alone_cny','rule_id':7,'since':'2021-01-01','value':"
                           "'1000'}");
        char line[256] = "";
        if (CASES[i].cost_fen[0] != '\0') {
            pool(&journal, CASES[i].cost_fen);
            (void)snprintf(line, sizeof(line), ALONE_LINE, CASES[i].cost_fen);
        }
        journal.login = CASES[i].login;
        test_journal_entry(&journal, "trade.carry_out", "trade:1", "{'posts':[%.*s%s%s]}",
                           (int)(decision - CASES[i].deal), CASES[i].deal, line, decision);
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
}

#define DEAL(kind, id, buyer, of, seller, by)                                                      \
    "{'amount_fen':0," buyer "'kind':'" kind "'," of "'post':'trade','proposed_by':'" by           \
    "'," seller "'state':'proposed','tonnes':0,'trade_id':" id "}"
#define DECIDED(id, by)                                                                            \
    "{'decided_by':'" by "','post':'trade_decision','state':'approved','trade_id':" id "}"
#define SOLD_BY(party)                                                                             \
    "{'amount_fen':0,'ordinal':1,'post':'trade_line','seller_id':" party ",'tonnes':0,'trade_id':" \
    "1}"

// bo is of party 5; parties 1 and 6 have no login.
enum { STAND_IN_STEPS = 4 };
static const struct {
    const char *name;
    struct {
        const char *login;
        const char *posts;
    } steps[STAND_IN_STEPS];
    enum th_fault_code code;
} STAND_INS[] = {
    {"for a village, to who accepts it",
     {{"officer", DEAL("transfer", "1", "'buyer_id':5,", "", "'seller_id':1,", "officer")},
      {"bo", DECIDED("1", "bo")}},
     TH_FAULT_CODES},
    {"between two without logins",
     {{"officer", DEAL("transfer", "1", "'buyer_id':6,", "", "'seller_id':1,", "officer")},
      {"officer-2", DECIDED("1", "officer-2")}},
     TH_FAULT_CODES},
    {"for who has one",
     {{"officer", DEAL("transfer", "1", "'buyer_id':1,", "", "'seller_id':5,", "officer")}},
     TH_FAULT_TRADE_STAND_IN},
    {"for several, one of whom has one",
     {{"officer", DEAL("purchase", "1", "'buyer_id':6,", "", "",
                       "officer") "," SOLD_BY("1") "," SOLD_BY("5")}},
     TH_FAULT_TRADE_STAND_IN},
    {"two of them, to who has one",
     {{"officer", DEAL("transfer", "1", "'buyer_id':5,", "", "'seller_id':1,", "officer")},
      {"officer-2", DECIDED("1", "officer-2")}},
     TH_FAULT_TRADE_STAND_IN},
    {"for a lender without login, whose pledgor has one",
     {{"bo", DEAL("pledge", "1", "'buyer_id':1,", "", "'seller_id':5,", "bo")},
      {"officer", DECIDED("1", "officer")},
      {"officer",
       DEAL("release", "2", "'buyer_id':1,", "'of_trade_id':1,", "'seller_id':5,", "officer")},
      {"officer-2", DECIDED("2", "officer-2")}},
     TH_FAULT_CODES},
    {"for a lender who has one",
     {{"wang", DEAL("pledge", "1", "'buyer_id':5,", "", "'seller_id':1,", "wang")},
      {"li", DECIDED("1", "li")},
      {"officer",
       DEAL("release", "2", "'buyer_id':5,", "'of_trade_id':1,", "'seller_id':1,", "officer")}},
     TH_FAULT_TRADE_STAND_IN},
    {"for a subscriber without login, whose seller has one",
     {{"bo", DEAL("subscription", "1", "'buyer_id':1,", "", "'seller_id':5,", "bo")},
      {"officer", DECIDED("1", "officer")},
      {"officer",
       DEAL("delivery", "2", "'buyer_id':1,", "'of_trade_id':1,", "'seller_id':5,", "officer")}},
     TH_FAULT_CODES},
    {"two of them, on what another was given",
     {{"wang", DEAL("pledge", "1", "'buyer_id':5,", "", "'seller_id':1,", "wang")},
      {"li", DECIDED("1", "li")},
      {"officer",
       DEAL("other", "2", "'buyer_id':6,", "'of_trade_id':1,", "'seller_id':1,", "officer")},
      {"officer-2", DECIDED("2", "officer-2")}},
     TH_FAULT_TRADE_STAND_IN},
    {"what is theirs",
     {{"officer", DEAL("reversal", "1", "", "", "'seller_id':5,", "officer")},
      {"officer-2", DECIDED("1", "officer-2")}},
     TH_FAULT_CODES},
};

static void audit__officers_stand_in_for_who_has_no_login(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(STAND_INS) / sizeof(STAND_INS[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        test_journal_entry(&journal, "user.add", "user:x",
                           "{'login':'bo','party_id':5,'role':'bank'}");
        // Of party 6, but no longer.
        test_journal_entry(&journal, "user.add", "user:x",
                           "{'login':'gone','party_id':6,'role':'bank'}");
        test_journal_entry(&journal, "user.end", "user:x", "{'login':'gone','reason':'x'}");
        for (size_t k = 0; k < STAND_IN_STEPS && STAND_INS[i].steps[k].login; k++) {
            test_journal_posts(&journal, STAND_INS[i].steps[k].login, STAND_INS[i].steps[k].posts);
        }
        test_judge(&journal, STAND_INS[i].name, STAND_INS[i].code);
    }
}

#define RETIRE(id, by, code)                                                                       \
    "{'amount_fen':0,'beneficiary':'E'," code                                                      \
    "'kind':'retirement','post':'trade','proposed_by':'" by                                        \
    "','state':'proposed','tonnes':0,'trade_id':" id "}"
#define RETIRED(id, by)                                                                            \
    "{'decided_by':'" by "','post':'trade_decision','state':'approved','trade_id':" id "}"
#define REVIEW(by, decision)                                                                       \
    "{'decision':'" decision                                                                       \
    "','name':'E','post':'beneficiary_review','review_id':1,'reviewed_by':'" by "','uscc':''}"

static void audit__units_are_retired_for_names_that_another_person_accepted(void **state)
{
    enum { POSTS_MAX = 3 };
    static const struct {
        const char *name;
        struct {
            const char *login;
            const char *posts;
        } entries[POSTS_MAX];
        enum th_fault_code code;
    } CASES[] = {
        {"with the approval",
         {{"wang", RETIRE("1", "wang", "")},
          {"li", REVIEW("li", "accepted") "," RETIRED("1", "li")}},
         TH_FAULT_CODES},
        {"before it",
         {{"wang", RETIRE("1", "wang", "")},
          {"officer", REVIEW("officer", "accepted")},
          {"li", RETIRED("1", "li")}},
         TH_FAULT_CODES},
        {"by one who proposes another one, and sees this one",
         {{"li", RETIRE("2", "li", "")},
          {"wang", RETIRE("1", "wang", "")},
          {"li", RETIRED("1", "li") "," REVIEW("li", "accepted")}},
         TH_FAULT_CODES},
        {"by nobody",
         {{"wang", RETIRE("1", "wang", "")}, {"li", RETIRED("1", "li")}},
         TH_FAULT_BENEFICIARY_NEW},
        {"by who proposes it",
         {{"wang", RETIRE("1", "wang", "")}, {"wang", REVIEW("wang", "accepted")}},
         TH_FAULT_BENEFICIARY_SELF},
        {"in another's name",
         {{"wang", RETIRE("1", "wang", "")}, {"wang", REVIEW("li", "accepted")}},
         TH_FAULT_POST_LOGIN},
        {"by a clerk",
         {{"wang", RETIRE("1", "wang", "")}, {"clerk", REVIEW("clerk", "accepted")}},
         TH_FAULT_LOGIN_ROLE},
        {"refused",
         {{"wang", RETIRE("1", "wang", "")},
          {"officer", REVIEW("officer", "refused")},
          {"li", RETIRED("1", "li")}},
         TH_FAULT_BENEFICIARY_NEW},
        {"under another code",
         {{"wang", RETIRE("1", "wang", "'beneficiary_uscc':'91330523MA2B12345X',")},
          {"li", REVIEW("li", "accepted") "," RETIRED("1", "li")}},
         TH_FAULT_BENEFICIARY_NEW},
        {"for nobody",
         {{"wang", "{'amount_fen':0,'kind':'retirement','post':'trade','proposed_by':'wang',"
                   "'state':'proposed','tonnes':0,'trade_id':1}"}},
         TH_FAULT_POST_FORM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        for (size_t k = 0; k < POSTS_MAX && CASES[i].entries[k].login; k++) {
            test_journal_posts(&journal, CASES[i].entries[k].login, CASES[i].entries[k].posts);
        }
        test_judge(&journal, CASES[i].name, CASES[i].code);
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

#define ENDED(login) "user.end", "user:x", "{'login':'" login "','reason':'x'}"

static void audit__an_ended_login_enters_nothing_more(void **state)
{
    struct test_journal journal;
    (void)state;
    // What it proposed is decided by another person, and its own end is no fault.
    test_journal_begin(&journal);
    test_journal_user(&journal, "admin-2", "admin");
    journal.login = "wang";
    test_journal_entry(&journal, "trade.propose", "trade:1", "%s", PROPOSED("wang"));
    journal.login = "admin";
    test_journal_entry(&journal, ENDED("wang"));
    test_journal_entry(&journal, ENDED("admin"));
    journal.login = "li";
    test_journal_entry(&journal, "trade.approve", "trade:1", "%s", APPROVED("li"));
    test_journal_end(&journal);
    test_expect_good(&journal);
    test_journal_clear(&journal);
    test_journal_begin(&journal);
    test_journal_entry(&journal, ENDED("wang"));
    journal.login = "wang";
    test_journal_entry(&journal, "trade.propose", "trade:1", "%s", PROPOSED("wang"));
    test_journal_end(&journal);
    test_expect_fault(&journal, TH_FAULT_LOGIN_ENDED, journal.seq);
    test_journal_clear(&journal);
}

static void audit__logins_end_by_an_admin_once_and_one_admin_stays(void **state)
{
    static const struct {
        const char *login;
        const char *ended;
        int times;
        enum th_fault_code code;
    } CASES[] = {{"officer", "wang", 1, TH_FAULT_LOGIN_ROLE},
                 {"admin", "ghost", 1, TH_FAULT_LOGIN_UNKNOWN},
                 {"admin", "wang", 2, TH_FAULT_LOGIN_ENDED},
                 {"admin", "admin", 1, TH_FAULT_LOGIN_LAST}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        journal.login = CASES[i].login;
        for (int k = 0; k < CASES[i].times; k++) {
            test_journal_entry(&journal, "user.end", "user:x", "{'login':'%s','reason':'x'}",
                               CASES[i].ended);
        }
        test_journal_end(&journal);
        print_message("case %zu\n", i);
        test_expect_fault(&journal, CASES[i].code, journal.seq);
        test_journal_clear(&journal);
    }
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
         TH_FAULT_POST_LOGIN},
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
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
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
        cmocka_unit_test(audit__one_person_alone_gives_what_is_his_sides_and_not_more),
        cmocka_unit_test(audit__officers_stand_in_for_who_has_no_login),
        cmocka_unit_test(audit__units_are_retired_for_names_that_another_person_accepted),
        cmocka_unit_test(audit__nobody_becomes_an_officer_by_himself),
        cmocka_unit_test(audit__an_ended_login_enters_nothing_more),
        cmocka_unit_test(audit__logins_end_by_an_admin_once_and_one_admin_stays),
        cmocka_unit_test(audit__the_banks_messages_are_the_admins_and_the_banks),
        cmocka_unit_test(audit__where_a_party_is_paid_is_confirmed_by_another),
        cmocka_unit_test(audit__an_idempotency_key_acts_once_for_a_login),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
