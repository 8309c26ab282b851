// Plots listed and shown, and the table in which they are brought in.
#include "registry/records/plot.h"

#include <string.h>

#include "registry/records/plot_internal.h"
#include "registry/reference.h"
#include "registry/reply.h"

struct listing {
    struct th_store *store;
    struct th_json *plots;
    enum th_status status;
    struct th_error err;
};

static struct th_json *plot_json(struct th_store *store, const struct th_plot *plot,
                                 enum th_status *status, struct th_error *err)
{
    struct th_village village;
    struct th_json *json = th_json_object();
    struct th_json *parcels = th_json_array();
    struct th_ratio area;
    int64_t stems = 0;
    int64_t cents = 0;
    *status = th_village_resolve(store, plot->village, &village, err);
    for (size_t i = 0; i < plot->n_parcels; i++) {
        th_json_append_int(parcels, plot->parcels[i]);
    }
    for (size_t i = 0; i < plot->n_stems; i++) {
        stems += plot->stems[i].n;
    }
    th_json_set_int(json, "plot_id", plot->plot_id);
    th_json_set_text(json, "village", plot->village);
    th_json_set_text(json, "village_name", *status == TH_OK ? village.name : NULL);
    th_json_set_text(json, "number", plot->number);
    th_json_set_text(json, "surveyed", plot->surveyed);
    th_json_set_int(json, "version", plot->version);
    th_json_set_text(json, "stratum", plot->stratum[0] != '\0' ? plot->stratum : NULL);
    th_json_set_text(json, "area", plot->area_m2);
    if (*status == TH_OK) {
        *status = th_ratio_parse(plot->area_m2, &area, err);
    }
    if (*status == TH_OK) {
        *status = th_ratio_apply_nearest(area, 100, &cents, err);
    }
    th_json_set_cent(json, "area_m2", cents);
    th_json_set(json, "parcels", parcels);
    th_json_set_int(json, "stems", stems);
    th_json_set_text(json, "source", plot->source);
    th_json_set_int(json, "seq", plot->seq);
    return json;
}

static bool list_one(void *context, const struct th_plot *plot)
{
    struct listing *l = context;
    struct th_json *json = plot_json(l->store, plot, &l->status, &l->err);
    th_json_set_int(json, "classes", (int64_t)plot->n_stems);
    th_json_append(l->plots, json);
    return l->status == TH_OK;
}

static enum th_status finish(struct listing *l, enum th_status status, struct th_error *err)
{
    if (status == TH_OK && l->status != TH_OK && err != NULL) {
        *err = l->err;
    }
    return status == TH_OK ? l->status : status;
}

enum th_status th_plot_list(struct th_registry *registry,
                            const struct th_plot_list_options *options, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct listing l = {
        .store = th_registry_store(registry), .plots = th_json_array(), .status = TH_OK};
    struct th_plot_question question = {.parcel_id = options->parcel_id,
                                        .stratum = options->stratum};
    struct th_village village;
    enum th_status status =
        th_record_where(l.store, options->year, options->village, &question.year, &village, err);
    question.village = status == TH_OK && options->village ? village.code : NULL;
    if (status == TH_OK) {
        status = finish(&l, th_plot_each(l.store, &question, list_one, &l, err), err);
    }
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "n", (int64_t)th_json_size(l.plots));
    th_json_set(reply, "plots", l.plots);
    return th_reply_finish(status, reply, ret_reply, err);
}

static bool show_one(void *context, const struct th_plot *plot)
{
    struct listing *l = context;
    struct th_json *json = plot_json(l->store, plot, &l->status, &l->err);
    struct th_json *classes = th_json_array();
    for (size_t i = 0; i < plot->n_stems; i++) {
        const struct th_plot_stem *stem = &plot->stems[i];
        struct th_json *item = th_json_object();
        th_json_set_text(item, "species", stem->species[0] != '\0' ? stem->species : NULL);
        th_json_set_text(item, "dbh_cm", stem->dbh_cm);
        th_json_set(item, "age", stem->age > 0 ? th_json_int(stem->age) : th_json_null());
        th_json_set_text(item, "height_m", stem->height_m);
        th_json_set_text(item, "volume_m3", stem->volume_m3);
        th_json_set_int(item, "n", stem->n);
        th_json_set_int(item, "row", stem->source_row);
        th_json_append(classes, item);
    }
    th_json_set(json, "classes", classes);
    th_json_append(l->plots, json);
    return l->status == TH_OK;
}

struct newest {
    const char *surveyed;
    int64_t plot_id;
};

static bool meet_newest(void *context, const struct th_plot *plot)
{
    struct newest *n = context;
    if (strcmp(plot->surveyed, n->surveyed) == 0) {
        n->plot_id = plot->plot_id;
    }
    return n->plot_id == 0;
}

enum th_status th_plot_show(struct th_registry *registry, int64_t plot_id,
                            struct th_json **ret_reply, struct th_error *err)
{
    struct listing l = {
        .store = th_registry_store(registry), .plots = th_json_array(), .status = TH_OK};
    const struct th_plot_question question = {.plot_id = plot_id};
    enum th_status status = finish(&l, th_plot_each(l.store, &question, show_one, &l, err), err);
    if (status == TH_OK && (plot_id < 1 || th_json_size(l.plots) == 0)) {
        (void)th_error_set(err, TH_NOT_FOUND, "plot_not_found", NULL);
        th_error_add_int(err, "plot", plot_id);
        status = TH_NOT_FOUND;
    }
    struct th_json *reply = NULL;
    if (status == TH_OK) {
        reply = th_json_copy(th_json_at(l.plots, 0));
        struct newest newest = {.surveyed = th_json_get_text(reply, "surveyed", "")};
        const struct th_plot_question same = {.village = th_json_get_text(reply, "village", ""),
                                              .number = th_json_get_text(reply, "number", "")};
        status = th_plot_each(l.store, &same, meet_newest, &newest, err);
        th_json_set_bool(reply, "in_force", newest.plot_id == plot_id);
    }
    th_json_free(l.plots);
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_plot_template(const char *path, const struct th_messages *messages,
                                enum th_lang lang, struct th_json **ret_reply, struct th_error *err)
{
    return th_sheet_keys_template(path, "plots.json", "plot", lang == TH_LANG_ZH ? "样地" : "plots",
                                  messages, lang, ret_reply, err);
}
