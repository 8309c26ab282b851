// Nodes of SQLite's R*Tree as its source documents them (ext/rtree/rtree.c, "Database Format of
// R-Tree Tables"): table _node has the nodes as BLOBs of one size, node 1 is the root; two bytes
// depth of the tree (root only), two bytes number of cells, then the cells: eight bytes id (of the
// row in a leaf, else of the child node) and for each dimension minimum and maximum as four bytes
// IEEE 754; all big-endian. _rowid gives the leaf of every row, _parent the parent of every node
// but the root. rtreecheck() agrees with what is written here, in the tests.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/ground/rtree_internal.h"

enum {
    NODE_HEAD_SIZE = 4,
    CELL_SIZE = 24,
    NODE_SIZE_MAX = 65536,
    ROOT = 1,
    // Below this share of what stands there already, new entries are cheaper one by one.
    REBUILD_SHARE = 8,
    REBUILD_MIN = 1000,
    // Cells left free in a packed node, of about fifty: later entries find room without splits.
    FREE_CELLS = 5,
    CURVE_BITS = 16
};

static float below(double value)
{
    float rounded = (float)value;
    return (double)rounded > value ? nextafterf(rounded, -INFINITY) : rounded;
}

static float above(double value)
{
    float rounded = (float)value;
    return (double)rounded < value ? nextafterf(rounded, INFINITY) : rounded;
}

struct th_rtree_entry th_rtree_entry_make(int64_t id, const struct th_spatial_box *box)
{
    return (struct th_rtree_entry){id, below(box->west), above(box->east), below(box->south),
                                   above(box->north)};
}

enum th_status th_rtree_list_append(struct th_rtree_list *list, const struct th_rtree_entry *entry,
                                    struct th_error *err)
{
    if (list->n == list->capacity) {
        size_t capacity = list->capacity == 0 ? 1024 : list->capacity * 2;
        struct th_rtree_entry *items = realloc(list->items, capacity * sizeof(*items));
        if (items == NULL) {
            return th_error_no_memory(err);
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->n++] = *entry;
    return TH_OK;
}

// Place of a point on a Hilbert curve through a square of 2^16 by 2^16 cells; Hamilton and
// Rau-Chaplin, "Compact Hilbert indices" (2008), in the plane.
static uint32_t curve_place(uint32_t x, uint32_t y)
{
    uint32_t place = 0;
    for (uint32_t side = 1U << (CURVE_BITS - 1); side > 0; side >>= 1) {
        uint32_t right = (x & side) != 0;
        uint32_t top = (y & side) != 0;
        place += side * side * ((3 * right) ^ top);
        if (top == 0) { // turn the quadrant so that the curve enters at its corner
            if (right != 0) {
                x = side - 1 - (x & (side - 1));
                y = side - 1 - (y & (side - 1));
            }
            uint32_t swap = x;
            x = y;
            y = swap;
        }
    }
    return place;
}

struct spot { // an entry by its place on the curve
    uint32_t place;
    uint32_t index;
};

static int compare_spots(const void *a, const void *b)
{
    const struct spot *one = a;
    const struct spot *two = b;
    if (one->place != two->place) {
        return one->place < two->place ? -1 : 1;
    }
    return (one->index > two->index) - (one->index < two->index);
}

static uint32_t grid(double value, double low, double high)
{
    double share = high > low ? (value - low) / (high - low) : 0;
    return (uint32_t)(share * ((1 << CURVE_BITS) - 1));
}

static void include(struct th_rtree_entry *box, const struct th_rtree_entry *entry)
{
    box->west = fminf(box->west, entry->west);
    box->east = fmaxf(box->east, entry->east);
    box->south = fminf(box->south, entry->south);
    box->north = fmaxf(box->north, entry->north);
}

// Entries in order of their middles along the curve; free().
static struct spot *order_along_curve(const struct th_rtree_entry *entries, size_t n)
{
    struct spot *spots = malloc(n * sizeof(*spots));
    if (spots == NULL) {
        return NULL;
    }
    struct th_rtree_entry all = entries[0];
    for (size_t i = 1; i < n; i++) {
        include(&all, &entries[i]);
    }
    for (size_t i = 0; i < n; i++) {
        double x = ((double)entries[i].west + (double)entries[i].east) / 2;
        double y = ((double)entries[i].south + (double)entries[i].north) / 2;
        spots[i] = (struct spot){
            curve_place(grid(x, all.west, all.east), grid(y, all.south, all.north)), (uint32_t)i};
    }
    qsort(spots, n, sizeof(*spots), compare_spots);
    return spots;
}

static unsigned char *put_bytes(unsigned char *out, uint64_t value, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        *out++ = (unsigned char)(value >> (8 * i) & 0xFF);
    }
    return out;
}

static unsigned char *put_float(unsigned char *out, float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof(bits));
    return put_bytes(out, bits, 4);
}

struct packing {
    struct th_store *store;
    size_t node_size;
    size_t fill; // cells a node gets at most
    int64_t last_node;
    unsigned char node[NODE_SIZE_MAX];
};

static enum th_status write_node(struct packing *p, int64_t node_no, int depth,
                                 const struct th_rtree_entry *cells, size_t n,
                                 struct th_rtree_entry *ret_cell, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO idx_parcel_version_geom_node (nodeno, data) VALUES (?1, ?2)";
    unsigned char *out = p->node;
    struct th_rtree_entry box = cells[0];
    memset(p->node, 0, p->node_size);
    out = put_bytes(out, (uint64_t)depth, 2);
    out = put_bytes(out, n, 2);
    for (size_t i = 0; i < n; i++) {
        include(&box, &cells[i]);
        out = put_bytes(out, (uint64_t)cells[i].id, 8);
        out = put_float(out, cells[i].west);
        out = put_float(out, cells[i].east);
        out = put_float(out, cells[i].south);
        out = put_float(out, cells[i].north);
    }
    box.id = node_no;
    *ret_cell = box;
    struct th_stmt *q = th_db_query(p->store, SQL);
    th_bind_int(q, 1, node_no);
    th_bind_blob(q, 2, p->node, p->node_size);
    return th_stmt_run(q, err);
}

static enum th_status write_pair(struct th_store *store, const char *sql, int64_t key,
                                 int64_t value, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, sql);
    th_bind_int(q, 1, key);
    th_bind_int(q, 2, value);
    return th_stmt_run(q, err);
}

// Writes one level of the tree from the cells of the level below; as even as they divide. The
// cells are overwritten with those of the nodes that were made, and *n becomes their number.
static enum th_status write_level(struct packing *p, struct th_rtree_entry *cells, size_t *n,
                                  int depth, struct th_error *err)
{
    static const char SQL_PARENT[] =
        "INSERT INTO idx_parcel_version_geom_parent (nodeno, parentnode) VALUES (?1, ?2)";
    size_t n_nodes = (*n + p->fill - 1) / p->fill;
    enum th_status status = TH_OK;
    size_t first = 0;
    for (size_t i = 0; i < n_nodes && status == TH_OK; i++) {
        size_t end = *n * (i + 1) / n_nodes;
        int64_t node_no = n_nodes == 1 ? ROOT : ++p->last_node;
        // Children are known by their nodes' numbers; rows by theirs, noted by the caller.
        for (size_t k = first; depth > 0 && k < end && status == TH_OK; k++) {
            status = write_pair(p->store, SQL_PARENT, cells[k].id, node_no, err);
        }
        struct th_rtree_entry cell;
        if (status == TH_OK) {
            status = write_node(p, node_no, n_nodes == 1 ? depth : 0, cells + first, end - first,
                                &cell, err);
        }
        if (status == TH_OK) {
            cells[i] = cell;
        }
        first = end;
    }
    *n = n_nodes;
    return status;
}

// The leaf of every row, in order of rows. Leaves are numbered along the curve from ROOT + 1.
static enum th_status write_rows(struct packing *p, const struct th_rtree_entry *entries,
                                 const uint32_t *leaf_of, size_t n, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO idx_parcel_version_geom_rowid (rowid, nodeno) VALUES (?1, ?2)";
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        status = write_pair(p->store, SQL, entries[i].id, leaf_of[i], err);
    }
    return status;
}

static enum th_status write_tree(struct packing *p, const struct th_rtree_list *list,
                                 struct th_error *err)
{
    size_t n = list->n;
    struct spot *spots = order_along_curve(list->items, n);
    struct th_rtree_entry *cells = malloc(n * sizeof(*cells));
    uint32_t *leaf_of = malloc(n * sizeof(*leaf_of));
    enum th_status status = TH_OK;
    if (spots == NULL || cells == NULL || leaf_of == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    size_t n_leaves = (n + p->fill - 1) / p->fill;
    for (size_t i = 0, leaf = 0; i < n; i++) {
        while (i >= n * (leaf + 1) / n_leaves) {
            leaf++;
        }
        cells[i] = list->items[spots[i].index];
        leaf_of[spots[i].index] = (uint32_t)(n_leaves == 1 ? ROOT : ROOT + 1 + leaf);
    }
    p->last_node = ROOT;
    status = write_rows(p, list->items, leaf_of, n, err);
    int depth = 0;
    do {
        if (status == TH_OK) {
            status = write_level(p, cells, &n, depth++, err);
        }
    } while (status == TH_OK && n > 1);
done:
    free(spots);
    free(cells);
    free(leaf_of);
    return status;
}

static int compare_ids(const void *a, const void *b)
{
    const struct th_rtree_entry *one = a;
    const struct th_rtree_entry *two = b;
    return (one->id > two->id) - (one->id < two->id);
}

static enum th_status read_present(struct th_store *store, struct th_rtree_list *list,
                                   struct th_error *err)
{
    static const char SQL[] = "SELECT pkid, xmin, xmax, ymin, ymax FROM idx_parcel_version_geom";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        struct th_rtree_entry entry = {th_column_int(q, 0), (float)th_column_real(q, 1),
                                       (float)th_column_real(q, 2), (float)th_column_real(q, 3),
                                       (float)th_column_real(q, 4)};
        status = th_rtree_list_append(list, &entry, err);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status clear_tree(struct th_store *store, struct th_error *err)
{
    static const char SQL_NODES[] = "DELETE FROM idx_parcel_version_geom_node";
    static const char SQL_ROWS[] = "DELETE FROM idx_parcel_version_geom_rowid";
    static const char SQL_PARENTS[] = "DELETE FROM idx_parcel_version_geom_parent";
    enum th_status status = th_stmt_run(th_db_query(store, SQL_NODES), err);
    if (status == TH_OK) {
        status = th_stmt_run(th_db_query(store, SQL_ROWS), err);
    }
    if (status == TH_OK) {
        status = th_stmt_run(th_db_query(store, SQL_PARENTS), err);
    }
    return status;
}

static enum th_status rebuild(struct th_store *store, struct th_rtree_list *list,
                              struct th_error *err)
{
    static const char SQL_SIZE[] =
        "SELECT length(data) FROM idx_parcel_version_geom_node WHERE nodeno = 1";
    int64_t node_size = 0;
    struct packing *p = NULL;
    enum th_status status = th_stmt_int(th_db_query(store, SQL_SIZE), 0, &node_size, err);
    if (status == TH_OK &&
        (node_size < NODE_HEAD_SIZE + 4 * FREE_CELLS * CELL_SIZE || node_size > NODE_SIZE_MAX)) {
        status = th_error_set(err, TH_CORRUPT, "registry_corrupt", "detail",
                              "size of the nodes of the spatial index", NULL);
    }
    if (status == TH_OK) {
        status = read_present(store, list, err);
    }
    if (status != TH_OK) {
        return status;
    }
    p = malloc(sizeof(*p));
    if (p == NULL) {
        return th_error_no_memory(err);
    }
    *p = (struct packing){.store = store,
                          .node_size = (size_t)node_size,
                          .fill = ((size_t)node_size - NODE_HEAD_SIZE) / CELL_SIZE - FREE_CELLS};
    qsort(list->items, list->n, sizeof(*list->items), compare_ids);
    th_db_let_shadow_tables(store, true);
    status = clear_tree(store, err);
    if (status == TH_OK) {
        status = write_tree(p, list, err);
    }
    th_db_let_shadow_tables(store, false);
    free(p);
    return status;
}

static enum th_status insert_each(struct th_store *store, const struct th_rtree_list *list,
                                  struct th_error *err)
{
    static const char SQL[] = "INSERT INTO idx_parcel_version_geom (pkid, xmin, xmax, ymin, ymax)"
                              " VALUES (?1, ?2, ?3, ?4, ?5)";
    enum th_status status = TH_OK;
    for (size_t i = 0; i < list->n && status == TH_OK; i++) {
        const struct th_rtree_entry *entry = &list->items[i];
        struct th_stmt *q = th_db_query(store, SQL);
        th_bind_int(q, 1, entry->id);
        th_bind_real(q, 2, entry->west);
        th_bind_real(q, 3, entry->east);
        th_bind_real(q, 4, entry->south);
        th_bind_real(q, 5, entry->north);
        status = th_stmt_run(q, err);
    }
    return status;
}

enum th_status th_rtree_load(struct th_store *store, struct th_rtree_list *list,
                             struct th_error *err)
{
    static const char SQL_COUNT[] = "SELECT count(*) FROM idx_parcel_version_geom_rowid";
    int64_t n_present = 0;
    enum th_status status = th_stmt_int(th_db_query(store, SQL_COUNT), 0, &n_present, err);
    if (status != TH_OK || list->n == 0) {
        return status;
    }
    if (list->n < REBUILD_MIN || list->n < (size_t)n_present / REBUILD_SHARE) {
        return insert_each(store, list, err);
    }
    return rebuild(store, list, err);
}
