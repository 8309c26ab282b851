// Making a registry.
#include "registry/setup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/codes.h"
#include "core/file.h"
#include "core/text.h"
#include "gis/crs.h"
#include "registry/activation.h"
#include "registry/estimate/methodology.h"
#include "registry/key.h"
#include "registry/land_class.h"
#include "registry/last_signed.h"
#include "registry/reference.h"
#include "store/journal/head_store.h"
#include "store/journal/journal_store.h"
#include "store/people/party_store.h"
#include "store/registry_store.h"

static const char ADMIN[] = "admin";
static const struct th_registry_create_options CHINA = {
    .west_deg = 70, .south_deg = 15, .east_deg = 140, .north_deg = 56};

static enum th_status check_bounds(const struct th_registry_create_options *options,
                                   struct th_error *err)
{
    bool sound = isfinite(options->west_deg) && isfinite(options->south_deg) &&
                 isfinite(options->east_deg) && isfinite(options->north_deg) &&
                 options->west_deg < options->east_deg && options->south_deg < options->north_deg &&
                 options->west_deg >= -180 && options->east_deg <= 180 &&
                 options->south_deg >= -90 && options->north_deg <= 90;
    return sound ? TH_OK : th_error_set(err, TH_INVALID, "bounds_invalid", NULL);
}

static enum th_status check_options(const struct th_registry_create_options *options,
                                    struct th_error *err)
{
    size_t n_digits = options->admin_code != NULL ? strlen(options->admin_code) : 0;
    enum th_status status = th_name_check(options->name, err);
    if (status != TH_OK) {
        return status;
    }
    if ((n_digits != 2 && n_digits != 4 && n_digits != 6) ||
        !th_division_code_valid(options->admin_code, (int)n_digits)) {
        return th_error_set(err, TH_INVALID, "admin_code_invalid", "code", options->admin_code,
                            NULL);
    }
    if (options->crs != NULL) {
        struct th_crs_transform *transform = NULL;
        status = th_crs_transform_new_inverse(options->crs, &transform, NULL);
        th_crs_transform_free(transform);
        if (status != TH_OK || strlen(options->crs) >= sizeof(struct th_registry_record){0}.crs) {
            return th_error_set(err, TH_INVALID, "crs_invalid", "crs", options->crs, NULL);
        }
    }
    return options->has_bounds ? check_bounds(options, err) : TH_OK;
}

static void make_record(const struct th_registry_create_options *options,
                        const struct th_surroundings *surroundings,
                        struct th_registry_record *ret_record)
{
    const struct th_registry_create_options *bounds = options->has_bounds ? options : &CHINA;
    unsigned char random[16];
    memset(ret_record, 0, sizeof(*ret_record));
    surroundings->random(surroundings->context, random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++) {
        snprintf(ret_record->registry_id + 2 * i, 3, "%02x", random[i]);
    }
    th_text_copy(ret_record->name, sizeof(ret_record->name), options->name);
    th_text_copy(ret_record->admin_code, sizeof(ret_record->admin_code), options->admin_code);
    th_text_copy(ret_record->crs, sizeof(ret_record->crs),
                 options->crs != NULL ? options->crs : "");
    ret_record->west_deg = bounds->west_deg;
    ret_record->south_deg = bounds->south_deg;
    ret_record->east_deg = bounds->east_deg;
    ret_record->north_deg = bounds->north_deg;
    ret_record->created_utc = surroundings->now_utc(surroundings->context);
}

// Journal bodies hold integers and texts only: degrees are written as texts.
static void set_degrees(struct th_json *object, const char *key, double degrees)
{
    char text[32];
    snprintf(text, sizeof(text), "%.9g", degrees);
    th_json_set_text(object, key, text);
}

static struct th_json *birth_body(const struct th_registry_record *record,
                                  struct th_json *methodologies, const struct th_hash *activation)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *body = th_json_object();
    th_json_set_text(body, "registry_id", record->registry_id);
    th_json_set_text(body, "name", record->name);
    th_json_set_text(body, "admin_code", record->admin_code);
    th_json_set_text(body, "crs", record->crs);
    set_degrees(body, "west_deg", record->west_deg);
    set_degrees(body, "south_deg", record->south_deg);
    set_degrees(body, "east_deg", record->east_deg);
    set_degrees(body, "north_deg", record->north_deg);
    th_json_set(body, "methodologies", methodologies);
    th_json_set_text(body, "login", ADMIN);
    th_json_set_text(body, "activation_hash", th_hash_hex(activation, hex));
    return body;
}

struct birth {
    struct th_registry_record record;
    const struct th_surroundings *surroundings;
    struct th_hash activation;
    bool has_key;
    struct th_sign_key key; // that will sign
    struct th_public_key public_key;
    int schema_version; // of the file made
};

static enum th_status write_rows(struct th_store *store, const struct birth *birth, int64_t seq,
                                 struct th_json *methodologies, struct th_error *err)
{
    struct th_user admin = {0};
    th_text_copy(admin.login, sizeof(admin.login), ADMIN);
    th_text_copy(admin.role, sizeof(admin.role), "admin");
    enum th_status status = th_registry_record_insert(store, &birth->record, err);
    if (status == TH_OK) {
        status = th_land_classes_load(store, err);
    }
    if (status == TH_OK) {
        status = th_methodologies_load(store, seq, methodologies, err);
    }
    if (status == TH_OK) {
        status = th_user_insert(store, &admin, &birth->activation, seq, err);
    }
    return status;
}

static enum th_status write_key(struct th_store *store, const struct birth *birth,
                                struct th_error *err)
{
    int64_t seq = 0;
    struct th_journal_entry entry = {.at_utc = birth->record.created_utc,
                                     .login = ADMIN,
                                     .system_user = birth->surroundings->system_user,
                                     .kind = TH_KEY_ENTRY_KIND,
                                     .subject = TH_KEY_ENTRY_SUBJECT};
    struct th_json *body = th_key_body(birth->record.registry_id, &birth->public_key, NULL, NULL);
    enum th_status status = th_journal_append(store, &entry, body, &seq, err);
    th_json_free(body);
    return status;
}

// Nothing was signed yet: the journal as it begins is what the first signature must find.
static enum th_status begin_record(struct th_store *store, const struct birth *birth,
                                   struct th_error *err)
{
    struct th_last_signed last;
    enum th_status status = th_last_signed_begin(store, &last, err);
    return status == TH_OK
               ? th_last_signed_write(birth->surroundings->key_path, birth->record.registry_id,
                                      &last, &birth->key, err)
               : status;
}

// Fills the new file in one transaction, before it gets its name.
static enum th_status populate(void *context, struct th_store *store, struct th_error *err)
{
    struct birth *birth = context;
    struct th_json *methodologies = th_json_array();
    int64_t seq = 0;
    enum th_status status = th_store_begin(store, err);
    if (status == TH_OK) {
        status = th_journal_next(store, &seq, err);
    }
    if (status == TH_OK) {
        status = write_rows(store, birth, seq, methodologies, err);
    }
    struct th_json *body = birth_body(&birth->record, methodologies, &birth->activation);
    if (status == TH_OK) {
        struct th_journal_entry entry = {.at_utc = birth->record.created_utc,
                                         .login = ADMIN,
                                         .system_user = birth->surroundings->system_user,
                                         .kind = "registry.create",
                                         .subject = "registry:1"};
        status = th_journal_append(store, &entry, body, &seq, err);
    }
    if (status == TH_OK && birth->has_key) {
        status = write_key(store, birth, err);
        if (status == TH_OK) {
            status = begin_record(store, birth, err);
        }
    }
    if (status == TH_OK) {
        status = th_store_commit(store, err);
    } else {
        th_store_rollback(store);
    }
    birth->schema_version = th_store_schema_version(store);
    th_json_free(body);
    return status;
}

// The reply as far as it is known before there is a file.
static struct th_json *birth_reply(const struct birth *birth, const char *path, const char *code)
{
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "registry_id", birth->record.registry_id);
    th_json_set_text(reply, "path", path);
    th_json_set_text(reply, "name", birth->record.name);
    th_json_set_text(reply, "admin_code", birth->record.admin_code);
    th_json_set_text(reply, "login", ADMIN);
    th_json_set_text(reply, "activation_code", code);
    th_json_set_int(reply, "schema_version", 0);
    return reply;
}

static void set_key(struct th_json *reply, const struct birth *birth, const char *key_file)
{
    char hex[TH_SIGN_KEY_HEX_SIZE];
    th_json_set_text(reply, "public_key",
                     birth->has_key ? th_public_key_hex(&birth->public_key, hex) : NULL);
    th_json_set_text(reply, "key_file", key_file);
}

// The file of the key comes first: no registry names a key that was never written.
static enum th_status create_with_key(const char *path, struct birth *birth, char **ret_key_file,
                                      struct th_error *err)
{
    struct th_store_options options = {.program = birth->surroundings->program,
                                       .now_utc = birth->record.created_utc};
    char *key_file = NULL;
    enum th_status status = TH_OK;
    // Where there is a registry already nothing is made.
    if (birth->surroundings->key_path && !th_file_exists(path)) {
        status = th_key_make(birth->surroundings, true, &birth->key, &key_file, err);
        if (status == TH_OK) {
            birth->has_key = true;
            birth->public_key = birth->key.public_key;
        }
    }
    if (status == TH_OK) {
        status = th_store_create_filled(path, &options, populate, birth, err);
    }
    th_sign_key_wipe(&birth->key);
    if (status == TH_OK) {
        *ret_key_file = key_file;
    } else if (key_file) {
        (void)unlink(key_file);
        th_last_signed_remove(birth->surroundings->key_path);
        free(key_file);
    }
    return status;
}

enum th_status th_registry_create(const char *path,
                                  const struct th_registry_create_options *options,
                                  const struct th_surroundings *surroundings,
                                  struct th_json **ret_reply, struct th_error *err)
{
    struct birth birth = {.surroundings = surroundings};
    char code[TH_ACTIVATION_SIZE];
    char *key_file = NULL;
    enum th_status status = check_options(options, err);
    if (status != TH_OK) {
        return status;
    }
    make_record(options, surroundings, &birth.record);
    th_activation_make(surroundings, code, &birth.activation);
    struct th_json *reply = birth_reply(&birth, path, code);
    // A reply that cannot be made is known before there is a file.
    status = th_json_check(reply, err);
    if (status == TH_OK) {
        status = create_with_key(path, &birth, &key_file, err);
    }
    if (status == TH_OK) {
        th_json_set_int(reply, "schema_version", birth.schema_version);
        set_key(reply, &birth, key_file);
        *ret_reply = reply;
    } else {
        th_json_free(reply);
    }
    free(key_file);
    return status;
}
