// What people read in the body of an entry, and what the registry makes of its posts, are the same;
// and roles and rules are those that hold on the day.
#include "tests/audit/verdict.h"
#include "tests/support/support.h"

struct entry {
    const char *login;
    const char *kind;
    const char *body;
};

enum { ENTRIES_MAX = 5 };

struct case_of_entries {
    const char *name;
    struct entry entries[ENTRIES_MAX];
    enum th_fault_code code; // of the last one; TH_FAULT_CODES: none of any
};

static void judge_all(const struct case_of_entries *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        for (size_t k = 0; k < ENTRIES_MAX && cases[i].entries[k].login; k++) {
            journal.login = cases[i].entries[k].login;
            test_journal_entry(&journal, cases[i].entries[k].kind, "trade:1", "%s",
                               cases[i].entries[k].body);
        }
        test_judge(&journal, cases[i].name, cases[i].code);
    }
}
#define JUDGE_ALL(cases) judge_all((cases), sizeof(cases) / sizeof((cases)[0]))

#define USER(body_role, role)                                                                      \
    "user.add", "{'activation_hash':'00','login':'bo','party_id':5,'posts':[{'login':'bo',"        \
                "'party_id':5,'post':'user_account','role':'" role "'}],'role':'" body_role        \
                "','village':null}"
#define RULE(id, value, posted)                                                                    \
    "rule.set", "{'document_id':null,'name':'deal_alone_cny','posts':[{'login':'officer','name':"  \
                "'deal_alone_cny','post':'county_rule','reason':'r','rule_id':" id                 \
                ",'since':'2021-12-28','value':'" posted "'}],'reason':'r','rule_id':" id          \
                ",'since':'2021-12-28','value':'" value "'}"
#define LIMIT(fen, posted)                                                                         \
    "user.limit", "{'amount_fen':" fen ",'from':'2021-12-28','limit_id':1,'login':'li','posts':["  \
                  "{'amount_fen':" posted ",'from_on':'2021-12-28','limit_id':1,'login':'li',"     \
                  "'post':'user_limit'}],'tonnes':null}"
#define PARTY(id, kind, village, posted_kind, posted_village)                                      \
    "party.add",                                                                                   \
        "{'division':null,'kind':'" kind "','name':'M','party_id':" id ",'posts':[{"               \
        "'kind':'" posted_kind "','name':'M','party_id':" id                                       \
        ",'post':'party','village':'" posted_village "'}],'uscc':null,'village':'" village "'}"
#define PACKAGE(holder, posted_holder, maker)                                                      \
    "package.create", "{'created_by':'clerk','from':'2018-01-01','holder_id':" holder              \
                      ",'name':'p','package_id':1,'posts':[{'created_by':'" maker                  \
                      "','from_on':'2018-01-01','holder_id':" posted_holder                        \
                      ",'name':'p','package_id':1,'post':'package','state':'draft','to_on':"       \
                      "'2020-12-31'}],'state':'draft','to':'2020-12-31'}"
// Of a package on a statement, which has no run.
#define SUBMIT(posted_holder)                                                                      \
    "package.submit",                                                                              \
        "{'opening':[],'package_id':1,'parcels':[{'parcel_id':1,'version':1}],'posts':[{'created_" \
        "by':'clerk','holder_id'"                                                                  \
        ":" posted_holder ",'package_id':1,'post':'package','state':'submitted','submitted_by':"   \
        "'clerk'}],'run_id':0,'state':'submitted','submitted_by':'clerk'}"
#define TERM(ratio, posts)                                                                         \
    "revenue.term", "{'basis':'gross','document_id':1,'document_sha256':'aa','from':'2021-01-01'," \
                    "'posts':[{'document_id':1,'name':'f','post':'document','sha256':'aa',"        \
                    "'size_bytes':1},{'basis':'gross','document_id':1,'from_on':'2021-01-01',"     \
                    "'post':'revenue_term','ratio':'70','term_id':1}," posts "],'ratio':'" ratio   \
                    "','splits':[{'party_kind':'township','share':'0.2'},{'party':2,"              \
                    "'party_kind':'village','share':'4/5'}],'term_id':1,'to':null}"
#define SPLIT(ordinal, whom, share)                                                                \
    "{'ordinal':" ordinal "," whom ",'post':'revenue_term_split','share':'" share "','term_id':1}"
#define TOWNSHIP SPLIT("1", "'party_kind':'township'", "0.2")
#define VILLAGE SPLIT("2", "'party_id':2,'party_kind':'village'", "4/5")
#define DOCUMENT(told, posted)                                                                     \
    "share.add", "{'document_sha256':'" told "','posts':[{'document_id':1,'name':'f','post':"      \
                 "'document','sha256':'" posted "','size_bytes':1}]}"
#define STATEMENT(posted)                                                                          \
    "k", "{'document':{'document_id':1,'sha256':'aa'},'posts':[{'document_id':1,'name':'f',"       \
         "'post':'document','sha256':'" posted "','size_bytes':1}]}"

static void audit__posts_say_what_the_body_of_their_entry_tells(void **state)
{
    static const struct case_of_entries CASES[] = {
        {"a login", {{"admin", USER("bank", "bank")}}, TH_FAULT_CODES},
        {"a login of another role", {{"admin", USER("clerk", "bank")}}, TH_FAULT_POST_TOLD},
        {"a rule", {{"officer", RULE("1", "5000", "5000")}}, TH_FAULT_CODES},
        {"a rule of another amount",
         {{"officer", RULE("1", "5000", "99999999")}},
         TH_FAULT_POST_TOLD},
        {"no limit", {{"admin", LIMIT("null", "null")}}, TH_FAULT_CODES},
        {"a limit", {{"admin", LIMIT("100", "100")}}, TH_FAULT_CODES},
        {"a higher limit", {{"admin", LIMIT("100", "101")}}, TH_FAULT_POST_TOLD},
        {"no limit, where one is told", {{"admin", LIMIT("100", "null")}}, TH_FAULT_POST_TOLD},
        {"a party",
         {{"clerk", PARTY("11", "village", "330523001001", "village", "330523001001")}},
         TH_FAULT_CODES},
        {"a party of another kind",
         {{"clerk", PARTY("11", "village", "330523001001", "fund", "330523001001")}},
         TH_FAULT_POST_TOLD},
        {"a party of another village",
         {{"clerk", PARTY("11", "village", "330523001001", "village", "330523001002")}},
         TH_FAULT_POST_TOLD},
        {"a package", {{"clerk", PACKAGE("1", "1", "clerk")}}, TH_FAULT_CODES},
        {"a package of another holder",
         {{"clerk", PACKAGE("1", "2", "clerk")}},
         TH_FAULT_POST_TOLD},
        {"a package that another made",
         {{"clerk", PACKAGE("1", "1", "other")}},
         TH_FAULT_POST_TOLD},
        {"a package that goes on",
         {{"clerk", PACKAGE("1", "1", "clerk")}, {"clerk", SUBMIT("1")}},
         TH_FAULT_CODES},
        {"a package that changes hands",
         {{"clerk", PACKAGE("1", "1", "clerk")}, {"clerk", SUBMIT("2")}},
         TH_FAULT_POST_TOLD},
        {"a term", {{"officer", TERM("70", TOWNSHIP "," VILLAGE)}}, TH_FAULT_CODES},
        {"a term of another ratio",
         {{"officer", TERM("99", TOWNSHIP "," VILLAGE)}},
         TH_FAULT_POST_TOLD},
        {"a term for another party",
         {{"officer",
           TERM("70", TOWNSHIP "," SPLIT("2", "'party_id':3,'party_kind':'village'", "4/5"))}},
         TH_FAULT_POST_TOLD},
        {"a term with one more who shares",
         {{"officer", TERM("70", TOWNSHIP "," VILLAGE "," SPLIT("3", "'party_id':9", "0"))}},
         TH_FAULT_POST_TOLD},
        {"a document", {{"clerk", DOCUMENT("aa", "aa")}}, TH_FAULT_CODES},
        {"another document", {{"clerk", DOCUMENT("aa", "bb")}}, TH_FAULT_POST_TOLD},
        {"a statement", {{"clerk", STATEMENT("aa")}}, TH_FAULT_CODES},
        {"another statement", {{"clerk", STATEMENT("bb")}}, TH_FAULT_POST_TOLD},
    };
    (void)state;
    JUDGE_ALL(CASES);
}

static void audit__what_is_told_stands_where_it_is_told_and_once(void **state)
{
    static const struct case_of_entries CASES[] = {
        {"a login in an entry about something else",
         {{"admin", "registry.clock",
           "{'posts':[{'login':'bo','post':'user_account','role':'officer'}]}"}},
         TH_FAULT_POST_PLACE},
        {"a rule in an entry about something else",
         {{"officer", "methodology.add",
           "{'posts':[{'login':'officer','name':'deal_alone_cny','post':'county_rule','rule_id':1,"
           "'since':'2021-12-28','value':'1'}]}"}},
         TH_FAULT_POST_PLACE},
        {"what somebody kept for imports is forgotten",
         {{"clerk", "profile.drop",
           "{'posts':[{'name':'p','post':'gone','table':'import_profile'}]}"}},
         TH_FAULT_CODES},
        {"a rule is forgotten",
         {{"clerk", "profile.drop",
           "{'posts':[{'post':'gone','rule_id':1,'table':'county_rule'}]}"}},
         TH_FAULT_POST_PLACE},
        {"a rule under a number that another one has",
         {{"officer", RULE("1", "5000", "5000")}, {"officer", RULE("1", "6000", "6000")}},
         TH_FAULT_POST_AGAIN},
        {"a document under a number that another one has",
         {{"clerk", DOCUMENT("aa", "aa")}, {"clerk", DOCUMENT("bb", "bb")}},
         TH_FAULT_POST_AGAIN},
        {"a party under a number that another one has",
         {{"clerk", PARTY("11", "village", "330523001001", "village", "330523001001")},
          {"clerk", PARTY("11", "village", "330523001002", "village", "330523001002")}},
         TH_FAULT_PARTY_AGAIN},
        {"a party that a file of shares brings anew",
         {{"clerk", PARTY("11", "village", "330523001001", "village", "330523001001")},
          {"clerk", "share.import",
           "{'posts':[{'kind':'household','name':'Z','party_id':11,'post':'party'}]}"}},
         TH_FAULT_PARTY_AGAIN},
        {"somebody who shares in a term, added by a later entry",
         {{"officer", TERM("70", TOWNSHIP "," VILLAGE)},
          {"officer", "revenue.term",
           "{'posts':[" SPLIT("3", "'party_id':9", "1/9") "],'splits':[{},{},{'party':9,'share':"
                                                          "'1/9'}],'term_id':1}"}},
         TH_FAULT_TERM_SPLITS},
        {"a term of which a part is nobody's",
         {{"officer", TERM("70", TOWNSHIP)}},
         TH_FAULT_TERM_SPLITS},
    };
    (void)state;
    JUDGE_ALL(CASES);
}

#define BUYER(party)                                                                               \
    "trade.propose", "{'posts':[{'amount_fen':100,'buyer_id':" party ",'kind':'option',"           \
                     "'on_date':'2021-12-28','post':'trade','proposed_by':'wang','seller_id':1,"   \
                     "'state':'proposed','tonnes':1,'trade_id':1}]}"
#define BROUGHT "{'kind':'household','name':'Z','party_id':99,'post':'party'}"

#define OTHER_DEAL                                                                                 \
    "trade.propose", "{'posts':[{'amount_fen':100,'buyer_id':2,'kind':'option','on_date':"         \
                     "'2021-12-28','post':'trade','proposed_by':'wang','seller_id':1,'state':"     \
                     "'proposed','tonnes':1,'trade_id':10}]}"
#define DECISION(state)                                                                            \
    "{'posts':[{'decided_by':'li','post':'trade_decision','state':'" state "','trade_id':1}]}"

// All entries here are about trade 1.
static void audit__an_entry_is_called_what_it_does_and_names_its_deal(void **state)
{
    static const struct case_of_entries CASES[] = {
        {"a rejection",
         {{"wang", BUYER("2")}, {"li", "trade.reject", DECISION("rejected")}},
         TH_FAULT_CODES},
        {"an approval among receipts",
         {{"wang", BUYER("2")}, {"li", "receipt.confirm", DECISION("approved")}},
         TH_FAULT_POST_PLACE},
        {"an approval that is called a rejection",
         {{"wang", BUYER("2")}, {"li", "trade.reject", DECISION("approved")}},
         TH_FAULT_POST_PLACE},
        {"a rejection that is called an approval",
         {{"wang", BUYER("2")}, {"li", "trade.approve", DECISION("rejected")}},
         TH_FAULT_POST_PLACE},
        {"a deal among parcels",
         {{"wang", "draft.save",
           "{'posts':[{'amount_fen':100,'buyer_id':2,'kind':'option','on_date':'2021-12-28',"
           "'post':'trade','proposed_by':'wang','seller_id':1,'state':'proposed','tonnes':1,"
           "'trade_id':1}]}"}},
         TH_FAULT_POST_PLACE},
        {"another deal than the entry is about", {{"wang", OTHER_DEAL}}, TH_FAULT_POST_SUBJECT},
    };
    (void)state;
    JUDGE_ALL(CASES);
}

static void audit__deals_are_of_parties_that_were_added(void **state)
{
    static const struct case_of_entries CASES[] = {
        {"a party that was added", {{"wang", BUYER("2")}}, TH_FAULT_CODES},
        {"one that came with a file of shares",
         {{"clerk", "share.import", "{'posts':[" BROUGHT "]}"}, {"wang", BUYER("99")}},
         TH_FAULT_CODES},
        {"one that was never added", {{"wang", BUYER("99")}}, TH_FAULT_PARTY_UNKNOWN},
        {"money of one that was never added",
         {{"wang", "k",
           "{'posts':[{'account':'cash','amount_fen':1,'memo':'money.receipt','on':'2021-12-28',"
           "'party':99,'post':'money'}]}"}},
         TH_FAULT_PARTY_UNKNOWN},
    };
    (void)state;
    JUDGE_ALL(CASES);
}

#define ALONE(rule)                                                                                \
    "trade.carry_out", "{'posts':[{'amount_fen':100000,'kind':'transfer','on_date':'2021-12-28',"  \
                       "'post':'trade','proposed_by':'wang','state':'proposed','tonnes':0,"        \
                       "'trade_id':1},{'alone_rule_id':" rule                                      \
                       ",'decided_by':'wang','decided_on':'2021-12-28','post':'trade_decision',"   \
                       "'state':'approved','trade_id':1}]}"
#define LATER_RULE                                                                                 \
    "rule.set", "{'name':'deal_alone_cny','rule_id':2,'since':'2021-12-29','value':'0'}"

static void audit__one_person_decides_by_the_rule_in_force_on_the_day(void **state)
{
    static const struct case_of_entries CASES[] = {
        {"the rule in force",
         {{"officer", RULE("1", "5000", "5000")}, {"wang", ALONE("1")}},
         TH_FAULT_CODES},
        {"a rule that another one replaced",
         {{"officer", RULE("1", "5000", "5000")},
          {"officer", RULE("2", "0", "0")},
          {"wang", ALONE("1")}},
         TH_FAULT_TRADE_SELF},
        {"the one that replaced it",
         {{"officer", RULE("1", "0", "0")},
          {"officer", RULE("2", "5000", "5000")},
          {"wang", ALONE("2")}},
         TH_FAULT_CODES},
        {"a rule that another one will replace",
         {{"officer", RULE("1", "5000", "5000")}, {"officer", LATER_RULE}, {"wang", ALONE("1")}},
         TH_FAULT_CODES},
    };
    (void)state;
    JUDGE_ALL(CASES);
}

#define SALE                                                                                       \
    "trade.propose", "{'posts':[{'amount_fen':100000,'kind':'resale','on_date':'2021-12-28',"      \
                     "'post':'trade','proposed_by':'wang','state':'proposed','tonnes':0,"          \
                     "'trade_id':1}]}"
#define COST(fen)                                                                                  \
    "revenue.deduct", "{'amount_fen':" fen ",'deduction_id':1,'kind':'fee','posts':[{"             \
                      "'amount_fen':" fen ",'deduction_id':1,'kind':'fee','post':"                 \
                      "'revenue_deduction','trade_id':1}],'trade_id':1}"

static void audit__a_cost_takes_off_and_never_adds(void **state)
{
    static const struct case_of_entries CASES[] = {
        {"a cost", {{"wang", SALE}, {"wang", COST("1")}}, TH_FAULT_CODES},
        {"none", {{"wang", SALE}, {"wang", COST("0")}}, TH_FAULT_POST_FORM},
        {"one below zero", {{"wang", SALE}, {"wang", COST("-10000")}}, TH_FAULT_POST_FORM},
        {"a reserve that came to less than nothing",
         {{"wang", SALE},
          {"wang", "revenue.reserve",
           "{'actual_fen':-1,'posts':[{'actual_fen':-1,'login':'wang','post':'reserve_settlement',"
           "'settlement_id':1,'trade_id':1}],'settlement_id':1,'trade_id':1}"}},
         TH_FAULT_POST_FORM},
    };
    (void)state;
    JUDGE_ALL(CASES);
}

// As the table of roles in docs/audit.md has them: one who may, and one who may not.
static void audit__entries_are_made_by_the_roles_that_may(void **state)
{
    static const struct {
        const char *kind;
        const char *may;
        const char *may_not;
    } CASES[] = {{"payment.confirm", "wang", "verifier"},
                 {"payment.return", "wang", "officer"},
                 {"payment.resend", "wang", "clerk"},
                 {"payment.import", "wang", "admin"},
                 {"revenue.deduct", "wang", "officer"},
                 {"revenue.undeduct", "wang", "clerk"},
                 {"revenue.reserve", "wang", "officer"},
                 {"revenue.unsettle", "wang", "officer"},
                 {"revenue.distribute", "wang", "officer"},
                 {"revenue.term", "officer", "wang"},
                 {"revenue.term_end", "officer", "admin"},
                 {"share.import", "clerk", "verifier"},
                 {"share.add", "admin", "wang"},
                 {"party.add", "wang", "verifier"},
                 {"village.import", "clerk", "verifier"},
                 {"forecast.register", "officer", "wang"},
                 {"forecast.correct", "officer", "wang"},
                 {"forecast.settle", "wang", "clerk"},
                 {"methodology.add", "officer", "wang"},
                 {"parcel.import", "clerk", "wang"},
                 {"parcel.split", "admin", "verifier"},
                 {"tenure.import", "officer", "wang"},
                 {"layer.add", "officer", "clerk"},
                 {"enterprise.record", "wang", "clerk"},
                 {"listing.withdraw", "officer", "verifier"},
                 {"trade.expire", "wang", "clerk"},
                 {"outbox.renew", "admin", "officer"},
                 {"registry.clock", "admin", "officer"},
                 {"draft.save", "clerk", "wang"},
                 {"profile.drop", "clerk", "verifier"}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        for (int k = 0; k < 2; k++) {
            struct test_journal journal;
            test_journal_begin(&journal);
            journal.login = k == 0 ? CASES[i].may : CASES[i].may_not;
            test_journal_entry(&journal, CASES[i].kind, "x", "{}");
            test_judge(&journal, CASES[i].kind, k == 0 ? TH_FAULT_CODES : TH_FAULT_LOGIN_ROLE);
        }
    }
}

// Whatever the entry calls itself.
static void audit__posts_are_made_by_the_roles_that_may(void **state)
{
    static const struct {
        const char *login;
        const char *post;
    } CASES[] = {{"wang", "revenue_term_split"},  {"wang", "member_share"},
                 {"verifier", "party"},           {"officer", "user_account"},
                 {"admin", "county_rule"},        {"clerk", "revenue_deduction"},
                 {"officer", "distribution"},     {"officer", "payout_event"},
                 {"clerk", "reserve_settlement"}, {"officer", "settlement_withdrawal"},
                 {"wang", "forecast_correction"}};
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct test_journal journal;
        test_journal_begin(&journal);
        journal.login = CASES[i].login;
        test_journal_entry(&journal, "k", "x", "{'posts':[{'post':'%s'}]}", CASES[i].post);
        test_judge(&journal, CASES[i].post, TH_FAULT_LOGIN_ROLE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audit__posts_say_what_the_body_of_their_entry_tells),
        cmocka_unit_test(audit__what_is_told_stands_where_it_is_told_and_once),
        cmocka_unit_test(audit__an_entry_is_called_what_it_does_and_names_its_deal),
        cmocka_unit_test(audit__deals_are_of_parties_that_were_added),
        cmocka_unit_test(audit__one_person_decides_by_the_rule_in_force_on_the_day),
        cmocka_unit_test(audit__a_cost_takes_off_and_never_adds),
        cmocka_unit_test(audit__entries_are_made_by_the_roles_that_may),
        cmocka_unit_test(audit__posts_are_made_by_the_roles_that_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
