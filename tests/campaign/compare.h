// What stands in the file beside what the model has. Differences are printed.
#ifndef TH_TESTS_CAMPAIGN_COMPARE_H
#define TH_TESTS_CAMPAIGN_COMPARE_H

#include "tests/campaign/rows.h"
#include "tests/campaign/world.h"

struct pair { // that must be alike
    struct rows *rows;
    const struct slot *slot;
    const struct model *model;
};

// Cheap sums: units by party and state; the money of the newest entry sums to zero.
bool compare_sums(const struct pair *pair);
// What a reply says of a deal's money: what is outstanding, and how receipts filled the days of
// payment.
bool compare_reply(const struct model *model, int deal, const struct th_json *reply);
// What a reply says of a pledge's loan, all in all and payment by payment.
bool compare_loan(const struct deal *pledge, const struct th_json *reply);
// Every tonne, every deal with its lines, every pool, all money, every forecast.
bool compare_all(const struct pair *pair);

#endif
