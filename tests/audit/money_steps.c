#include "tests/audit/money_steps.h"

static const struct step HONEST[STEPS] = {
    [RESALE] = {"wang", TRADE("1", "1800", "3", "resale", "", "9", "30") "," LINE(
                            "1", "1", "1", "10", "600") "," LINE("1", "2", "2", "20", "1200")},
    [RESALE_APPROVED] = {"li", APPROVED("1") "," CLAIM("1", "resale", "3", "1", "600") "," CLAIM(
                                   "1", "resale", "3", "2", "1200")},
    [RESALE_RECEIPT] = {"wang", PAY("1", "receipt", "3", "1", "33") "," PAY(
                                    "1", "receipt", "3", "2", "67") "," RECEIPT("1", "1", "100")},
    [PLEDGE] = {"wang",
                TRADE("2", "0", "5", "pledge", "", "1", "20") ",{'debtor_id':1,'post':"
                                                              "'pledge','principal_fen':"
                                                              "1000,'rate':'36','subject':'units',"
                                                              "'tonnes':20,'trade_id':2}"},
    [PLEDGE_APPROVED] = {"li", APPROVED("2")},
    [LOAN_OUT] = {"wang", LOAN("1", "payout", "1000", "") "," MOVE(
                              "2", "loan_payout", "cash", "5", "1",
                              "1000") "," CLAIM("2", "loan_payout", "1", "5", "1000")},
    [ENFORCEMENT] = {"wang", TRADE("3", "900", "3", "enforcement", OF("2"), "1",
                                   "9") ",{'ordinal':1,'owed_fen':500,'pledge_id':2,'post':"
                                        "'enforcement_debt','trade_id':3}"},
    [ENFORCEMENT_APPROVED] = {"li", APPROVED("3") "," CLAIM("3", "enforcement", "3", "5",
                                                            "500") "," CLAIM("3", "enforcement",
                                                                             "3", "1", "400")},
    [ENFORCEMENT_RECEIPT] = {"wang",
                             PAY("3", "receipt", "3", "5", "500") "," PAY(
                                 "3", "receipt", "3", "1", "100") "," RECEIPT("2", "3", "600")},
    [LOAN_CREDITED] = {"wang", LOAN("2", "repayment", "500",
                                    OUT_OF("3")) "," CLAIM("2", "loan_repayment", "5", "1", "500")},
    [SUBSCRIPTION] = {"wang", TRADE("4", "1000", "3", "subscription", "", "1", "10")},
    [SUBSCRIPTION_APPROVED] = {"li", APPROVED("4")},
    [PREPAYMENT] = {"wang", PAY("4", "receipt", "3", "1", "400") "," RECEIPT("3", "4", "400")},
    [DELIVERY] = {"wang",
                  TRADE("5", "500", "3", "delivery", OF("4"), "1",
                        "5") ",{'post':'delivery','trade_id':5}," LINE("5", "1", "1", "5", "500")},
    [DELIVERY_APPROVED] = {"li",
                           APPROVED("5") "," CLAIM("5", "delivery", "3", "1", "500") "," MOVE(
                               "4", "prepaid", "claim", "3", "1",
                               "400") "," MOVE("4", "prepaid", "cash", "1", "3",
                                               "400") "," PAY("5", "receipt", "3", "1",
                                                              "400") "," RECEIPT("4", "5", "400")},
    [PREPAYMENT_AGAIN] = {"wang",
                          PAY("4", "receipt", "3", "1", "300") "," RECEIPT("5", "4", "300")},
    [REFUND] = {"wang", TRADE("6", "300", "3", "delivery", OF("4"), "1",
                              "0") ",{'post':'delivery','refund_t':5,'trade_id':6}"},
    [REFUND_APPROVED] = {"li", APPROVED("6") "," CLAIM("4", "prepaid", "3", "1", "300") "," CLAIM(
                                   "6", "refund", "1", "3", "300")},
    [REFUND_PAID] = {"wang", PAY("6", "receipt", "1", "3", "300") "," RECEIPT("6", "6", "300")},
    [CORRECTION] = {"wang", TRADE("7", "100", "9", "correction", OF("1"), "3", "30")},
    [CORRECTION_APPROVED] = {"li",
                             APPROVED("7") "," CLAIM("1", "dropped", "1", "3", "567") "," CLAIM(
                                 "1", "dropped", "2", "3",
                                 "1133") "," CLAIM("7", "correction", "1", "3",
                                                   "33") "," CLAIM("7", "correction", "2", "3",
                                                                   "67")},
    [CORRECTION_PAID] = {"wang", PAY("7", "receipt", "1", "3", "17") "," PAY(
                                     "7", "receipt", "2", "3", "33") "," RECEIPT("7", "7", "50")},
    [OPTION] = {"wang", TRADE("8", "70", "3", "option", "", "1", "10")},
    [OPTION_APPROVED] = {"li", APPROVED("8") "," CLAIM("8", "premium", "3", "1", "70")},
    [PREMIUM] = {"wang", PAY("8", "receipt", "3", "1", "70") "," RECEIPT("8", "8", "70")},
};

void money_steps_write(struct test_journal *journal, int n, const struct step *other)
{
    test_journal_begin(journal);
    journal->of_money = true;
    journal->at_utc = 1717207200; // 2024-06-01: loans run over a leap year
    for (int i = 0; i < n; i++) {
        test_journal_posts(journal, HONEST[i].login, HONEST[i].posts);
    }
    if (other) {
        test_journal_posts(journal, other->login, other->posts);
    }
}
