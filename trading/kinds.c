// The kinds of deals that the registry knows.
#include <string.h>

#include "trading/ahead/promise.h"
#include "trading/pledge/pledge_internal.h"
#include "trading/reversal/reversal_internal.h"
#include "trading/spot/spot_internal.h"

static const struct th_deal_kind *const KINDS[] = {
    &th_deal_purchase,     &th_deal_resale,       &th_deal_transfer,    &th_deal_retirement,
    &th_deal_cancellation, &th_deal_subscription, &th_deal_forward,     &th_deal_option,
    &th_deal_delivery,     &th_deal_exercise,     &th_deal_listing,     &th_deal_acceptance,
    &th_deal_pledge,       &th_deal_release,      &th_deal_enforcement, &th_deal_reversal,
    &th_deal_correction};

const struct th_deal_kind *th_deal_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
        if (strcmp(KINDS[i]->name, name) == 0) {
            return KINDS[i];
        }
    }
    return NULL;
}
