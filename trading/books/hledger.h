// The books as a journal that hledger reads: money in CNY, units in TCO2E, every account and
// commodity declared, every transaction in balance, and what the registry counts itself asserted at
// the end, so that hledger finds out should they differ.
#ifndef TH_TRADING_HLEDGER_H
#define TH_TRADING_HLEDGER_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_hledger_options { // texts are borrowed for the call
    const char *path;       // must not exist
    const char *party;      // id, code or name; NULL: the registry's books of all parties
    const struct th_messages *messages; // names of accounts; NULL: their keys
    enum th_lang lang;
};

// All parties: claims and cash by party, units by state, owner and issuance, and each money leg and
// each move of units once. One party: its own books, with receivables and payables by counterpart,
// stock at cost, output and input tax apart, sales and what they cost, revenue shared and received;
// and its units. Only a bank's stock is relieved of what left it: nobody else has pools, by which
// the registry knows what units cost.
//
// Reply: file, format, n (transactions), accounts, party, name (null for all), sha256, warnings
// (stock_cost_of_banks: this party bought, and its stock keeps the cost of what it sold or retired;
// the journal's head says so too). TH_CONFLICT
// ("file_exists"), TH_NOT_FOUND ("party_not_found"), TH_LIMIT ("buffer_full"), TH_IO.
enum th_status th_hledger_export(struct th_registry *registry,
                                 const struct th_hledger_options *options,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
