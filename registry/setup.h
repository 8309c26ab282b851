// A new registry, and the people and places in it.
#ifndef TH_REGISTRY_SETUP_H
#define TH_REGISTRY_SETUP_H

#include "registry/registry.h"

struct th_registry_create_options {
    const char *name;
    const char *admin_code; // 2, 4 or 6 digits
    const char *crs;        // "EPSG:4528" for maps; NULL: the zone in which the parcels lie
    bool has_bounds;        // else all of China: 70, 15, 140, 56
    double west_deg, south_deg, east_deg, north_deg;
};

// Creates the file with methodologies, land classes, the login `admin` and, where the surroundings
// name a place for it, a signing key. Reply: registry_id, schema_version, path, name, admin_code,
// login, activation_code (shown once, only its digest is kept), public_key, key_file (null without
// one). TH_CONFLICT ("key_exists"), TH_INVALID ("name_empty", "name_too_long", "name_encoding",
// "admin_code_invalid", "bounds_invalid", "crs_invalid"), TH_CONFLICT ("registry_exists"), TH_IO
// ("registry_create"). The file appears when it is complete; nothing stays behind on failure.
enum th_status th_registry_create(const char *path,
                                  const struct th_registry_create_options *options,
                                  const struct th_surroundings *surroundings,
                                  struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Reply: villages[{code, name, township}]. TH_INVALID ("village_code_invalid", "township_empty" and
// those of a name), TH_CONFLICT ("village_exists").
enum th_status th_village_add(struct th_registry *registry, const struct th_request *request,
                              const char *code, const char *name, const char *township,
                              struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// A table (CSV in any encoding, XLSX) with a heading line naming code, name, township (or 村代码,
// 村名, 乡镇): all rows or none. Rows that are registered just so are left alone. Reply: read,
// accepted, unchanged, villages[] as added. TH_INVALID ("village_columns", "csv_empty", and the
// errors of a village with "row", the line of the file), TH_CONFLICT ("village_differs" with "row";
// where more rows differ "villages_differ" with all of them in "rows" as well), TH_UNREADABLE
// ("village_encoding", "village_row", and those of a source).
enum th_status th_village_import(struct th_registry *registry, const struct th_request *request,
                                 const char *path, struct th_json **ret_reply,
                                 struct th_error *err) TH_MUST_CHECK;
enum th_status th_village_list(struct th_registry *registry, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;

struct th_party_add_options {
    const char *kind;
    const char *name;
    const char *uscc;     // NULL: none
    const char *village;  // code or name; NULL: none
    const char *division; // 9-digit code of a township or subdistrict; NULL: none
};
// A name is kept without blanks around it. Reply: party_id, and the row. TH_INVALID ("party_kind",
// "uscc_invalid", "division_invalid", "name_number" and those of a name), TH_CONFLICT
// ("party_name_taken": two organisations of one name, "party_name_alike": another but for blanks,
// full width or capital letters, "party_exists", "uscc_exists").
enum th_status th_party_add(struct th_registry *registry, const struct th_request *request,
                            const struct th_party_add_options *options, struct th_json **ret_reply,
                            struct th_error *err) TH_MUST_CHECK;
enum th_status th_party_list(struct th_registry *registry, struct th_json **ret_reply,
                             struct th_error *err) TH_MUST_CHECK;

// Reply: login, role, village, party_id, activation_code (shown once: null in a dry run and when a
// repeated request gets its reply again). TH_INVALID ("login_invalid", "role_invalid"), TH_CONFLICT
// ("user_exists").
enum th_status th_user_add(struct th_registry *registry, const struct th_request *request,
                           const char *login, const char *role, const char *village,
                           const char *party, struct th_json **ret_reply,
                           struct th_error *err) TH_MUST_CHECK;
// The login acts no more, from now on and for good; what it did stands, and what it proposed waits
// for its decision as before. Reply: login, role, village, party_id, reason, warnings
// ("last_of_role": nobody else of the role is left, "last_of_party": the party has no login now).
// TH_USAGE ("reason_needed"), TH_NOT_FOUND ("user_not_found"), TH_CONFLICT ("user_ended",
// "last_admin").
enum th_status th_user_end(struct th_registry *registry, const struct th_request *request,
                           const char *login, const char *reason, struct th_json **ret_reply,
                           struct th_error *err) TH_MUST_CHECK;
// users[{login, role, village, party_id, party_name, limit_fen, limit_t (up to what he may approve
// a deal today; null: any), state ("active", "ended"), ended_on}].
enum th_status th_user_list(struct th_registry *registry, struct th_json **ret_reply,
                            struct th_error *err) TH_MUST_CHECK;

#endif
