// Archives that are more, or less, than they say.
#include <stdio.h>
#include <stdlib.h>

#include "tests/battery/battery.h"

static void try_zip(struct battery *b, struct battery_zip *zip, const char *name, const char *label)
{
    size_t size = 0;
    unsigned char *data = battery_zip_take(zip, &size);
    battery_try_bytes(b, name, label, data, size);
    free(data);
}

// One entry, whatever it is.
static void try_entry(struct battery *b, const char *label, struct battery_entry entry)
{
    struct battery_zip zip;
    battery_zip_init(&zip);
    battery_zip_add(&zip, &entry);
    try_zip(b, &zip, "x.zip", label);
}

static void try_entries(struct battery *b, const unsigned char *good, size_t size)
{
    const struct battery_entry entry = {.name = "a.geojson", .data = good, .size = size};
    static const char *const NAMES[] = {"../../../../tmp/evil.geojson",
                                        "/etc/evil.geojson",
                                        "..\\..\\evil.geojson",
                                        "C:\\evil.geojson",
                                        "",
                                        "/",
                                        "a\nb.geojson",
                                        "\xff\xfe.geojson",
                                        "\x1b[2J.geojson",
                                        "a.geojson/b.geojson",
                                        "con.geojson",
                                        "a/../../b.geojson"};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        struct battery_entry named = entry;
        named.name = NAMES[i];
        try_entry(b, NAMES[i], named);
    }
    struct battery_entry lie = entry;
    lie.claimed_size = 1;
    try_entry(b, "an entry that says it is smaller", lie);
    lie.claimed_size = UINT32_MAX;
    try_entry(b, "an entry that says it is larger", lie);
    lie.claimed_size = UINT32_MAX - 1;
    lie.deflate = true;
    try_entry(b, "a packed entry that says it is larger", lie);
    lie = entry;
    lie.method = 99;
    try_entry(b, "a method that nobody knows", lie);
    lie.method = 12;
    try_entry(b, "a method that it does not have", lie);
    lie = entry;
    lie.flags = 1;
    try_entry(b, "an encrypted entry", lie);
    const struct battery_entry link = {.name = "a.geojson",
                                       .data = "/etc/passwd",
                                       .size = 11,
                                       .attributes = UINT32_C(0120777) << 16};
    try_entry(b, "a link to another file", link);
}

static void try_bombs(struct battery *b)
{
    enum { MEGABYTE = 1024 * 1024, SIZE = 64 * MEGABYTE };
    unsigned char *blank = malloc(SIZE);
    struct battery_zip zip;
    assert_non_null(blank);
    memset(blank, ' ', SIZE);
    const struct battery_entry entry = {
        .name = "a.geojson", .data = blank, .size = SIZE, .deflate = true};
    try_entry(b, "64 MB out of 64 KB", entry);
    struct battery_entry other = entry;
    other.name = "a.shp";
    try_entry(b, "a shapefile of 64 MB out of 64 KB", other);
    other.name = "doc.kml";
    battery_zip_init(&zip);
    battery_zip_add(&zip, &other);
    try_zip(b, &zip, "x.kmz", "a map of 64 MB out of 64 KB");
    other.name = "xl/worksheets/sheet1.xml";
    battery_zip_init(&zip);
    battery_zip_add(&zip, &other);
    try_zip(b, &zip, "x.xlsx", "a sheet of 64 MB out of 64 KB");
    // The size that the directory tells is the one that is measured: it must not be believed.
    other = entry;
    other.claimed_size = 1000;
    try_entry(b, "64 MB that say they are 1 KB", other);
    free(blank);

    battery_zip_init(&zip);
    for (int i = 0; i < 100000; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "%d.geojson", i);
        battery_zip_add(&zip, &(struct battery_entry){.name = name, .data = "{}", .size = 2});
    }
    zip.n = 65535;
    try_zip(b, &zip, "x.zip", "100,000 entries");
}

// An archive in an archive in an archive.
static void try_nested(struct battery *b, const unsigned char *good, size_t good_size)
{
    unsigned char *inner = malloc(good_size);
    size_t size = good_size;
    const char *name = "a.geojson";
    assert_non_null(inner);
    memcpy(inner, good, good_size);
    for (int depth = 0; depth < 12; depth++) {
        struct battery_zip zip;
        battery_zip_init(&zip);
        battery_zip_add(&zip, &(struct battery_entry){.name = name, .data = inner, .size = size});
        free(inner);
        inner = battery_zip_take(&zip, &size);
        name = "a.zip";
        if (depth == 1 || depth == 11) {
            battery_try_bytes(b, "x.zip", depth == 1 ? "a zip in a zip" : "twelve zips in a zip",
                              inner, size);
        }
    }
    free(inner);
}

static void try_ends(struct battery *b, const unsigned char *good, size_t good_size)
{
    // The end of an archive that is empty, and changed at one place: entries, size, offset.
    static const struct {
        const char *label;
        size_t at;
        unsigned char value;
    } ENDS[] = {{"an end alone", 0, 'P'},
                {"an end with entries", 10, 0xff},
                {"an end with a directory of 4 GB", 15, 0xff},
                {"an end whose directory lies behind it", 19, 0x7f},
                {"an end with a comment that is not there", 20, 0xff}};
    for (size_t i = 0; i < sizeof(ENDS) / sizeof(ENDS[0]); i++) {
        unsigned char end[22] = {'P', 'K', 5, 6};
        end[ENDS[i].at] = ENDS[i].value;
        battery_try_bytes(b, "x.zip", ENDS[i].label, end, sizeof(end));
    }
    struct battery_zip zip;
    battery_zip_init(&zip);
    for (int i = 0; i < 2; i++) {
        battery_zip_add(
            &zip, &(struct battery_entry){.name = "a.geojson", .data = good, .size = good_size});
    }
    try_zip(b, &zip, "x.zip", "two entries of one name");
    battery_zip_init(&zip);
    battery_zip_add(&zip, &(struct battery_entry){.name = "a.shp", .data = "", .size = 0});
    battery_zip_add(&zip, &(struct battery_entry){.name = "a.dbf", .data = "", .size = 0});
    battery_zip_add(&zip, &(struct battery_entry){.name = "a.shx", .data = "", .size = 0});
    try_zip(b, &zip, "x.zip", "a shapefile without content");
    char deep[1001];
    for (size_t i = 0; i < 1000; i++) {
        deep[i] = i % 2 == 0 ? 'd' : '/';
    }
    deep[999] = 'x';
    deep[1000] = '\0';
    try_entry(b, "500 folders in each other",
              (struct battery_entry){.name = deep, .data = "{}", .size = 2});
    // The second entry of the directory points into the first: its bytes count twice.
    battery_zip_init(&zip);
    battery_zip_add(&zip,
                    &(struct battery_entry){.name = "a.geojson", .data = good, .size = good_size});
    struct th_buf once = {0};
    th_buf_init(&once, 64 * 1024);
    th_buf_append(&once, zip.directory.data, zip.directory.size);
    for (int i = 0; i < 150; i++) {
        th_buf_append(&zip.directory, once.data, once.size);
    }
    zip.n = 151;
    th_buf_clear(&once);
    try_zip(b, &zip, "x.zip", "an entry that is told 151 times");
}

static void try_sheets(struct battery *b)
{
    static const char workbook[] =
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><workbook><sheets><sheet "
        "name=\"&e;\" sheetId=\"1\" r:id=\"rId1\" "
        "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"/></sheets>"
        "</workbook>";
    static const char strings[] =
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
        "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;\">"
        "<!ENTITY f \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;\">"
        "<!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">]><sst><si><t>&h;</t></si></sst>";
    static const char sheet[] =
        "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1048576\"><c "
        "r=\"XFD1048576\" t=\"s\"><v>99999999</v></c></row></sheetData></worksheet>";
    static const char relations[] =
        "<Relationships><Relationship Id=\"rId1\" Target=\"http://127.0.0.1/x.xml\" "
        "TargetMode=\"External\"/></Relationships>";
    static const struct {
        const char *label;
        const char *strings;
        const char *workbook;
    } CASES[] = {{"a sheet with a file as an entity", "<sst/>", workbook},
                 {"a sheet with a billion laughs", strings, "<workbook/>"},
                 {"a sheet with both", strings, workbook},
                 {"a sheet without a workbook", "", ""}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct battery_entry entries[] = {
            {.name = "[Content_Types].xml", .data = "<Types/>", .size = 8},
            {.name = "xl/workbook.xml",
             .data = CASES[i].workbook,
             .size = strlen(CASES[i].workbook)},
            {.name = "xl/sharedStrings.xml",
             .data = CASES[i].strings,
             .size = strlen(CASES[i].strings)},
            {.name = "xl/_rels/workbook.xml.rels",
             .data = relations,
             .size = sizeof(relations) - 1},
            {.name = "xl/worksheets/sheet1.xml", .data = sheet, .size = sizeof(sheet) - 1}};
        struct battery_zip zip;
        battery_zip_init(&zip);
        for (size_t e = 0; e < sizeof(entries) / sizeof(entries[0]); e++) {
            battery_zip_add(&zip, &entries[e]);
        }
        try_zip(b, &zip, "x.xlsx", CASES[i].label);
    }
}

void battery_archives(void **state)
{
    struct battery *b = *state;
    char path[TH_TEST_PATH_SIZE];
    size_t size = 0;
    unsigned char *good = battery_read(th_test_path(path, b->good, "first.geojson"), &size);
    struct battery_zip zip;
    battery_zip_init(&zip);
    battery_zip_add(&zip,
                    &(struct battery_entry){
                        .name = "deep/er/a.geojson", .data = good, .size = size, .deflate = true});
    size_t zip_size = 0;
    unsigned char *data = battery_zip_take(&zip, &zip_size);
    battery_good(b, battery_write(b, path, "good.zip", data, zip_size), "a good archive", 0);
    free(data);
    try_entries(b, good, size);
    try_bombs(b);
    try_nested(b, good, size);
    try_ends(b, good, size);
    try_sheets(b);
    free(good);
    battery_end(b);
}
