// Units go where a deal of their kind takes them, all that its lines tell, and nowhere else.
#include "tests/audit/verdict.h"
#include "tests/support/support.h"

#define TRADE(id, kind, more, tonnes)                                                              \
    "{'amount_fen':0,'buyer_id':2,'kind':'" kind "'," more "'post':'trade','proposed_by':'wang',"  \
    "'seller_id':1,'state':'proposed','tonnes':" tonnes ",'trade_id':" id "}"
#define LINE(id, package, tonnes)                                                                  \
    ",{'amount_fen':0,'ordinal':" package ",'package_id':" package ",'post':'trade_line',"         \
    "'seller_id':1,'tonnes':" tonnes ",'trade_id':" id "}"
#define DECIDED(id, state)                                                                         \
    "{'decided_by':'li','post':'trade_decision','state':'" state "','trade_id':" id "}"
#define MOVED(issuance, first, last, from, to, trade)                                              \
    ",{'first':" first ",'from':{" from "},'issuance':" issuance ",'last':" last                   \
    ",'post':'units','to':{" to "}" trade "}"
#define UNDER(id) ",'trade':" id
#define HELD(owner) "'owner':" owner ",'state':'held'"
#define LOCKED(lock, owner) "'lock':" lock ",'owner':" owner ",'state':'locked'"
#define ENDED(owner, state) "'owner':" owner ",'state':'" state "'"

// Serials 1 to 30 of package 1 under the lock of trade 1.
#define BEGUN(kind)                                                                                \
    TRADE("1", kind, "", "30")                                                                     \
    LINE("1", "1", "30") MOVED("1", "1", "30", HELD("1"), LOCKED("1", "1"), UNDER("1"))
#define APPROVED(legs) DECIDED("1", "approved") legs
#define OUT(first, last, to) MOVED("1", first, last, LOCKED("1", "1"), to, UNDER("1"))
// Trade 2 acts upon trade 1 and takes 10 tonnes out of its lock.
#define UPON(kind)                                                                                 \
    TRADE("2", kind, "'of_trade_id':1,", "10")                                                     \
    LINE("2", "1", "10") MOVED("1", "1", "10", LOCKED("1", "1"), LOCKED("2", "1"), UNDER("2"))
#define GONE MOVED("1", "1", "10", LOCKED("2", "1"), HELD("2"), UNDER("2"))
// Trade 2 or 3 takes back what trade 1 moved: proposed by who has it.
#define BACK(id)                                                                                   \
    "{'amount_fen':0,'buyer_id':1,'kind':'correction','of_trade_id':1,'post':'trade',"             \
    "'proposed_by':'wang','seller_id':2,'state':'proposed','tonnes':30,'trade_id':" id             \
    "},{'amount_fen':0,'ordinal':1,'package_id':1,'post':'trade_line','seller_id':2,'tonnes':30,"  \
    "'trade_id':" id "}" MOVED("1", "1", "30", HELD("2"), LOCKED(id, "2"), UNDER(id))

// Packages 1 and 2 of party 1, with issuances 1 and 2: serials 1 to 100, the last 10 are buffer.
static void issue(struct test_journal *journal, int package)
{
    test_journal_package(journal, package, 1, 100000);
    journal->login = "officer";
    test_journal_entry(
        journal, "package.issue", "package:x",
        "{'buffer_t':10,'debt_kg':0,'debts':[],'issued_t':100,'net_kg':100000,'opening_kg':0,"
        "'package_id':%d,'posts':[{'first':1,'issuance':%d,'last':100,'post':'units','to':{"
        "'owner':1,'state':'held'}},{'first':91,'from':{'owner':1,'state':'held'},'issuance':%d,"
        "'last':100,'post':'units','to':{'owner':1,'state':'buffer'}}],'rest_kg':0,'villages':[{"
        "'mass_kg':100000,'village':'330523205201'}],'vintages':[{'buffer_t':10,"
        "'carried_in_kg':0,'carried_kg':0,'issuance_id':%d,'issued_t':100,'net_kg':100000,"
        "'prefix':'P-%d','vintage':2021}]}",
        package, package, package, package, package);
}

enum { STEPS = 4 };

static void begin(struct test_journal *journal)
{
    test_journal_begin_people(journal);
    for (int party = 1; party <= 3; party++) {
        test_journal_entry(journal, "party.add", "party:x",
                           "{'kind':'village','name':'%d','party_id':%d}", party, party);
    }
    issue(journal, 1);
    issue(journal, 2);
}

// Entries by wang and li in turn; the fault is told of the last one.
static void judge(const char *name, const char *const steps[STEPS], enum th_fault_code code)
{
    struct test_journal journal;
    begin(&journal);
    for (size_t i = 0; i < STEPS && steps[i]; i++) {
        test_journal_posts(&journal, i % 2 == 0 ? "wang" : "li", steps[i]);
    }
    test_judge(&journal, name, code);
}

static const struct {
    const char *name;
    const char *steps[STEPS];
    enum th_fault_code code;
} TAKEN[] = {
    {"bought", {BEGUN("purchase"), APPROVED(OUT("1", "30", HELD("2")))}, TH_FAULT_CODES},
    {"bought into a lock of nobody",
     {BEGUN("purchase"), APPROVED(OUT("1", "30", LOCKED("9", "2")))},
     TH_FAULT_UNITS_PLACE},
    {"bought, and given to somebody else",
     {BEGUN("purchase"), APPROVED(OUT("1", "30", HELD("3")))},
     TH_FAULT_UNITS_PLACE},
    {"bought, and kept by the seller",
     {BEGUN("purchase"), APPROVED(OUT("1", "30", HELD("1")))},
     TH_FAULT_UNITS_TOO_FEW},
    {"bought, and retired",
     {BEGUN("purchase"), APPROVED(OUT("1", "30", ENDED("1", "retired")))},
     TH_FAULT_UNITS_PLACE},
    {"bought, and nothing comes", {BEGUN("purchase"), APPROVED("")}, TH_FAULT_UNITS_TOO_FEW},
    {"bought, and less comes",
     {BEGUN("purchase"), APPROVED(OUT("1", "29", HELD("2")))},
     TH_FAULT_UNITS_TOO_FEW},
    {"bought, and comes out of no lock",
     {TRADE("1", "purchase", "", "30") LINE("1", "1", "30"),
      APPROVED(MOVED("1", "1", "30", HELD("1"), HELD("2"), UNDER("1")))},
     TH_FAULT_UNITS_PLACE},
    {"of another package than the line's",
     {TRADE("1", "purchase", "", "30") LINE("1", "2", "30")
          MOVED("1", "1", "30", HELD("1"), LOCKED("1", "1"), UNDER("1")),
      APPROVED(OUT("1", "30", HELD("2")))},
     TH_FAULT_UNITS_LINES},
    {"cancelled",
     {BEGUN("cancellation"), APPROVED(OUT("1", "30", ENDED("1", "cancelled")))},
     TH_FAULT_CODES},
    {"cancelled for another",
     {BEGUN("cancellation"), APPROVED(OUT("1", "30", ENDED("2", "cancelled")))},
     TH_FAULT_UNITS_PLACE},
    {"cancelled, and living at another's",
     {BEGUN("cancellation"), APPROVED(OUT("1", "30", HELD("2")))},
     TH_FAULT_UNITS_PLACE},
    {"a pledge", {BEGUN("pledge"), APPROVED("")}, TH_FAULT_CODES},
    {"a pledge that gives its units away",
     {BEGUN("pledge"), APPROVED(OUT("1", "30", HELD("2")))},
     TH_FAULT_UNITS_PLACE},
    {"an option that gives its units away",
     {BEGUN("option"), APPROVED(OUT("1", "30", HELD("2")))},
     TH_FAULT_UNITS_PLACE},
    {"out of a lock by who has nothing to do with it",
     {BEGUN("purchase"), TRADE("2", "transfer", "", "10") LINE("2", "1", "10")
                             MOVED("1", "1", "10", LOCKED("1", "1"), LOCKED("2", "1"), UNDER("2"))},
     TH_FAULT_UNITS_PLACE},
    {"set free under another trade",
     {BEGUN("purchase"), TRADE("2", "listing", "", "10")
                             MOVED("1", "1", "10", LOCKED("1", "1"), HELD("1"), UNDER("2"))},
     TH_FAULT_UNITS_PLACE},
    {"locked under no trade",
     {BEGUN("purchase"),
      DECIDED("1", "rejected") MOVED("1", "40", "50", HELD("1"), LOCKED("1", "1"), "")},
     TH_FAULT_UNITS_PLACE},
    {"into a pool by themselves",
     {TRADE("1", "listing", "", "30") MOVED(
         "1", "1", "30", HELD("1"), "'lock':1,'owner':1,'pool':7,'state':'locked'", UNDER("1"))},
     TH_FAULT_UNITS_PLACE},
    {"a deal of no kind", {BEGUN("gift")}, TH_FAULT_POST_FORM},
};

static void audit__units_go_where_a_deal_of_their_kind_takes_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(TAKEN) / sizeof(TAKEN[0]); i++) {
        judge(TAKEN[i].name, TAKEN[i].steps, TAKEN[i].code);
    }
}

static void audit__buffer_leaves_by_reversals_alone_which_cancel_or_owe(void **state)
{
#define BUFFER "'owner':1,'state':'buffer'"
#define REVERSED                                                                                   \
    "{'amount_fen':0,'kind':'reversal','post':'trade','proposed_by':'officer','seller_id':1,"      \
    "'state':'proposed','tonnes':12,'trade_id':1},{'cause':'fire','post':'reversal','trade_id':1}" \
    ",{'before_kg':100000,'issuance_id':1,'lost_kg':12000,'ordinal':1,'post':'reversal_loss',"     \
    "'trade_id':1}" LINE("1", "1", "12")
#define BY_OFFICER                                                                                 \
    "{'decided_by':'officer-2','post':'trade_decision','state':'approved','trade_id':1}"
#define OWED_BY(party, tonnes)                                                                     \
    ",{'owed_t':" tonnes ",'party_id':" party ",'post':'reversal_debt','trade_id':1}"
#define OWED(tonnes) OWED_BY("1", tonnes)
#define ENDS(to) MOVED("1", "91", "100", BUFFER, to, UNDER("1"))
    static const struct {
        const char *name;
        const char *decision;
        enum th_fault_code code;
    } CASES[] = {
        {"cancelled and owed", BY_OFFICER ENDS(ENDED("1", "cancelled")) OWED("2"), TH_FAULT_CODES},
        {"owed by somebody who lost nothing",
         BY_OFFICER ENDS(ENDED("1", "cancelled")) OWED_BY("2", "2"), TH_FAULT_REVERSAL_DEBT},
        {"owed twice by one party", BY_OFFICER ENDS(ENDED("1", "cancelled")) OWED("1") OWED("1"),
         TH_FAULT_POST_FORM},
        {"owed while there is buffer",
         BY_OFFICER MOVED("1", "91", "99", BUFFER, ENDED("1", "cancelled"), UNDER("1")) OWED("3"),
         TH_FAULT_REVERSAL_DEBT},
        {"cancelled alone", BY_OFFICER ENDS(ENDED("1", "cancelled")), TH_FAULT_REVERSAL_SUM},
        {"neither", BY_OFFICER, TH_FAULT_REVERSAL_SUM},
        {"held again", BY_OFFICER ENDS(HELD("1")) OWED("2"), TH_FAULT_UNITS_BUFFER},
        {"held by another", BY_OFFICER ENDS(HELD("2")) OWED("2"), TH_FAULT_UNITS_PLACE},
        {"what is held",
         BY_OFFICER MOVED("1", "1", "10", HELD("1"), ENDED("1", "cancelled"), UNDER("1")) OWED("2"),
         TH_FAULT_UNITS_PLACE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin_people(&journal);
        test_journal_entry(&journal, "party.add", "party:x",
                           "{'kind':'village','name':'1','party_id':1}");
        test_journal_entry(&journal, "party.add", "party:x",
                           "{'kind':'village','name':'2','party_id':2}");
        issue(&journal, 1);
        test_journal_posts(&journal, "officer", REVERSED);
        test_journal_posts(&journal, "officer-2", CASES[i].decision);
        test_judge(&journal, CASES[i].name, CASES[i].code);
    }
    static const char *const FREED[STEPS] = {
        "{'first':91,'from':{" BUFFER
        "},'issuance':1,'last':100,'post':'units','to':{" HELD("1") "}}"};
    judge("freed under no trade", FREED, TH_FAULT_UNITS_BUFFER);
}

static void audit__a_deal_rests_on_what_was_approved_and_not_taken_back(void **state)
{
#define DAYS ",{'post':'listing','trade_id':1,'until_on':'2022-12-31'}"
#define LISTED                                                                                     \
    "{'amount_fen':0,'kind':'listing','post':'trade','price_fen':0,'proposed_by':'wang',"          \
    "'seller_id':1,'state':'proposed','tonnes':30,'trade_id':1}" DAYS LINE("1", "1", "30")         \
        MOVED("1", "1", "30", HELD("1"), LOCKED("1", "1"), UNDER("1"))
#define BOUGHT BEGUN("purchase")
#define CAME APPROVED(OUT("1", "30", HELD("2")))
    static const struct {
        const char *name;
        const char *steps[STEPS];
        enum th_fault_code code;
    } CASES[] = {
        {"accepted",
         {LISTED, DECIDED("1", "approved"), UPON("acceptance"), DECIDED("2", "approved") GONE},
         TH_FAULT_CODES},
        {"of a listing that was withdrawn",
         {LISTED, DECIDED("1", "approved"),
          "{'expires_on':'2021-12-27','lock_id':1,'post':'lock_expiry'}", UPON("acceptance")},
         TH_FAULT_TRADE_DAYS},
        {"of a listing that was rejected",
         {LISTED, DECIDED("1", "rejected"), UPON("acceptance"), DECIDED("2", "approved") GONE},
         TH_FAULT_TRADE_RESTS},
        {"taken back",
         {BOUGHT, CAME, BACK("2"),
          DECIDED("2", "approved") MOVED("1", "1", "30", LOCKED("2", "2"), HELD("1"), UNDER("2"))},
         TH_FAULT_CODES},
        {"taken back to somebody else",
         {BOUGHT, CAME, BACK("2"),
          DECIDED("2", "approved") MOVED("1", "1", "30", LOCKED("2", "2"), HELD("3"), UNDER("2"))},
         TH_FAULT_UNITS_LINES},
        {"taken back before it was approved",
         {BOUGHT, "", BACK("2"), DECIDED("2", "approved")},
         TH_FAULT_TRADE_RESTS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        judge(CASES[i].name, CASES[i].steps, CASES[i].code);
    }
}

static void audit__units_that_ended_do_not_come_back(void **state)
{
#define FOR_E                                                                                      \
    "{'amount_fen':0,'beneficiary':'E','kind':'retirement','post':'trade','proposed_by':'wang',"   \
    "'seller_id':1,'state':'proposed','tonnes':30,'trade_id':1}" LINE("1", "1", "30")              \
        MOVED("1", "1", "30", HELD("1"), LOCKED("1", "1"), UNDER("1"))
#define ACCEPTED                                                                                   \
    ",{'decision':'accepted','name':'E','post':'beneficiary_review','review_id':1,"                \
    "'reviewed_by':'li','uscc':''}"
    static const char *const ENDED_ONCE[STEPS] = {
        FOR_E, APPROVED(ACCEPTED OUT("1", "30", ENDED("1", "retired")))};
    static const char *const BACK_AGAIN[STEPS] = {
        FOR_E, APPROVED(ACCEPTED OUT("1", "30", ENDED("1", "retired"))),
        "{'first':1,'from':{" ENDED(
            "1",
            "retired") "},'issuance':1,'last':5,'post':'units','to':{" HELD("1") "},'trade':1}"};
    (void)state;
    judge("retired", ENDED_ONCE, TH_FAULT_CODES);
    judge("retired, and held again", BACK_AGAIN, TH_FAULT_UNITS_ENDED);
}

static void audit__a_pledgee_gives_up_no_more_than_is_pledged(void **state)
{
#define PLEDGED(tonnes)                                                                            \
    BEGUN("pledge") ",{'post':'pledge','subject':'units','tonnes':" tonnes ",'trade_id':1}"
#define RELEASE(expected, waived)                                                                  \
    UPON("release") ",{" expected "'post':'pledge_release','trade_id':2" waived "}"
#define FREED_10                                                                                   \
    DECIDED("2", "approved") MOVED("1", "1", "10", LOCKED("2", "1"), HELD("1"), UNDER("2"))
    static const struct {
        const char *name;
        const char *steps[STEPS];
        enum th_fault_code code;
    } CASES[] = {
        {"in part", {PLEDGED("30"), APPROVED(""), RELEASE("", ""), FREED_10}, TH_FAULT_CODES},
        {"what never came",
         {PLEDGED("50"), APPROVED(""), RELEASE("", ",'waived_t':40"), FREED_10},
         TH_FAULT_CODES},
        {"more than never came",
         {PLEDGED("50"), APPROVED(""), RELEASE("", ",'waived_t':41"), FREED_10},
         TH_FAULT_PROMISE_TONNES},
        {"more than is expected",
         {PLEDGED("50"), APPROVED(""), RELEASE("'forecast_t':40,", ",'waived_t':1"), FREED_10},
         TH_FAULT_PROMISE_TONNES},
        {"by a deal that is no release",
         {PLEDGED("30"), APPROVED(""),
          UPON("enforcement") ",{'post':'pledge_release','trade_id':2}"},
         TH_FAULT_POST_FORM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        judge(CASES[i].name, CASES[i].steps, CASES[i].code);
    }
}

// Party 2 buys 30 tonnes and sells 10 of them.
static void audit__what_is_held_of_a_pool_was_neither_sold_nor_used(void **state)
{
#define POOLED "'owner':2,'pool':1,'state':'held'"
#define POOL_LOCKED "'lock':2,'owner':2,'pool':1,'state':'locked'"
#define SHARE ",{'bought_t':30,'owner_id':2,'package_id':1,'pool_id':1,'post':'pool_share'}"
#define DRAW(words) ",{'package_id':1,'pool_id':1,'post':'pool_draw'" words "}"
#define SELLS                                                                                      \
    "{'amount_fen':0,'buyer_id':3,'kind':'resale','post':'trade','proposed_by':'wang',"            \
    "'seller_id':2,'state':'proposed','tonnes':10,'trade_id':2},{'amount_fen':0,'ordinal':1,"      \
    "'package_id':1,'pool_id':1,'post':'trade_line','seller_id':2,'tonnes':10,'trade_id':"         \
    "2}" MOVED("1", "1", "10", POOLED, POOL_LOCKED, UNDER("2"))
#define REJECTED DECIDED("2", "rejected") MOVED("1", "1", "10", POOL_LOCKED, POOLED, UNDER("2"))
#define POOL APPROVED(OUT("1", "30", POOLED) SHARE)
    static const struct {
        const char *name;
        const char *steps[STEPS];
        enum th_fault_code code;
    } CASES[] = {
        {"sold", {BOUGHT, POOL, SELLS DRAW(",'sold_t':10")}, TH_FAULT_CODES},
        {"not sold after all",
         {BOUGHT, POOL, SELLS DRAW(",'sold_t':10"), REJECTED DRAW(",'sold_t':-10")},
         TH_FAULT_CODES},
        {"sold, and the pool knows nothing", {BOUGHT, POOL, SELLS}, TH_FAULT_POOL_STOCK},
        {"sold, and less is told", {BOUGHT, POOL, SELLS DRAW(",'used_t':9")}, TH_FAULT_POOL_STOCK},
        {"not sold, and told sold",
         {BOUGHT, POOL, SELLS DRAW(",'sold_t':10"), REJECTED},
         TH_FAULT_POOL_STOCK},
        {"drawn, and nothing moves",
         {BOUGHT, POOL, "{'package_id':1,'pool_id':1,'post':'pool_draw','used_t':5}"},
         TH_FAULT_POOL_STOCK},
        {"bought into no pool",
         {BOUGHT, APPROVED(OUT("1", "30", HELD("2")) SHARE)},
         TH_FAULT_POOL_STOCK},
        {"a pool without shares", {BOUGHT, APPROVED(OUT("1", "30", POOLED))}, TH_FAULT_POOL_STOCK},
        {"another's pool",
         {BOUGHT, APPROVED(OUT("1", "30", "'owner':3,'pool':1,'state':'held'") SHARE)},
         TH_FAULT_POOL_STOCK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        judge(CASES[i].name, CASES[i].steps, CASES[i].code);
    }
}

#define PLACED(tonnes) ",{'lock_id':1,'owner_id':1,'placed_t':" tonnes ",'post':'unit_lock'}"
#define LOCK_MOVE(first, last) ",{" first "'lock_id':1,'post':'lock_move'" last "}"

// 30 tonnes come under the lock of trade 1, and leave it.
static void audit__under_a_lock_lies_what_is_told_of_it(void **state)
{
    enum { TURNS = 2 };
    static const struct {
        const char *name;
        const char *steps[TURNS];
        bool told; // of the last entry
    } CASES[] = {
        {"placed", {BEGUN("purchase") PLACED("30")}, false},
        {"placed and posted",
         {BEGUN("purchase") PLACED("30"),
          APPROVED(OUT("1", "30", HELD("2"))) LOCK_MOVE("", ",'posted_t':30")},
         false},
        {"placed and released",
         {BEGUN("purchase") PLACED("30"),
          DECIDED("1", "rejected") OUT("1", "30", HELD("1")) LOCK_MOVE("", ",'released_t':30")},
         false},
        {"expected, for the rest",
         {BEGUN("purchase") ",{'forecast_t':20,'lock_id':1,'owner_id':1,'placed_t':50,'post':"
                            "'unit_lock'}"},
         false},
        {"not told", {BEGUN("purchase")}, true},
        {"more is told", {BEGUN("purchase") PLACED("31")}, true},
        {"it left, and that is not told",
         {BEGUN("purchase") PLACED("30"), APPROVED(OUT("1", "30", HELD("2")))},
         true},
        {"told to have left, and still there",
         {BEGUN("purchase") PLACED("30"),
          DECIDED("1", "rejected") LOCK_MOVE("", ",'released_t':30")},
         true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        begin(&journal);
        for (size_t k = 0; k < TURNS && CASES[i].steps[k]; k++) {
            test_journal_posts(&journal, k % 2 == 0 ? "wang" : "li", CASES[i].steps[k]);
        }
        print_message("%s\n", CASES[i].name);
        test_journal_end(&journal);
        struct th_check *check = test_audit_with(journal.out.data, journal.out.size, NULL);
        assert_int_equal(test_has(check, TH_FAULT_LOCK_STOCK, journal.seq), CASES[i].told);
        assert_int_equal(check->faults.n, CASES[i].told);
        test_let_go(check);
        test_journal_clear(&journal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__units_go_where_a_deal_of_their_kind_takes_them),
        cmocka_unit_test(audit__buffer_leaves_by_reversals_alone_which_cancel_or_owe),
        cmocka_unit_test(audit__a_pledgee_gives_up_no_more_than_is_pledged),
        cmocka_unit_test(audit__what_is_held_of_a_pool_was_neither_sold_nor_used),
        cmocka_unit_test(audit__under_a_lock_lies_what_is_told_of_it),
        cmocka_unit_test(audit__units_that_ended_do_not_come_back),
        cmocka_unit_test(audit__a_deal_rests_on_what_was_approved_and_not_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
