#include "tests/cli/chain.h"

#include <stdlib.h>

const char *const th_chain_people_lines[TH_CHAIN_N_PEOPLE] = {
    // The credit codes are made up; their check characters follow GB 32100.
    "village import {sample}/villages.csv",
    "party add --kind cooperative --name " MAJIANONG " --village 330523990201",
    "party add --kind cooperative --name " GAOJIATANG " --village 330523990202",
    "party add --kind village --name 马家弄村集体 --village 330523990201",
    "party add --kind village --name 高家堂村集体 --village 330523990202",
    "party add --kind subdistrict --name " WETLAND_OFFICE " --division 330521990",
    "party add --kind bank --name " ANJI_BANK " --uscc 91330523000000001B",
    "party add --kind bank --name " DEQING_BANK " --uscc 91330521000000001E",
    "party add --kind verifier --name 核证机构 --uscc 91330100000000001C",
    "party add --kind enterprise --name " ANJI_BUYER " --uscc 91330523000000002E",
    "party add --kind enterprise --name 制药厂 --uscc 91330521000000002H",
    "party add --kind enterprise --name 造纸厂 --uscc 91330521000000003L",
    "party add --kind enterprise --name 印染厂 --uscc 91330521000000004P",
    "user add clerk-m --role clerk --village 330523990201",
    "user add clerk-g --role clerk --village 330523990202",
    "user add clerk-x --role clerk --village 330521990001",
    "user add officer --role officer",
    "user add verifier --role verifier --party 核证机构",
    "user add anji-1 --role bank --party " ANJI_BANK,
    "user add anji-2 --role bank --party " ANJI_BANK,
    "user add deqing-1 --role bank --party " DEQING_BANK,
    "user add deqing-2 --role bank --party " DEQING_BANK,
};

void th_chain_people(const struct th_cli_world *world)
{
    th_cli_do(world, "init {dir}/r.tanhui --name 样例 --admin-code 330000");
    for (size_t i = 0; i < TH_CHAIN_N_PEOPLE; i++) {
        th_cli_do(world, "%s", th_chain_people_lines[i]);
    }
}

void th_chain_parcels(const struct th_cli_world *world)
{
    th_cli_do(world, "--as clerk-m parcel import {sample}/majianong.geojson");
    th_cli_do(world, "--as clerk-g parcel import {sample}/gaojiatang.zip --kind bamboo "
                     "--map number=XIAO_BAN --map village=CUN --map land_class=DI_LEI "
                     "--map declared_area=MIAN_JI");
    th_cli_do(world, "--as clerk-x parcel import {sample}/xiazhuhu.kml");
}

struct th_json *th_chain_bamboo(const struct th_cli_world *world, const char *name)
{
    bool first = strcmp(name, "M") == 0;
    const char *clerk = first ? "clerk-m" : "clerk-g";
    th_cli_do(world,
              "--as %s package create --name %s --holder %s --methodology reported-factor "
              "--from 2018-01-01 --to 2020-12-31 --village %s",
              clerk, name, first ? MAJIANONG : GAOJIATANG, first ? "330523990201" : "330523990202");
    th_cli_do(world, "--as %s package submit %s", clerk, name);
    th_cli_do(world,
              "--as verifier package verify %s --decision approve --statement "
              "{sample}/statement-anji.txt",
              name);
    return th_cli_json(world, 0, "--as officer package issue %s", name);
}

struct th_json *th_chain_wetland(const struct th_cli_world *world)
{
    th_cli_do(world, "--as clerk-x package create --name X --holder " WETLAND_OFFICE
                     " --methodology statement --from 2021-01-01 --to 2021-12-31 "
                     "--village 330521990001");
    th_cli_do(world, "--as clerk-x package submit X");
    th_cli_do(world, "--as verifier package verify X --decision approve --tonnes 10000 "
                     "--statement {sample}/statement-xiazhuhu.txt");
    return th_cli_json(world, 0, "--as officer package issue X");
}

struct th_json *th_chain_trade(const struct th_cli_world *world, const char *login, const char *on,
                               const char *proposal)
{
    struct th_json *reply =
        th_cli_json(world, 0, "--as %s-1 trade propose %s --on %s", login, proposal, on);
    long long id = (long long)th_cli_int_at(reply, "trade_id");
    assert_string_equal(th_cli_text_at(reply, "state"), "proposed");
    th_json_free(reply);
    reply = th_cli_json(world, 0, "--as %s-2 trade approve %lld --on %s", login, id, on);
    assert_string_equal(th_cli_text_at(reply, "state"), "approved");
    return reply;
}

void th_chain_anji(const struct th_cli_world *world)
{
    th_chain_people(world);
    th_chain_parcels(world);
    th_json_free(th_chain_bamboo(world, "M"));
    th_json_free(th_chain_bamboo(world, "G"));
    th_json_free(th_chain_trade(world, "anji", "2021-12-28",
                                "purchase --package M --package G --to " ANJI_BANK
                                " --price 43.44"));
    th_cli_do(world, "--as anji-1 receipt confirm 1 --amount 316330.08 --on 2021-12-30");
    th_json_free(th_chain_trade(world, "anji", "2022-06-10",
                                "resale --from " ANJI_BANK " --to " ANJI_BUYER
                                " --tonnes 2000 --price 73.41"));
    th_cli_do(world, "--as anji-1 receipt confirm 2 --amount 146820.00 --on 2022-06-20");
    th_cli_do(world, "--as officer revenue term add --from 2021-01-01 --basis net_of_cost "
                     "--ratio 70 --split village=1 --document {sample}/revenue-term.txt");
}
