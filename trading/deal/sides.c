// Whose deal it is: who may have a hand in it, and whether the side whose word it needs was heard.
#include <string.h>

#include "trading/deal/deal.h"

// A bank's login has a hand in the deals of its bank, in retirements of those to whom it sold, and,
// of what acts upon another deal, in those of that deal's parties.
static enum th_status is_own(struct th_store *store, const struct th_actor *actor,
                             const struct th_trade *trade, bool *ret_own, struct th_error *err)
{
    enum th_status status = TH_OK;
    bool own = actor->party_id == 0 || strcmp(actor->role, "bank") != 0 ||
               actor->party_id == trade->seller_id || actor->party_id == trade->buyer_id;
    if (!own && strcmp(trade->kind, "retirement") == 0) {
        struct th_units sold;
        status = th_trade_served(store, actor->party_id, trade->seller_id, &sold, err);
        own = status == TH_OK && th_units_t(sold) > 0;
    }
    if (!own && status == TH_OK && trade->of_trade_id != 0) {
        struct th_trade of;
        status = th_trade_load(store, trade->of_trade_id, &of, err);
        own =
            status == TH_OK && (actor->party_id == of.seller_id || actor->party_id == of.buyer_id);
    }
    *ret_own = own;
    return status;
}

static enum th_status check_own(struct th_store *store, const struct th_actor *actor,
                                const struct th_trade *trade, struct th_error *err)
{
    struct th_party bank;
    bool own = false;
    enum th_status status = is_own(store, actor, trade, &own, err);
    if (status != TH_OK || own) {
        return status;
    }
    status = th_party_load(store, actor->party_id, &bank, err);
    return status == TH_OK ? th_error_set(err, TH_NOT_PERMITTED, "trade_not_yours", "login",
                                          actor->login, "bank", bank.name, NULL)
                           : status;
}

enum th_status th_check_own_trade(struct th_work *work, const struct th_trade *trade,
                                  struct th_error *err)
{
    return check_own(th_work_store(work), th_work_actor(work), trade, err);
}

enum th_status th_deal_speaks_for(struct th_store *store, int64_t login_party_id, int64_t party_id,
                                  bool *ret_speaks, struct th_error *err)
{
    bool has = false;
    enum th_status status = TH_OK;
    if (login_party_id == 0 && party_id != 0) {
        status = th_party_has_login(store, party_id, &has, err);
        *ret_speaks = !has;
    } else {
        *ret_speaks = login_party_id == party_id;
    }
    return status;
}

// The two persons of an approval.
struct persons {
    const struct th_actor *actor;
    struct th_user proposer;
};

// Was a side heard? The county's word for one that has logins counts where `county`.
static enum th_status is_heard(struct th_store *store, const struct persons *persons,
                               int64_t party_id, bool county, bool *ret_heard, struct th_error *err)
{
    const int64_t parties[] = {persons->actor->party_id, persons->proposer.party_id};
    bool heard = false;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < 2 && status == TH_OK && !heard; i++) {
        status = th_deal_speaks_for(store, parties[i], party_id, &heard, err);
        heard = heard || (county && parties[i] == 0);
    }
    *ret_heard = heard;
    return status;
}

static enum th_status whose_word(struct th_store *store, const struct th_trade *trade,
                                 struct th_word *ret_word, struct th_error *err)
{
    const struct th_deal_kind *kind = th_deal_kind_find(trade->kind);
    *ret_word = (struct th_word){.seller = !kind->from_lock && !kind->of_officers};
    return kind->must_hear ? kind->must_hear(store, trade, ret_word, err) : TH_OK;
}

// Nobody's units are promised or taken, and nobody is bound anew or loses a claim, by the other
// side's word alone: two persons of one bank are one side.
static enum th_status check_heard(struct th_store *store, const struct th_actor *actor,
                                  const struct th_trade *trade, struct th_error *err)
{
    const struct th_deal_kind *kind = th_deal_kind_find(trade->kind);
    struct persons persons = {.actor = actor};
    struct th_word word;
    bool giver = true;
    bool buyer = true;
    enum th_status status = whose_word(store, trade, &word, err);
    if (status == TH_OK && (word.seller || word.buyer)) {
        status = th_user_load(store, trade->proposed_by, &persons.proposer, err);
    }
    if (status == TH_OK && word.seller) {
        status = is_heard(store, &persons, trade->seller_id, word.county, &giver, err);
    }
    if (status == TH_OK && !giver && kind->without_giver) {
        status = kind->without_giver(store, trade, actor->party_id, &giver, err);
    }
    if (status == TH_OK && word.buyer) {
        status = is_heard(store, &persons, trade->buyer_id, word.county, &buyer, err);
    }
    return status != TH_OK || (giver && buyer)
               ? status
               : th_error_set(err, TH_NOT_PERMITTED, giver ? "buyer_unheard" : "giver_unheard",
                              "login", actor->login, "proposer", trade->proposed_by, NULL);
}

static bool is_officer(const char *role)
{
    return strcmp(role, "officer") == 0;
}

// TH_NOT_PERMITTED with that key when the party can speak for itself. Nobody's is party 0.
static enum th_status check_silent(struct th_store *store, const char *key, const char *login,
                                   int64_t party_id, struct th_error *err)
{
    struct th_party party;
    bool speaks = false;
    enum th_status status =
        party_id != 0 ? th_party_has_login(store, party_id, &speaks, err) : TH_OK;
    if (status != TH_OK || !speaks) {
        return status;
    }
    status = th_party_load(store, party_id, &party, err);
    return status == TH_OK
               ? th_error_set(err, TH_NOT_PERMITTED, key, "login", login, "party", party.name, NULL)
               : status;
}

// The county acts for a pledgee who has no login, or whose word its own does for; a desk of no
// party also where he is heard with the approval.
static enum th_status check_pledgee(struct th_store *store, const struct th_actor *actor,
                                    const struct th_trade *trade, int64_t pledgee_id,
                                    struct th_error *err)
{
    struct th_word word;
    enum th_status status = whose_word(store, trade, &word, err);
    return status != TH_OK || (word.buyer && (word.county || !is_officer(actor->role)))
               ? status
               : check_silent(store, "officer_stands_in", actor->login, pledgee_id, err);
}

enum th_status th_deal_check_proposer(struct th_store *store, const struct th_actor *actor,
                                      const struct th_trade *trade,
                                      const struct th_trade_line *lines, size_t n_lines,
                                      struct th_error *err)
{
    const struct th_deal_kind *kind = th_deal_kind_find(trade->kind);
    struct th_trade of = {.trade_id = 0};
    bool has_login = true;
    enum th_status status = TH_OK;
    bool of_county = is_officer(actor->role) || (kind->by_pledgee && actor->party_id == 0);
    if (!of_county || kind->of_officers) {
        return TH_OK;
    }
    if (kind->from_lock) {
        status = th_trade_load(store, trade->of_trade_id, &of, err);
    }
    if (status == TH_OK && kind->by_pledgee) {
        return check_pledgee(store, actor, trade, of.buyer_id, err);
    }
    // He demands for who has no login what is due to him, as well as he gives for such a one.
    if (status == TH_OK && of.buyer_id != 0) {
        status = th_party_has_login(store, of.buyer_id, &has_login, err);
    }
    if (status != TH_OK || !has_login) {
        return status;
    }
    status = check_silent(store, "officer_stands_in", actor->login, trade->seller_id, err);
    for (size_t i = 0; i < n_lines && trade->seller_id == 0 && status == TH_OK; i++) {
        status = check_silent(store, "officer_stands_in", actor->login, lines[i].seller_id, err);
    }
    return status;
}

// Two officers bind nobody who can speak for himself: what one of them proposed needs a person of
// the gaining side, or of the one that the earlier deal gave rights, as far as these have logins.
static enum th_status check_officers(struct th_store *store, const struct th_actor *actor,
                                     const struct th_trade *trade, struct th_error *err)
{
    struct th_user proposer = {0};
    struct th_trade of = {.trade_id = 0};
    struct th_word word;
    if (!is_officer(actor->role) || th_deal_kind_find(trade->kind)->of_officers) {
        return TH_OK;
    }
    enum th_status status = th_user_load(store, trade->proposed_by, &proposer, err);
    if (status != TH_OK || !is_officer(proposer.role)) {
        return status;
    }
    status = whose_word(store, trade, &word, err);
    if (status != TH_OK || (word.buyer && word.county)) {
        return status;
    }
    status = check_silent(store, "side_unheard", actor->login, trade->buyer_id, err);
    if (status == TH_OK && trade->of_trade_id != 0) {
        status = th_trade_load(store, trade->of_trade_id, &of, err);
    }
    return status == TH_OK ? check_silent(store, "side_unheard", actor->login, of.buyer_id, err)
                           : status;
}

static enum th_status check_role(const struct th_actor *actor, const struct th_trade *trade,
                                 struct th_error *err)
{
    bool fits = !th_deal_kind_find(trade->kind)->of_officers || is_officer(actor->role);
    return fits ? TH_OK
                : th_error_set(err, TH_NOT_PERMITTED, "officers_decide", "login", actor->login,
                               NULL);
}

// What the other side has to accept is not approved by the giving side, unless the other one
// proposed it.
static enum th_status check_accepted(struct th_store *store, const struct th_actor *actor,
                                     const struct th_trade *trade, struct th_error *err)
{
    struct th_user proposer = {0};
    if (!th_deal_kind_find(trade->kind)->other_side || actor->party_id == 0 ||
        actor->party_id != trade->seller_id) {
        return TH_OK;
    }
    enum th_status status = th_user_load(store, trade->proposed_by, &proposer, err);
    return status != TH_OK || proposer.party_id == trade->buyer_id
               ? status
               : th_error_set(err, TH_NOT_PERMITTED, "other_side_accepts", "login", actor->login,
                              NULL);
}

enum th_status th_deal_check_sides(struct th_store *store, const struct th_actor *actor,
                                   const struct th_trade *trade, struct th_error *err)
{
    enum th_status status = check_role(actor, trade, err);
    if (status == TH_OK) {
        status = check_own(store, actor, trade, err);
    }
    if (status == TH_OK) {
        status = check_accepted(store, actor, trade, err);
    }
    if (status == TH_OK) {
        status = check_heard(store, actor, trade, err);
    }
    return status == TH_OK ? check_officers(store, actor, trade, err) : status;
}

// Is it a login of a side whose word the deal needs, and for which the county's does not do?
static enum th_status may_refuse(struct th_store *store, const struct th_actor *actor,
                                 const struct th_trade *trade, bool *ret_may, struct th_error *err)
{
    struct th_word word;
    bool may = false;
    enum th_status status = whose_word(store, trade, &word, err);
    if (status == TH_OK && word.seller && !word.county) {
        status = th_deal_speaks_for(store, actor->party_id, trade->seller_id, &may, err);
    }
    if (status == TH_OK && word.buyer && !word.county && !may) {
        status = th_deal_speaks_for(store, actor->party_id, trade->buyer_id, &may, err);
    }
    *ret_may = may;
    return status;
}

// What an earlier deal gave its buyer a right to, or its seller the duty, is not ended by who is
// bound by that deal, nor by who has no part in it. A listing gives nobody a right before it is
// taken; who comes in anew, as the buyer of what was pledged, need not want it.
static enum th_status check_right(struct th_store *store, const struct th_actor *actor,
                                  const struct th_trade *trade, struct th_error *err)
{
    struct th_user proposer = {0};
    struct th_trade of;
    bool may = false;
    enum th_status status = th_user_load(store, trade->proposed_by, &proposer, err);
    if (status != TH_OK || proposer.party_id == actor->party_id) {
        return status;
    }
    status = th_trade_load(store, trade->of_trade_id, &of, err);
    if (status == TH_OK) {
        bool anew = actor->party_id == trade->buyer_id && actor->party_id != of.buyer_id;
        may = of.buyer_id == 0 || (actor->party_id != 0 && anew);
    }
    if (status == TH_OK && !may) {
        status = may_refuse(store, actor, trade, &may, err);
    }
    if (status != TH_OK || may) {
        return status;
    }
    (void)th_error_set(err, TH_NOT_PERMITTED, "right_of_other", "login", actor->login, "proposer",
                       trade->proposed_by, NULL);
    th_error_add_int(err, "of", of.trade_id);
    return TH_NOT_PERMITTED;
}

enum th_status th_deal_check_rejecter(struct th_store *store, const struct th_actor *actor,
                                      const struct th_trade *trade, struct th_error *err)
{
    enum th_status status = check_own(store, actor, trade, err);
    if (status == TH_OK) {
        status = check_role(actor, trade, err);
    }
    bool of_right = th_deal_kind_find(trade->kind)->from_lock && !is_officer(actor->role);
    return status == TH_OK && of_right ? check_right(store, actor, trade, err) : status;
}
