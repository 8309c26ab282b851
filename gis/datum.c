// Heights above the old ellipsoid and the new are not known, only places on the map. Three
// parameters are therefore fitted to what they do east and north; what they do up and down follows
// from how the verticals of the points spread. Seven have no such hold: scale and height do the
// same to a map. They are fitted in space, with all heights 0, about the middle of the points,
// where shift, scale and turning do not blur into each other; only the result is moved to the
// earth's centre. Written as X' = T + (1+k) X + b × X that is linear without neglecting anything,
// and b / (1+k) are the rotations of the position vector.
#include "gis/datum.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/crs_internal.h"

enum { UNKNOWNS_MAX = 4, NUMBERS_MAX = 7, NUMBER_SIZE = 40, TEXT_SIZE = 512 };

static const double PI = 3.14159265358979323846;
static const double ARCSEC_PER_RADIAN = 206264.80624709635516;
// Points whose cloud is narrower than this part of its length lie on a line, as far as turning
// goes.
static const double WIDTH_SHARE_MIN = 0.1;
// Heights count for that much less than places, so that they only decide what nothing else does.
static const double HEIGHT_WEIGHT = 1e-4;
// The old datums lie some hundred metres from the new one.
static const double APART_MAX_M = 2000;
static const double LENGTH_MIN_M = 100; // RMS distance from the middle
// Beyond these a number has slipped by a column.
static const double SHIFT_MAX_M = 1e5;
static const double ROTATION_MAX_ARCSEC = 3600;
static const double SCALE_MAX_PPM = 1e4;

static const char *const KIND_NAMES[] = {"shift", "position_vector", "coordinate_frame"};

struct vector {
    double v[3];
};

// One control point on its way through the fit.
struct station {
    struct vector source, target; // geocentric, metres
    struct th_xy target_deg;
};

static struct vector geocentric(struct th_xy degrees, double height_m)
{
    const double flattening = 1 / TH_CGCS2000_RF;
    const double e2 = flattening * (2 - flattening);
    double lon = degrees.x / 180 * PI;
    double lat = degrees.y / 180 * PI;
    double n = TH_CGCS2000_A_M / sqrt(1 - e2 * sin(lat) * sin(lat));
    return (struct vector){{(n + height_m) * cos(lat) * cos(lon),
                            (n + height_m) * cos(lat) * sin(lon),
                            (n * (1 - e2) + height_m) * sin(lat)}};
}

// Metres east and north from one place to another nearby, both in degrees.
static struct th_crs_residual between(struct th_xy from, struct th_xy to)
{
    const double flattening = 1 / TH_CGCS2000_RF;
    const double e2 = flattening * (2 - flattening);
    double lat = from.y / 180 * PI;
    double w2 = 1 - e2 * sin(lat) * sin(lat);
    double n = TH_CGCS2000_A_M / sqrt(w2);
    return (struct th_crs_residual){(to.x - from.x) / 180 * PI * n * cos(lat),
                                    (to.y - from.y) / 180 * PI * n * (1 - e2) / w2};
}

static enum th_status place(struct th_crs_transform *transform, struct th_xy *point,
                            double *ret_height_m, struct th_error *err)
{
    struct th_xy from = *point;
    if (th_crs_transform_point(transform, point, ret_height_m)) {
        return TH_OK;
    }
    char x[NUMBER_SIZE];
    char y[NUMBER_SIZE];
    (void)snprintf(x, sizeof(x), "%.10g", from.x);
    (void)snprintf(y, sizeof(y), "%.10g", from.y);
    return th_error_set(err, TH_DATA_PROBLEM, "out_of_bounds", "x", x, "y", y, NULL);
}

static enum th_status pair_check(struct th_xy source, struct th_xy target, size_t position,
                                 struct th_error *err)
{
    struct th_crs_residual apart = between(target, source);
    double apart_m = hypot(apart.east_m, apart.north_m);
    if (apart_m <= APART_MAX_M) {
        return TH_OK;
    }
    char km[NUMBER_SIZE];
    (void)snprintf(km, sizeof(km), "%.1f", apart_m / 1000);
    (void)th_error_set(err, TH_DATA_PROBLEM, "datum_pair_apart", "km", km, NULL);
    th_error_add_int(err, "point", (long long)position + 1);
    return TH_DATA_PROBLEM;
}

// Both sides of every point, geocentric. A shift of nothing leads from the old ellipsoid to the new
// one with the height between them, so that the old geocentric place is kept.
static enum th_status stations_place(const struct th_crs_fit *fit, struct station *stations,
                                     struct th_error *err)
{
    static const struct th_crs_datum nothing = {.kind = TH_CRS_DATUM_SHIFT};
    struct th_crs_transform *source = NULL;
    struct th_crs_transform *target = NULL;
    enum th_status status =
        th_crs_transform_new_by_datum(fit->source_crs, NULL, &nothing, &source, err);
    if (status == TH_OK) {
        status = th_crs_transform_new(fit->target_crs, NULL, &target, err);
    }
    for (size_t i = 0; status == TH_OK && i < fit->n_points; i++) {
        double height_m = 0;
        struct th_xy old = fit->points[i].source;
        struct th_xy new = fit->points[i].target;
        status = place(source, &old, &height_m, err);
        stations[i].source = geocentric(old, height_m);
        if (status == TH_OK) {
            status = place(target, &new, &height_m, err);
        }
        if (status == TH_OK) {
            status = pair_check(old, new, i, err);
        }
        stations[i].target = geocentric(new, 0);
        stations[i].target_deg = new;
    }
    th_crs_transform_free(target);
    th_crs_transform_free(source);
    return status;
}

// Length and width of the cloud of points, as the roots of the two moments of its places on the
// ground.
static bool well_spread(const struct station *stations, size_t n)
{
    double xx = 0;
    double xy = 0;
    double yy = 0;
    struct th_xy middle = {0, 0};
    for (size_t i = 0; i < n; i++) {
        middle.x += stations[i].target_deg.x / (double)n;
        middle.y += stations[i].target_deg.y / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        struct th_crs_residual at = between(middle, stations[i].target_deg);
        xx += at.east_m * at.east_m / (double)n;
        xy += at.east_m * at.north_m / (double)n;
        yy += at.north_m * at.north_m / (double)n;
    }
    double half = (xx + yy) / 2;
    double root = sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
    double length_m = sqrt(half + root);
    double width_m = sqrt(fmax(half - root, 0));
    return length_m >= LENGTH_MIN_M && width_m >= WIDTH_SHARE_MIN * length_m;
}

struct equations { // normal equations, the right-hand side in the last column
    int n;
    double a[UNKNOWNS_MAX][UNKNOWNS_MAX + 1];
};

static void equation_add(struct equations *normal, const double *row, double right, double weight)
{
    for (int r = 0; r < normal->n; r++) {
        for (int c = 0; c < normal->n; c++) {
            normal->a[r][c] += weight * row[r] * row[c];
        }
        normal->a[r][normal->n] += weight * row[r] * right;
    }
}

// Gauss with pivoting; false when the unknowns cannot be told apart.
static bool solve(struct equations *normal, double x[UNKNOWNS_MAX])
{
    int n = normal->n;
    for (int c = 0; c < n; c++) {
        int best = c;
        for (int r = c + 1; r < n; r++) {
            best = fabs(normal->a[r][c]) > fabs(normal->a[best][c]) ? r : best;
        }
        if (fabs(normal->a[best][c]) < 1e-10) {
            return false;
        }
        for (int k = 0; k <= n; k++) {
            double kept = normal->a[c][k];
            normal->a[c][k] = normal->a[best][k];
            normal->a[best][k] = kept;
        }
        for (int r = 0; r < n; r++) {
            double factor = r == c ? 0 : normal->a[r][c] / normal->a[c][c];
            for (int k = c; k <= n; k++) {
                normal->a[r][k] -= factor * normal->a[c][k];
            }
        }
    }
    for (int c = 0; c < n; c++) {
        x[c] = normal->a[c][n] / normal->a[c][c];
    }
    return true;
}

// Shift alone, on the map. It is sought from the mean, so that small numbers are solved for.
static bool shift_find(const struct station *stations, size_t n, struct vector mean,
                       struct vector *ret_shift)
{
    struct equations normal = {.n = 3};
    double x[UNKNOWNS_MAX];
    for (size_t i = 0; i < n; i++) {
        double lon = stations[i].target_deg.x / 180 * PI;
        double lat = stations[i].target_deg.y / 180 * PI;
        const double axes[3][3] = {
            {-sin(lon), cos(lon), 0},
            {-sin(lat) * cos(lon), -sin(lat) * sin(lon), cos(lat)},
            {cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)}}; // east, north, up
        for (int k = 0; k < 3; k++) {
            double moved_m = 0;
            for (int m = 0; m < 3; m++) {
                moved_m +=
                    axes[k][m] * (stations[i].target.v[m] - stations[i].source.v[m] - mean.v[m]);
            }
            equation_add(&normal, axes[k], moved_m, k == 2 ? HEIGHT_WEIGHT * HEIGHT_WEIGHT : 1);
        }
    }
    if (!solve(&normal, x)) {
        return false;
    }
    for (int k = 0; k < 3; k++) {
        ret_shift->v[k] = mean.v[k] + x[k];
    }
    return true;
}

static void middles(const struct station *stations, size_t n, struct vector *ret_source,
                    struct vector *ret_shift)
{
    *ret_source = *ret_shift = (struct vector){{0}};
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++) {
            ret_source->v[k] += stations[i].source.v[k] / (double)n;
            ret_shift->v[k] += (stations[i].target.v[k] - stations[i].source.v[k]) / (double)n;
        }
    }
}

// Scale k and turning b of X' = T + (1+k) X + b × X.
static bool turn(const struct station *stations, size_t n, struct vector middle,
                 struct vector shift, double ret_unknowns[UNKNOWNS_MAX])
{
    struct equations normal = {.n = 4};
    double length_m = 0;
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++) {
            length_m = fmax(length_m, fabs(stations[i].source.v[k] - middle.v[k]));
        }
    }
    for (size_t i = 0; i < n; i++) {
        double p[3];
        for (int k = 0; k < 3; k++) {
            p[k] = (stations[i].source.v[k] - middle.v[k]) / length_m;
        }
        const double rows[3][UNKNOWNS_MAX] = {
            {p[0], 0, p[2], -p[1]}, {p[1], -p[2], 0, p[0]}, {p[2], p[1], -p[0], 0}};
        for (int k = 0; k < 3; k++) {
            double moved_m = stations[i].target.v[k] - stations[i].source.v[k] - shift.v[k];
            equation_add(&normal, rows[k], moved_m / length_m, 1);
        }
    }
    return solve(&normal, ret_unknowns);
}

static bool parameters_find(const struct station *stations, size_t n, enum th_crs_datum_kind kind,
                            struct th_crs_datum *ret_datum)
{
    struct th_crs_datum datum = {.kind = kind};
    struct vector middle;
    struct vector shift;
    double u[UNKNOWNS_MAX] = {0};
    middles(stations, n, &middle, &shift);
    if (kind == TH_CRS_DATUM_SHIFT ? !shift_find(stations, n, shift, &shift)
                                   : !turn(stations, n, middle, shift, u)) {
        return false;
    }
    const double turned[3] = {u[2] * middle.v[2] - u[3] * middle.v[1],
                              u[3] * middle.v[0] - u[1] * middle.v[2],
                              u[1] * middle.v[1] - u[2] * middle.v[0]};
    double sign = kind == TH_CRS_DATUM_COORDINATE_FRAME ? -1 : 1;
    for (int k = 0; k < 3; k++) {
        datum.shift_m[k] = shift.v[k] - u[0] * middle.v[k] - turned[k];
        if (kind != TH_CRS_DATUM_SHIFT) {
            datum.rotation_arcsec[k] = sign * u[k + 1] / (1 + u[0]) * ARCSEC_PER_RADIAN;
        }
    }
    datum.scale_ppm = u[0] * 1e6;
    *ret_datum = datum;
    return true;
}

// What the parameters make of the points themselves, by the way that parcels will go.
static enum th_status residuals_find(const struct th_crs_fit *fit, const struct station *stations,
                                     struct th_crs_datum *datum, struct th_crs_residual *residuals,
                                     struct th_error *err)
{
    struct th_crs_transform *transform = NULL;
    size_t worst = 0;
    double sum = 0;
    enum th_status status =
        th_crs_transform_new_by_datum(fit->source_crs, NULL, datum, &transform, err);
    for (size_t i = 0; status == TH_OK && i < fit->n_points; i++) {
        double height_m = 0;
        struct th_xy point = fit->points[i].source;
        status = place(transform, &point, &height_m, err);
        if (status != TH_OK) {
            break;
        }
        residuals[i] = between(stations[i].target_deg, point);
        double distance_m = hypot(residuals[i].east_m, residuals[i].north_m);
        sum += distance_m * distance_m;
        if (distance_m > datum->worst_m) {
            datum->worst_m = distance_m;
            worst = i;
        }
    }
    th_crs_transform_free(transform);
    if (status != TH_OK) {
        return status;
    }
    datum->n_points = fit->n_points;
    datum->rms_m = sqrt(sum / (double)fit->n_points);
    if (datum->rms_m <= TH_CRS_DATUM_RMS_MAX_M) {
        return TH_OK;
    }
    char rms[NUMBER_SIZE];
    char most[NUMBER_SIZE];
    (void)snprintf(rms, sizeof(rms), "%.2f", datum->rms_m);
    (void)snprintf(most, sizeof(most), "%.2f", datum->worst_m);
    status = th_error_set(err, TH_DATA_PROBLEM, "datum_residuals", "rms", rms, "worst", most, NULL);
    th_error_add_int(err, "point", (long long)worst + 1);
    return status;
}

enum th_status th_crs_datum_fit(const struct th_crs_fit *fit, struct th_crs_datum *ret_datum,
                                struct th_crs_residual *ret_residuals, struct th_error *err)
{
    struct th_crs_datum datum = {0};
    struct th_crs_residual *residuals = NULL;
    struct station *stations = NULL;
    size_t needed = fit->kind == TH_CRS_DATUM_SHIFT ? TH_CRS_CONTROL_MIN : TH_CRS_CONTROL_MIN_SEVEN;
    enum th_status status = TH_OK;
    if (fit->n_points < needed) {
        status = th_error_set(err, TH_DATA_PROBLEM, "datum_points_few", NULL);
        th_error_add_int(err, "n", (long long)fit->n_points);
        th_error_add_int(err, "needed", (long long)needed);
        return status;
    }
    if (fit->n_points > TH_CRS_CONTROL_MAX) {
        status = th_error_set(err, TH_DATA_PROBLEM, "datum_points_many", NULL);
        th_error_add_int(err, "limit", TH_CRS_CONTROL_MAX);
        return status;
    }
    stations = calloc(fit->n_points, sizeof(*stations));
    residuals = calloc(fit->n_points, sizeof(*residuals));
    if (stations == NULL || residuals == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    status = stations_place(fit, stations, err);
    if (status != TH_OK) {
        goto done;
    }
    if (!well_spread(stations, fit->n_points) ||
        !parameters_find(stations, fit->n_points, fit->kind, &datum)) {
        status = th_error_set(err, TH_DATA_PROBLEM, "datum_points_line", NULL);
        goto done;
    }
    status = residuals_find(fit, stations, &datum, residuals, err);
    if (status != TH_OK) {
        goto done;
    }
    memcpy(ret_residuals, residuals, fit->n_points * sizeof(*residuals));
    *ret_datum = datum;
done:
    free(residuals);
    free(stations);
    return status;
}

static bool numbers_read(const char *text, double numbers[NUMBERS_MAX], size_t *ret_n)
{
    size_t n = 0;
    while (n < NUMBERS_MAX) {
        char word[NUMBER_SIZE];
        size_t size = strcspn(text, ",");
        if (size >= sizeof(word)) {
            return false;
        }
        memcpy(word, text, size);
        word[size] = '\0';
        th_text_trim(word);
        if (!th_text_parse_double(word, &numbers[n])) {
            return false;
        }
        n++;
        text += size;
        if (*text == '\0') {
            *ret_n = n;
            return true;
        }
        text++;
    }
    return false;
}

static bool plausible(const struct th_crs_datum *datum)
{
    for (int k = 0; k < 3; k++) {
        if (!(fabs(datum->shift_m[k]) <= SHIFT_MAX_M &&
              fabs(datum->rotation_arcsec[k]) <= ROTATION_MAX_ARCSEC)) {
            return false;
        }
    }
    return fabs(datum->scale_ppm) <= SCALE_MAX_PPM;
}

enum th_status th_crs_datum_parse(const char *text, struct th_crs_datum *ret_datum,
                                  struct th_error *err)
{
    struct th_crs_datum datum = {0};
    char copy[TEXT_SIZE];
    double numbers[NUMBERS_MAX] = {0};
    size_t n = 0;
    size_t size = strcspn(text, ";");
    if (size >= sizeof(copy)) {
        return th_error_set(err, TH_INVALID, "datum_invalid", "text", text, NULL);
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    th_text_trim(copy);
    const char *rest = strchr(copy, ':');
    int kind = -1;
    for (int k = 0; rest != NULL && k < 3; k++) {
        if (strlen(KIND_NAMES[k]) == (size_t)(rest - copy) &&
            memcmp(KIND_NAMES[k], copy, (size_t)(rest - copy)) == 0) {
            kind = k;
        }
    }
    bool named = rest != NULL;
    if (!numbers_read(named ? rest + 1 : copy, numbers, &n)) {
        return th_error_set(err, TH_INVALID, "datum_invalid", "text", text, NULL);
    }
    if (!named && n == NUMBERS_MAX) {
        return th_error_set(err, TH_INVALID, "datum_convention", "text", text, NULL);
    }
    kind = named ? kind : TH_CRS_DATUM_SHIFT;
    if (kind < 0 || n != (kind == TH_CRS_DATUM_SHIFT ? 3 : NUMBERS_MAX)) {
        return th_error_set(err, TH_INVALID, "datum_invalid", "text", text, NULL);
    }
    datum.kind = (enum th_crs_datum_kind)kind;
    memcpy(datum.shift_m, numbers, sizeof(datum.shift_m));
    memcpy(datum.rotation_arcsec, numbers + 3, sizeof(datum.rotation_arcsec));
    datum.scale_ppm = numbers[6];
    if (!plausible(&datum)) {
        return th_error_set(err, TH_INVALID, "datum_invalid", "text", text, NULL);
    }
    *ret_datum = datum;
    return TH_OK;
}

// The shortest text that reads back as the same number.
static void number_append(struct th_buf *out, double value)
{
    char text[NUMBER_SIZE];
    double back = 0;
    for (int digits = 6; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        if (th_text_parse_double(text, &back) && back == value) {
            break;
        }
    }
    th_buf_append_str(out, text);
}

void th_crs_datum_text(const struct th_crs_datum *datum, const struct th_crs_residual *residuals,
                       struct th_buf *out)
{
    th_buf_printf(out, "%s:", KIND_NAMES[datum->kind]);
    for (int k = 0; k < 3; k++) {
        th_buf_append_str(out, k > 0 ? "," : "");
        number_append(out, datum->shift_m[k]);
    }
    if (datum->kind != TH_CRS_DATUM_SHIFT) {
        for (int k = 0; k < 3; k++) {
            th_buf_append_char(out, ',');
            number_append(out, datum->rotation_arcsec[k]);
        }
        th_buf_append_char(out, ',');
        number_append(out, datum->scale_ppm);
    }
    if (datum->n_points == 0) {
        return;
    }
    th_buf_printf(out, "; %zu points, RMS %.3f m, worst %.3f m", datum->n_points, datum->rms_m,
                  datum->worst_m);
    for (size_t i = 0; residuals != NULL && i < datum->n_points; i++) {
        th_buf_printf(out, "%s%.3f %.3f", i == 0 ? ", residuals (east north, m) " : ", ",
                      residuals[i].east_m, residuals[i].north_m);
    }
}
