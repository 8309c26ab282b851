// A registry with the places, people and parcels of data/sample, made by the program's commands.
#ifndef TH_TESTS_CLI_CHAIN_H
#define TH_TESTS_CLI_CHAIN_H

#include "tests/cli/run.h"

#define MAJIANONG "马家弄合作社"
#define GAOJIATANG "高家堂合作社"
#define WETLAND_OFFICE "下渚湖街道办"
#define ANJI_BANK "安吉两山"
#define DEQING_BANK "德清两山"
#define ANJI_BUYER "竹制品厂"

// Villages, parties and logins, each a line behind the program's name.
enum { TH_CHAIN_N_PEOPLE = 22 };
extern const char *const th_chain_people_lines[TH_CHAIN_N_PEOPLE];
// init, villages, parties, logins: clerk-m, clerk-g, clerk-x, officer, verifier, anji-1, anji-2,
// deqing-1, deqing-2.
void th_chain_people(const struct th_cli_world *world);
// 10 parcels of Majianong, 16 of Gaojiatang, 3 of Xiazhuhu.
void th_chain_parcels(const struct th_cli_world *world);
// Package "M" of Majianong or "G" of Gaojiatang, 2018–2020, up to issuance; the reply of the issue.
struct th_json *th_chain_bamboo(const struct th_cli_world *world, const char *name);
// Package "X" of Xiazhuhu, 2021, 10,000 t by statement, up to issuance; the reply of the issue.
struct th_json *th_chain_wetland(const struct th_cli_world *world);
// Proposes (a line behind "trade propose") as `login`-1 and approves as `login`-2 on the same day;
// returns the reply of the approval.
struct th_json *th_chain_trade(const struct th_cli_world *world, const char *login, const char *on,
                               const char *proposal);
// Everything above, the pool of both villages bought at 43.44 and paid, 2,000 t resold at 73.41 and
// paid, 70 % as the term; nothing distributed yet. Trades: 1 purchase, 2 resale.
void th_chain_anji(const struct th_cli_world *world);

#endif
