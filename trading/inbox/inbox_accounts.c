// Accounts that somebody proposed.
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "store/revenue/party_account_store.h"
#include "trading/inbox/inbox_internal.h"

struct walk {
    struct th_inbox *inbox;
    enum th_status status;
    struct th_error *err;
};

// Who may confirm it: th_party_account_confirm.
static enum th_status is_mine(struct walk *walk, const struct th_party_account *account,
                              bool *ret_mine)
{
    const struct th_user *user = &walk->inbox->user;
    bool own = false;
    bool other = false;
    enum th_status status = TH_OK;
    if (th_inbox_is(walk->inbox, "bank") && user->party_id != 0) {
        status = th_party_banks(walk->inbox->store, account->party_id, user->party_id, &own, &other,
                                walk->err);
    }
    *ret_mine = status == TH_OK && !other && strcmp(account->proposed_by, user->login) != 0;
    return status;
}

static bool see_account(void *context, const struct th_party_account *account)
{
    struct walk *walk = context;
    struct th_inbox_item item = {.what = "account.confirm"};
    struct th_party party;
    bool mine = false;
    walk->status = is_mine(walk, account, &mine);
    if (walk->status != TH_OK || !mine) {
        return walk->status == TH_OK;
    }
    walk->status = th_party_load(walk->inbox->store, account->party_id, &party, walk->err);
    if (walk->status != TH_OK) {
        return false;
    }
    (void)th_subject("account", account->account_id, item.subject);
    th_text_copy(item.name, sizeof(item.name), party.name);
    th_text_copy(item.by, sizeof(item.by), account->proposed_by);
    (void)snprintf(item.command, sizeof(item.command), "tanhui party account confirm %lld --number",
                   (long long)account->account_id);
    walk->status = th_inbox_add(walk->inbox, &item, walk->err);
    return walk->status == TH_OK;
}

enum th_status th_inbox_accounts(struct th_inbox *inbox, struct th_error *err)
{
    struct walk walk = {.inbox = inbox, .status = TH_OK, .err = err};
    if (!th_inbox_is(inbox, "bank") && !th_inbox_is(inbox, "officer")) {
        return TH_OK;
    }
    enum th_status status =
        th_party_account_each(inbox->store, 0, "proposed", see_account, &walk, err);
    return status == TH_OK ? walk.status : status;
}
