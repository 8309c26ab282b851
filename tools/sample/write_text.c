// GeoJSON and KML, written by hand: the output must be the same bytes everywhere.
#include <inttypes.h>

#include "core/buf.h"
#include "core/file.h"
#include "tools/sample/write.h"

static const size_t file_limit = (size_t)16 * 1024 * 1024;

// Sample places lie in the north-eastern quarter of the earth, so there is no sign to care for.
static void append_e8(struct th_buf *out, int64_t value_e8)
{
    th_buf_printf(out, "%" PRId64 ".%08" PRId64, value_e8 / 100000000, value_e8 % 100000000);
}

static void append_cent(struct th_buf *out, int64_t cent)
{
    th_buf_printf(out, "%" PRId64 ".%02" PRId64, cent / 100, cent % 100);
}

static enum th_status finish(struct th_buf *out, const char *path, struct th_error *err)
{
    enum th_status status = th_buf_check(out, err);
    if (status == TH_OK) {
        status = th_file_write(path, out->data, out->size, err);
    }
    th_buf_clear(out);
    return status;
}

static void append_json_ring(struct th_buf *out, const struct sample_ring *ring)
{
    th_buf_append_char(out, '[');
    for (size_t i = 0; i < ring->n; i++) {
        th_buf_append_str(out, i == 0 ? "[" : ",[");
        append_e8(out, ring->points[i].lon_e8);
        th_buf_append_char(out, ',');
        append_e8(out, ring->points[i].lat_e8);
        th_buf_append_char(out, ']');
    }
    th_buf_append_char(out, ']');
}

enum th_status sample_write_geojson(const struct sample_layer *layer, const char *path,
                                    struct th_error *err)
{
    struct th_buf out;
    th_buf_init(&out, file_limit);
    th_buf_printf(&out,
                  "{\"type\":\"FeatureCollection\",\"name\":\"%s\",\"description\":\"%s\","
                  "\"features\":[\n",
                  layer->name, layer->title);
    for (size_t i = 0; i < layer->n_parcels; i++) {
        const struct sample_parcel *parcel = &layer->parcels[i];
        th_buf_printf(&out,
                      "{\"type\":\"Feature\",\"properties\":{\"number\":\"%s\",\"village\":\"%s\","
                      "\"kind\":\"%s\",\"land_class\":\"%s\",\"declared_area\":",
                      parcel->number, parcel->village, parcel->kind, parcel->land_class);
        append_cent(&out, parcel->cell->declared_mu_cent);
        th_buf_append_str(&out, "},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[");
        append_json_ring(&out, &parcel->cell->shell);
        for (size_t h = 0; h < parcel->cell->n_holes; h++) {
            th_buf_append_char(&out, ',');
            append_json_ring(&out, &parcel->cell->holes[h]);
        }
        th_buf_append_str(&out, i + 1 < layer->n_parcels ? "]}},\n" : "]}}\n");
    }
    th_buf_append_str(&out, "]}\n");
    return finish(&out, path, err);
}

static void append_kml_ring(struct th_buf *out, const char *boundary,
                            const struct sample_ring *ring)
{
    th_buf_printf(out, "      <%s><LinearRing><coordinates>", boundary);
    for (size_t i = 0; i < ring->n; i++) {
        if (i > 0) {
            th_buf_append_char(out, ' ');
        }
        append_e8(out, ring->points[i].lon_e8);
        th_buf_append_char(out, ',');
        append_e8(out, ring->points[i].lat_e8);
    }
    th_buf_printf(out, "</coordinates></LinearRing></%s>\n", boundary);
}

enum th_status sample_write_kml(const struct sample_layer *layer, const char *path,
                                struct th_error *err)
{
    static const char *const fields[] = {"number", "village", "kind", "land_class"};
    struct th_buf out;
    th_buf_init(&out, file_limit);
    th_buf_printf(&out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<kml xmlns=\"http://www.opengis.net/kml/2.2\">\n"
                  "<Document id=\"root\">\n  <name>%s</name>\n  <description>%s</description>\n"
                  "  <Schema name=\"%s\" id=\"%s\">\n",
                  layer->name, layer->title, layer->name, layer->name);
    for (size_t f = 0; f < sizeof(fields) / sizeof(fields[0]); f++) {
        th_buf_printf(&out, "    <SimpleField name=\"%s\" type=\"string\"/>\n", fields[f]);
    }
    th_buf_append_str(&out, "    <SimpleField name=\"declared_area\" type=\"double\"/>\n"
                            "  </Schema>\n");
    for (size_t i = 0; i < layer->n_parcels; i++) {
        const struct sample_parcel *parcel = &layer->parcels[i];
        const char *const values[] = {parcel->number, parcel->village, parcel->kind,
                                      parcel->land_class};
        th_buf_printf(&out,
                      "  <Placemark>\n    <name>%s</name>\n"
                      "    <ExtendedData><SchemaData schemaUrl=\"#%s\">\n",
                      parcel->number, layer->name);
        for (size_t f = 0; f < sizeof(fields) / sizeof(fields[0]); f++) {
            th_buf_printf(&out, "      <SimpleData name=\"%s\">%s</SimpleData>\n", fields[f],
                          values[f]);
        }
        th_buf_append_str(&out, "      <SimpleData name=\"declared_area\">");
        append_cent(&out, parcel->cell->declared_mu_cent);
        th_buf_append_str(&out, "</SimpleData>\n    </SchemaData></ExtendedData>\n    <Polygon>\n");
        append_kml_ring(&out, "outerBoundaryIs", &parcel->cell->shell);
        for (size_t h = 0; h < parcel->cell->n_holes; h++) {
            append_kml_ring(&out, "innerBoundaryIs", &parcel->cell->holes[h]);
        }
        th_buf_append_str(&out, "    </Polygon>\n  </Placemark>\n");
    }
    th_buf_append_str(&out, "</Document>\n</kml>\n");
    return finish(&out, path, err);
}
