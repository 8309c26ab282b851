// tanhui_sample_generator FOLDER: writes the sample parcels. The places are real and so are the
// totals that their reports name; the lines on the ground are invented.
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/file.h"
#include "tools/sample/fabric.h"
#include "tools/sample/write.h"

enum { PARCELS_MAX = SAMPLE_SIDE_MAX * SAMPLE_SIDE_MAX };

struct place {
    const char *name;
    const char *title;
    const char *file;
    const char *village;
    const char *kind;
    const char *const *land_classes; // of each cell, or one for all when `same_class`
    bool same_class;
    const char *number_prefix;
    struct sample_plan plan;
    enum th_status (*write)(const struct sample_layer *layer, const char *path,
                            struct th_error *err);
};

static const char *const bamboo_class[] = {"0302"};
static const char *const orchard_class[] = {"0201"};
static const char *const wetland_classes[] = {"1108", "1106", "1108"};
static const int64_t wetland_shares[] = {360000, 290000, 240000};
static const size_t wetland_holes[] = {2, 1, 1};
static const int64_t orchard_shares[] = {4999, 5000, 8325};

static const struct place places[] = {
    {.name = "majianong",
     .title = "样例数据：马家弄村竹林小班（虚构边界）",
     .file = "majianong.geojson",
     .village = "330523990201",
     .kind = "bamboo",
     .land_classes = bamboo_class,
     .same_class = true,
     .number_prefix = "M",
     .plan = {.seed = 12,
              .lon_deg = 119.66,
              .lat_deg = 30.42,
              .n_columns = 5,
              .n_rows = 2,
              .n_segments = 16,
              .turn_deg = 18.0,
              .stretch = 1.1,
              .unevenness = 0.24,
              .total_mu_cent = 214500,
              .step_mu_cent = 50},
     .write = sample_write_geojson},
    {.name = "gaojiatang",
     .title = "样例数据：高家堂村竹林小班（虚构边界）",
     .file = "gaojiatang.zip",
     .village = "330523990202",
     .kind = "bamboo",
     .land_classes = bamboo_class,
     .same_class = true,
     .number_prefix = "G",
     .plan = {.seed = 21,
              .lon_deg = 119.72,
              .lat_deg = 30.43,
              .n_columns = 4,
              .n_rows = 4,
              .n_segments = 16,
              .turn_deg = -14.0,
              .stretch = 1.2,
              .unevenness = 0.09,
              .total_mu_cent = 408000,
              .step_mu_cent = 50},
     .write = sample_write_shapefile},
    {.name = "xiazhuhu",
     .title = "样例数据：下渚湖湿地（虚构边界）",
     .file = "xiazhuhu.kml",
     .village = "330521990001",
     .kind = "wetland",
     .land_classes = wetland_classes,
     .number_prefix = "X",
     .plan = {.seed = 5,
              .lon_deg = 120.04,
              .lat_deg = 30.51,
              .n_columns = 3,
              .n_rows = 1,
              .n_segments = 32,
              .turn_deg = 24.0,
              .stretch = 0.6,
              .unevenness = 0.15,
              .total_mu_cent = 890000,
              .shares = wetland_shares,
              .n_holes = wetland_holes,
              .hole_radius_m = 130.0},
     .write = sample_write_kml},
    {.name = "changshan-orchards",
     .title = "样例数据：常山胡柚园（虚构边界）",
     .file = "changshan-orchards.geojson",
     .village = "330822990001",
     .kind = "orchard",
     .land_classes = orchard_class,
     .same_class = true,
     .number_prefix = "C",
     .plan = {.seed = 3,
              .lon_deg = 118.51,
              .lat_deg = 28.90,
              .n_columns = 3,
              .n_rows = 1,
              .n_segments = 16,
              .turn_deg = -9.0,
              .stretch = 1.0,
              .unevenness = 0.15,
              .total_mu_cent = 4999 + 5000 + 8325,
              .shares = orchard_shares},
     .write = sample_write_geojson},
};

static enum th_status draw_place(const struct place *place, const char *folder,
                                 struct th_error *err)
{
    struct sample_parcel parcels[PARCELS_MAX];
    struct th_buf path;
    struct sample_fabric *fabric = calloc(1, sizeof(*fabric));
    if (fabric == NULL) {
        return th_error_no_memory(err);
    }
    th_buf_init(&path, 4096);
    enum th_status status = sample_fabric_draw(&place->plan, fabric, err);
    if (status != TH_OK) {
        goto done;
    }
    double total_m2 = 0.0;
    for (size_t i = 0; i < fabric->n_cells; i++) {
        const struct sample_cell *cell = &fabric->cells[i];
        struct sample_parcel *parcel = &parcels[i];
        (void)snprintf(parcel->number, sizeof(parcel->number), "%s%02zu", place->number_prefix,
                       i + 1);
        parcel->village = place->village;
        parcel->kind = place->kind;
        parcel->land_class = place->land_classes[place->same_class ? 0 : i];
        parcel->cell = cell;
        total_m2 += cell->area_m2;
        printf("%s %s %.2f mu declared, %.4f m2 measured\n", place->name, parcel->number,
               (double)cell->declared_mu_cent / 100.0, cell->area_m2);
    }
    printf("%s: %zu parcels, %.4f mu\n", place->name, fabric->n_cells, total_m2 * 3.0 / 2000.0);
    const struct sample_layer layer = {.name = place->name,
                                       .title = place->title,
                                       .parcels = parcels,
                                       .n_parcels = fabric->n_cells};
    th_buf_printf(&path, "%s/%s", folder, place->file);
    status = place->write(&layer, th_buf_text(&path), err);
done:
    th_buf_clear(&path);
    free(fabric);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: tanhui_sample_generator FOLDER\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct th_error err = {0};
        if (draw_place(&places[i], argv[1], &err) != TH_OK) {
            (void)fprintf(stderr, "tanhui_sample_generator: %s: %s\n", places[i].name, err.key);
            return 70;
        }
    }
    return 0;
}
