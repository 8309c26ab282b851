// Writes a fabric of parcels (bench/fabric.h) as a GeoPackage, and beside it what was sown:
//   make_fabric N SEED FABRIC.gpkg TRUTH.jsonl VILLAGES.csv
// A line of the truth: {"row":17,"defect":"overlap","partner":16}; the partner is the row with
// which the finding must be, 0 without. Prints one JSON object about what it made.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cpl_conv.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "bench/fabric.h"

struct output {
    GDALDatasetH dataset;
    OGRLayerH layer;
    FILE *truth;
    FILE *villages;
};

static bool open_output(char **paths, struct output *out)
{
    static const struct {
        const char *name;
        OGRFieldType type;
    } fields[] = {{"number", OFTString},
                  {"village", OFTString},
                  {"kind", OFTString},
                  {"land_class", OFTString},
                  {"declared_area", OFTReal}};
    GDALAllRegister();
    CPLSetConfigOption("OGR_CURRENT_DATE", "2026-01-01T00:00:00Z"); // the same bytes again
    GDALDriverH driver = GDALGetDriverByName("GPKG");
    OGRSpatialReferenceH system = OSRNewSpatialReference(NULL);
    if (driver == NULL || OSRImportFromEPSG(system, 4490) != OGRERR_NONE) {
        return false;
    }
    OSRSetAxisMappingStrategy(system, OAMS_TRADITIONAL_GIS_ORDER);
    out->dataset = GDALCreate(driver, paths[0], 0, 0, 0, GDT_Unknown, NULL);
    out->layer = out->dataset == NULL ? NULL
                                      : GDALDatasetCreateLayer(out->dataset, "parcels", system,
                                                               wkbMultiPolygon, NULL);
    OSRDestroySpatialReference(system);
    for (size_t f = 0; out->layer != NULL && f < sizeof(fields) / sizeof(fields[0]); f++) {
        OGRFieldDefnH field = OGR_Fld_Create(fields[f].name, fields[f].type);
        if (OGR_L_CreateField(out->layer, field, 0) != OGRERR_NONE) {
            out->layer = NULL;
        }
        OGR_Fld_Destroy(field);
    }
    out->truth = fopen(paths[1], "w");
    out->villages = fopen(paths[2], "w");
    return out->layer != NULL && out->truth != NULL && out->villages != NULL &&
           GDALDatasetStartTransaction(out->dataset, 0) == OGRERR_NONE;
}

static bool close_output(struct output *out)
{
    bool good = out->dataset == NULL || GDALDatasetCommitTransaction(out->dataset) == OGRERR_NONE;
    if (out->dataset != NULL) {
        GDALClose(out->dataset);
    }
    good = out->truth != NULL && fclose(out->truth) == 0 && good;
    return out->villages != NULL && fclose(out->villages) == 0 && good;
}

static void village_code(unsigned village, char code[16])
{
    (void)snprintf(code, 16, "330523%03u%03u", (1 + village / 100) % 1000, 201 + village % 100);
}

static bool write_parcel(struct output *out, size_t row, const struct bench_parcel *parcel)
{
    static const char *const kinds[][2] = {
        {"bamboo", "0302"}, {"orchard", "0201"}, {"tea", "0202"}, {"forest", "0301"}};
    unsigned char wkb[BENCH_WKB_MAX];
    char text[24];
    bool good = true;
    OGRFeatureH feature = OGR_F_Create(OGR_L_GetLayerDefn(out->layer));
    (void)snprintf(text, sizeof(text), "%07zu", row);
    OGR_F_SetFieldString(feature, 0, text);
    village_code(parcel->village, text);
    OGR_F_SetFieldString(feature, 1, text);
    const char *const *kind = kinds[parcel->village % (sizeof(kinds) / sizeof(kinds[0]))];
    OGR_F_SetFieldString(feature, 2, kind[0]);
    OGR_F_SetFieldString(feature, 3, kind[1]);
    double declared_mu = parcel->area_m2 * 3.0 / 2000.0;
    if (parcel->defect == BENCH_DECLARED) {
        declared_mu *= 2.0;
    }
    OGR_F_SetFieldDouble(feature, 4, round(declared_mu * 100.0) / 100.0);
    size_t size = bench_parcel_wkb(parcel, wkb);
    if (size > 0) {
        OGRGeometryH geometry = NULL;
        good = OGR_G_CreateFromWkb(wkb, NULL, &geometry, (int)size) == OGRERR_NONE &&
               OGR_F_SetGeometryDirectly(feature, geometry) == OGRERR_NONE;
    }
    good = good && OGR_L_CreateFeature(out->layer, feature) == OGRERR_NONE;
    OGR_F_Destroy(feature);
    return good;
}

// The finding is told of the later of two rows.
static void write_truth(FILE *truth, size_t row, const struct bench_parcel *parcel)
{
    bool with_next = parcel->defect == BENCH_OVERLAP || parcel->defect == BENCH_SLIVER;
    if (parcel->defect != BENCH_NONE) {
        (void)fprintf(truth, "{\"row\":%zu,\"defect\":\"%s\",\"partner\":%zu}\n",
                      with_next ? row + 1 : row, bench_defect_names[parcel->defect],
                      with_next ? row : parcel->partner);
    }
}

int main(int argc, char **argv)
{
    struct bench_fabric fabric;
    struct output out = {0};
    static struct bench_parcel parcel;
    size_t defects[BENCH_N_DEFECTS] = {0};
    uint64_t vertices = 0;
    char code[16];
    char *end = NULL;
    uintmax_t n = argc == 6 ? strtoumax(argv[1], &end, 10) : 0;
    if (n < 1 || n > 100000000 || *end != '\0') {
        (void)fprintf(stderr, "usage: make_fabric N SEED FABRIC.gpkg TRUTH.jsonl VILLAGES.csv\n");
        return 2;
    }
    if (!bench_fabric_make(strtoumax(argv[2], NULL, 10), (size_t)n, &fabric)) {
        return EXIT_FAILURE;
    }
    bool good = open_output(argv + 3, &out);
    for (size_t row = 1; good && row <= fabric.n; row++) {
        bench_parcel_draw(&fabric, row, &parcel);
        good = write_parcel(&out, row, &parcel);
        write_truth(out.truth, row, &parcel);
        defects[parcel.defect]++;
        for (size_t r = 0; r < parcel.n_rings; r++) {
            vertices += parcel.rings[r].n - 1;
        }
    }
    if (good) {
        (void)fprintf(out.villages, "code,name,township\n");
    }
    for (unsigned v = 0; good && v < fabric.n_villages; v++) {
        village_code(v, code);
        (void)fprintf(out.villages, "%s,Village %u,Township\n", code, v + 1);
    }
    good = close_output(&out) && good;
    printf("{\"rows\":%zu,\"vertices\":%" PRIu64, fabric.n, vertices);
    for (int d = 1; d < BENCH_N_DEFECTS; d++) {
        printf(",\"%s\":%zu", bench_defect_names[d], defects[d]);
    }
    printf("}\n");
    bench_fabric_clear(&fabric);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
