// What the columns of a table mean, by their headings and by the numbers below them.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/reader/coordinate_internal.h"
#include "gis/reader/points_internal.h"
#include "gis/reader/recode_internal.h"

enum { HEADING_SIZE = 64, COLUMNS_SIZE_MAX = 300, COLUMNS_MAX = 1000, VOTES_PERCENT = 90 };
enum { VOTERS_MAX = 100000 }; // rows that are looked at

enum role {
    ROLE_NONE,
    ROLE_WKT,
    ROLE_PAIRS,
    ROLE_PARCEL,
    ROLE_POINT,
    ROLE_RING,
    ROLE_EAST,
    ROLE_NORTH,
    ROLE_X, // says nothing about the direction
    ROLE_Y,
    ROLE_COUNT
};

struct word {
    const char *text;
    enum role role;
};

// As folded by heading_fold; of one role the earlier wins when a table has several.
static const struct word words[] = {{"wkt", ROLE_WKT},
                                    {"geometry", ROLE_WKT},
                                    {"geom", ROLE_WKT},
                                    {"thegeom", ROLE_WKT},
                                    {"wktgeometry", ROLE_WKT},
                                    {"wktgeom", ROLE_WKT},
                                    {"图形wkt", ROLE_WKT},
                                    {"groundaswkt", ROLE_WKT},
                                    {"图形", ROLE_WKT},
                                    {"几何", ROLE_WKT},
                                    {"几何图形", ROLE_WKT},
                                    {"坐标串", ROLE_PAIRS},
                                    {"界址点坐标串", ROLE_PAIRS},
                                    {"拐点坐标串", ROLE_PAIRS},
                                    {"边界坐标", ROLE_PAIRS},
                                    {"界址点坐标", ROLE_PAIRS},
                                    {"拐点坐标", ROLE_PAIRS},
                                    {"坐标列表", ROLE_PAIRS},
                                    {"坐标", ROLE_PAIRS},
                                    {"coordinates", ROLE_PAIRS},
                                    {"coordinatelist", ROLE_PAIRS},
                                    {"coords", ROLE_PAIRS},
                                    {"地块号", ROLE_PARCEL},
                                    {"地块编号", ROLE_PARCEL},
                                    {"地块编码", ROLE_PARCEL},
                                    {"地块代码", ROLE_PARCEL},
                                    {"宗地号", ROLE_PARCEL},
                                    {"宗地编号", ROLE_PARCEL},
                                    {"宗地代码", ROLE_PARCEL},
                                    {"小班号", ROLE_PARCEL},
                                    {"小班编号", ROLE_PARCEL},
                                    {"图斑号", ROLE_PARCEL},
                                    {"图斑编号", ROLE_PARCEL},
                                    {"parcelnumber", ROLE_PARCEL},
                                    {"parcelno", ROLE_PARCEL},
                                    {"parcelid", ROLE_PARCEL},
                                    {"parcel", ROLE_PARCEL},
                                    {"plotnumber", ROLE_PARCEL},
                                    {"plotno", ROLE_PARCEL},
                                    {"plotid", ROLE_PARCEL},
                                    {"plot", ROLE_PARCEL},
                                    {"dkbm", ROLE_PARCEL},
                                    {"tbbh", ROLE_PARCEL},
                                    {"zddm", ROLE_PARCEL},
                                    {"xiaoban", ROLE_PARCEL},
                                    {"地块", ROLE_PARCEL},
                                    {"宗地", ROLE_PARCEL},
                                    {"小班", ROLE_PARCEL},
                                    {"图斑", ROLE_PARCEL},
                                    {"地块名称", ROLE_PARCEL},
                                    {"界址点号", ROLE_POINT},
                                    {"界址点编号", ROLE_POINT},
                                    {"点号", ROLE_POINT},
                                    {"点编号", ROLE_POINT},
                                    {"点名", ROLE_POINT},
                                    {"拐点号", ROLE_POINT},
                                    {"拐点编号", ROLE_POINT},
                                    {"拐点", ROLE_POINT},
                                    {"界址点", ROLE_POINT},
                                    {"桩号", ROLE_POINT},
                                    {"点序号", ROLE_POINT},
                                    {"点序", ROLE_POINT},
                                    {"pointnumber", ROLE_POINT},
                                    {"pointno", ROLE_POINT},
                                    {"pointid", ROLE_POINT},
                                    {"point", ROLE_POINT},
                                    {"vertex", ROLE_POINT},
                                    {"corner", ROLE_POINT},
                                    {"顺序号", ROLE_POINT},
                                    {"序号", ROLE_POINT},
                                    {"圈号", ROLE_RING},
                                    {"环号", ROLE_RING},
                                    {"ring", ROLE_RING},
                                    {"ringnumber", ROLE_RING},
                                    {"ringno", ROLE_RING},
                                    {"部件", ROLE_RING},
                                    {"部件号", ROLE_RING},
                                    {"part", ROLE_RING},
                                    {"partno", ROLE_RING},
                                    {"横坐标", ROLE_EAST},
                                    {"东坐标", ROLE_EAST},
                                    {"东向坐标", ROLE_EAST},
                                    {"经度", ROLE_EAST},
                                    {"东经", ROLE_EAST},
                                    {"lon", ROLE_EAST},
                                    {"lng", ROLE_EAST},
                                    {"long", ROLE_EAST},
                                    {"longitude", ROLE_EAST},
                                    {"easting", ROLE_EAST},
                                    {"east", ROLE_EAST},
                                    {"e", ROLE_EAST},
                                    {"y横坐标", ROLE_EAST},
                                    {"横坐标y", ROLE_EAST},
                                    {"横坐标x", ROLE_EAST},
                                    {"x横坐标", ROLE_EAST},
                                    {"东", ROLE_EAST},
                                    {"横", ROLE_EAST},
                                    {"东方向", ROLE_EAST},
                                    {"东向", ROLE_EAST},
                                    {"纵坐标", ROLE_NORTH},
                                    {"北坐标", ROLE_NORTH},
                                    {"北向坐标", ROLE_NORTH},
                                    {"纬度", ROLE_NORTH},
                                    {"北纬", ROLE_NORTH},
                                    {"lat", ROLE_NORTH},
                                    {"latitude", ROLE_NORTH},
                                    {"northing", ROLE_NORTH},
                                    {"north", ROLE_NORTH},
                                    {"n", ROLE_NORTH},
                                    {"x纵坐标", ROLE_NORTH},
                                    {"纵坐标x", ROLE_NORTH},
                                    {"纵坐标y", ROLE_NORTH},
                                    {"y纵坐标", ROLE_NORTH},
                                    {"北", ROLE_NORTH},
                                    {"纵", ROLE_NORTH},
                                    {"北方向", ROLE_NORTH},
                                    {"北向", ROLE_NORTH},
                                    {"x", ROLE_X},
                                    {"x坐标", ROLE_X},
                                    {"坐标x", ROLE_X},
                                    {"xcoord", ROLE_X},
                                    {"coordx", ROLE_X},
                                    {"pointx", ROLE_X},
                                    {"xcoordinate", ROLE_X},
                                    {"y", ROLE_Y},
                                    {"y坐标", ROLE_Y},
                                    {"坐标y", ROLE_Y},
                                    {"ycoord", ROLE_Y},
                                    {"coordy", ROLE_Y},
                                    {"pointy", ROLE_Y},
                                    {"ycoordinate", ROLE_Y}};

static const struct word *word_find(const char *text)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].text, text) == 0) {
            return &words[i];
        }
    }
    return NULL;
}

// Small letters, without blanks, underscores, marks of any kind; "（" is "(".
static void heading_fold(const char *heading, char *folded)
{
    static const struct {
        const char *from;
        const char *to;
    } wide[] = {{"（", "("}, {"）", ")"}, {"[", "("},     {"]", ")"},     {"【", "("},
                {"】", ")"}, {"：", ""},  {"\u3000", ""}, {"\u00a0", ""}, {"\uFEFF", ""},
                {"Ｘ", "x"}, {"Ｙ", "y"}, {"ｘ", "x"},    {"ｙ", "y"},    {"、", ""}};
    static const char dropped[] = " \t\r\n_-.*:#/\"'";
    size_t n = 0;
    while (*heading != '\0' && n + 1 < HEADING_SIZE) {
        bool found = false;
        for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]) && !found; i++) {
            if (th_text_starts_with(heading, wide[i].from)) {
                heading += strlen(wide[i].from);
                if (wide[i].to[0] != '\0') {
                    folded[n++] = wide[i].to[0];
                }
                found = true;
            }
        }
        if (found) {
            continue;
        }
        char c = *heading++;
        if (strchr(dropped, c) == NULL) {
            folded[n++] = (char)tolower((unsigned char)c);
        }
    }
    folded[n] = '\0';
}

// "X(北)", "X坐标(m)", "纵坐标(X)", "经度(度)": what stands in brackets may name the direction of
// an X or a Y.
static const struct word *heading_word(const char *heading)
{
    char folded[HEADING_SIZE];
    heading_fold(heading, folded);
    const struct word *whole = word_find(folded);
    char *open = strchr(folded, '(');
    if (whole != NULL || open == NULL) {
        return whole;
    }
    *open = '\0';
    const struct word *base = word_find(folded);
    if (base == NULL || (base->role != ROLE_X && base->role != ROLE_Y)) {
        return base;
    }
    char *close = strchr(open + 1, ')');
    if (close != NULL) {
        *close = '\0';
    }
    const struct word *inside = word_find(open + 1);
    return inside != NULL && (inside->role == ROLE_EAST || inside->role == ROLE_NORTH) ? inside
                                                                                       : base;
}

struct columns {
    int of[ROLE_COUNT];
    size_t n;
    size_t n_found;
};

void th_points_text(const char *cell, bool utf8, struct th_buf *out)
{
    struct th_recode recode = {0};
    th_buf_clear(out);
    th_buf_append(out, "", 0);
    if (!th_recode_open(&recode, utf8 ? "UTF-8" : "GB18030") ||
        th_recode_append(&recode, cell, 0, out) == TH_RECODE_NO) {
        th_recode_append_mended(cell, out);
    }
    th_recode_close(&recode);
}

static size_t row_width(const struct th_csv_table *table, size_t row)
{
    size_t n = 0;
    for (size_t i = 0; i < COLUMNS_MAX; i++) {
        if (th_csv_table_cell(table, row, i)[0] != '\0') {
            n = i + 1;
        }
    }
    return n;
}

static struct columns columns_find(const struct th_csv_table *table, size_t row, bool utf8)
{
    struct columns columns = {.n = row_width(table, row)};
    const struct word *best[ROLE_COUNT] = {NULL};
    struct th_buf heading;
    th_buf_init(&heading, (size_t)1 << 20);
    for (int i = 0; i < ROLE_COUNT; i++) {
        columns.of[i] = TH_POINTS_NONE;
    }
    for (size_t i = 0; i < columns.n; i++) {
        th_points_text(th_csv_table_cell(table, row, i), utf8, &heading);
        const struct word *word = heading_word(th_buf_text(&heading));
        if (word != NULL && (best[word->role] == NULL || word < best[word->role])) {
            columns.n_found += best[word->role] == NULL;
            best[word->role] = word;
            columns.of[word->role] = (int)i;
        }
    }
    th_buf_clear(&heading);
    return columns;
}

static bool has(const struct columns *columns, enum role role)
{
    return columns->of[role] != TH_POINTS_NONE;
}

// East with north, X with Y; also X beside a north, when only one of the two is said in words.
static bool axes_take(const struct columns *columns, struct th_points_plan *plan)
{
    bool words_both = has(columns, ROLE_EAST) && has(columns, ROLE_NORTH);
    bool neutral_both = has(columns, ROLE_X) && has(columns, ROLE_Y);
    plan->how = words_both ? TH_POINTS_HEADINGS : TH_POINTS_UNDECIDED;
    if (words_both) {
        plan->east = columns->of[ROLE_EAST];
        plan->north = columns->of[ROLE_NORTH];
    } else if (neutral_both) {
        plan->east = columns->of[ROLE_X];
        plan->north = columns->of[ROLE_Y];
    }
    return words_both || neutral_both;
}

static bool plan_fill(const struct columns *columns, struct th_points_plan *plan)
{
    *plan = (struct th_points_plan){.shape = TH_POINTS_NONE,
                                    .parcel = columns->of[ROLE_PARCEL],
                                    .point = columns->of[ROLE_POINT],
                                    .ring = columns->of[ROLE_RING],
                                    .east = TH_POINTS_NONE,
                                    .north = TH_POINTS_NONE,
                                    .n_columns = columns->n,
                                    .how = TH_POINTS_HEADINGS};
    if (has(columns, ROLE_WKT)) {
        plan->kind = TH_POINTS_WKT;
        plan->shape = columns->of[ROLE_WKT];
        return true;
    }
    if (has(columns, ROLE_PARCEL) && axes_take(columns, plan)) {
        plan->kind = TH_POINTS_CORNERS;
        return true;
    }
    if (has(columns, ROLE_PAIRS)) {
        plan->kind = TH_POINTS_PAIRS;
        plan->shape = columns->of[ROLE_PAIRS];
        plan->how = TH_POINTS_UNDECIDED;
        return true;
    }
    return false;
}

struct votes {
    size_t n_plain; // first number east, second north
    size_t n_turned;
};

// Ground of China: degrees, or metres with or without the number of the zone. 0 when it may be
// neither.
static int direction(double value)
{
    bool north = (value >= 15.0 && value <= 56.0) || (value >= 1.6e6 && value <= 6.3e6);
    bool east = (value >= 70.0 && value <= 140.0) || (value >= 1e5 && value < 1e6) ||
                (value >= 12.5e6 && value < 46e6);
    return east ? 1 : north ? -1 : 0;
}

static bool vote(double first, double second, void *context)
{
    struct votes *votes = context;
    votes->n_plain += direction(first) > 0 && direction(second) < 0;
    votes->n_turned += direction(first) < 0 && direction(second) > 0;
    return true;
}

static void votes_count(const struct th_csv_table *table, const struct th_points_plan *plan,
                        struct votes *votes)
{
    size_t n = th_csv_table_rows(table);
    n = n > VOTERS_MAX ? VOTERS_MAX : n;
    for (size_t row = plan->heading + 1; row < n; row++) {
        double first;
        double second;
        if (plan->kind == TH_POINTS_PAIRS) {
            (void)th_coordinate_pairs(th_csv_table_cell(table, row, (size_t)plan->shape), vote,
                                      votes);
        } else if (th_coordinate_parse(th_csv_table_cell(table, row, (size_t)plan->east), &first) &&
                   th_coordinate_parse(th_csv_table_cell(table, row, (size_t)plan->north),
                                       &second)) {
            vote(first, second, votes);
        }
    }
}

static void axes_decide(const struct th_csv_table *table, struct th_points_plan *plan)
{
    struct votes votes = {0};
    votes_count(table, plan, &votes);
    size_t n = votes.n_plain + votes.n_turned;
    bool plain = n > 0 && votes.n_plain * 100 >= n * VOTES_PERCENT;
    bool turned = n > 0 && votes.n_turned * 100 >= n * VOTES_PERCENT;
    if (turned) {
        int east = plan->east;
        plan->east = plan->north;
        plan->north = east;
        plan->north_first = true;
    }
    if (plan->how == TH_POINTS_HEADINGS) {
        plan->how = turned ? TH_POINTS_AGAINST : TH_POINTS_HEADINGS;
    } else if (plain || turned) {
        plan->how = TH_POINTS_NUMBERS;
    }
}

static enum th_status columns_missing(const struct th_csv_table *table, size_t row, bool utf8,
                                      const struct columns *columns, const char *file,
                                      struct th_error *err)
{
    struct th_buf names;
    struct th_buf name;
    char shown[COLUMNS_SIZE_MAX];
    const char *key = "points_columns";
    th_buf_init(&names, (size_t)1 << 20);
    th_buf_init(&name, (size_t)1 << 20);
    for (size_t i = 0; i < columns->n; i++) {
        th_points_text(th_csv_table_cell(table, row, i), utf8, &name);
        th_buf_printf(&names, "%s%s", i == 0 ? "" : ", ", th_buf_text(&name));
    }
    bool axes = (has(columns, ROLE_EAST) && has(columns, ROLE_NORTH)) ||
                (has(columns, ROLE_X) && has(columns, ROLE_Y));
    if (axes) {
        key = "points_columns_parcel";
    } else if (has(columns, ROLE_POINT) && has(columns, ROLE_PARCEL)) {
        key = "points_columns_axes";
    }
    th_text_copy(shown, sizeof(shown), th_buf_text(&names));
    th_buf_clear(&names);
    th_buf_clear(&name);
    return th_error_set(err, TH_UNREADABLE, key, "file", file, "columns", shown, NULL);
}

static enum th_status length_check(const struct th_csv_table *table, const char *file,
                                   struct th_error *err)
{
    if (th_csv_table_rows(table) <= TH_POINTS_ROWS_MAX + (size_t)TH_POINTS_HEADING_ROWS) {
        return TH_OK;
    }
    enum th_status status = th_error_set(err, TH_LIMIT, "table_too_long", "file", file, NULL);
    th_error_add_int(err, "limit", TH_POINTS_ROWS_MAX);
    return status;
}

static size_t heading_rows(const struct th_csv_table *table)
{
    size_t n = th_csv_table_rows(table);
    return n < TH_POINTS_HEADING_ROWS ? n : TH_POINTS_HEADING_ROWS;
}

enum th_status th_points_plan_make(const struct th_csv_table *table, bool utf8, const char *file,
                                   struct th_points_plan *ret_plan, struct th_error *err)
{
    size_t n = heading_rows(table);
    struct columns best = columns_find(table, 0, utf8);
    size_t best_row = 0;
    enum th_status status = length_check(table, file, err);
    if (status != TH_OK) {
        return status;
    }
    for (size_t row = 0; row < n; row++) {
        struct th_points_plan plan;
        struct columns columns = columns_find(table, row, utf8);
        if (plan_fill(&columns, &plan)) {
            plan.heading = row;
            if (plan.kind != TH_POINTS_WKT) {
                axes_decide(table, &plan);
            }
            *ret_plan = plan;
            return TH_OK;
        }
        if (columns.n_found > best.n_found) {
            best = columns;
            best_row = row;
        }
    }
    return columns_missing(table, best_row, utf8, &best, file, err);
}

static size_t cells_filled(const struct th_csv_table *table, size_t row)
{
    size_t n = 0;
    for (size_t i = 0; i < COLUMNS_MAX; i++) {
        n += th_csv_table_cell(table, row, i)[0] != '\0';
    }
    return n;
}

// A title above the headings fills a cell or two; headings fill about as many as the rows below.
static size_t heading_find(const struct th_csv_table *table)
{
    size_t n = heading_rows(table);
    size_t most = 0;
    for (size_t row = 0; row < n; row++) {
        size_t filled = cells_filled(table, row);
        most = filled > most ? filled : most;
    }
    for (size_t row = 0; row < n; row++) {
        if (2 * cells_filled(table, row) > most) {
            return row;
        }
    }
    return 0;
}

enum th_status th_points_plan_lines(const struct th_csv_table *table, bool utf8, const char *file,
                                    struct th_points_plan *ret_plan, struct th_error *err)
{
    size_t heading = heading_find(table);
    struct columns columns = columns_find(table, heading, utf8);
    struct th_points_plan plan = {0};
    enum th_status status = length_check(table, file, err);
    if (status != TH_OK) {
        return status;
    }
    columns.of[ROLE_PARCEL] = TH_POINTS_NONE;
    if (!plan_fill(&columns, &plan)) {
        plan.kind = TH_POINTS_NOTHING;
    }
    plan.heading = heading;
    if (plan.kind == TH_POINTS_PAIRS) {
        axes_decide(table, &plan);
    }
    *ret_plan = plan;
    return TH_OK;
}
