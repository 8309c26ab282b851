// What a person, or somebody who means harm, may type for a file; and places that are no files.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/file.h"
#include "tests/battery/battery.h"

static void copy_good(const struct battery *b, const char *good, char path[TH_TEST_PATH_SIZE],
                      const char *name)
{
    size_t size = 0;
    unsigned char *data = battery_read(th_test_path(path, b->good, good), &size);
    battery_write(b, path, name, data, size);
    free(data);
}

static const char VRT_AS_NAME[] =
    "<OGRVRTDataSource><OGRVRTLayer name=\"passwd\"><SrcDataSource>CSV:/etc/passwd"
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>";

static const char *const TYPED[] = {
    "",
    " ",
    ".",
    "..",
    "/",
    "//",
    "-",
    "/nonexistent/x.gpkg",
    "/vsistdin/",
    "/vsimem/x.geojson",
    "/vsizip//etc/passwd",
    "/vsizip//nonexistent.zip/x.shp",
    "/vsizip/{/tmp/x.zip}/y",
    "/vsitar//etc/passwd",
    "/vsigzip//etc/passwd",
    "/vsisubfile/0_100,/etc/passwd",
    "/vsisparse//etc/passwd",
    "/vsicrypt/key=0123456789abcdef,file=/etc/passwd",
    "/vsicurl/http://127.0.0.1:{port}/x.geojson",
    "/vsicurl_streaming/http://127.0.0.1:{port}/x.geojson",
    "/vsizip/vsicurl/http://127.0.0.1:{port}/x.zip/x.shp",
    "/vsis3/bucket/x.gpkg",
    "/vsiaz/container/x",
    "/vsihdfs/x",
    "PG:host=127.0.0.1 port={port} dbname=x",
    "MySQL:x,host=127.0.0.1,port={port}",
    "MSSQL:server=127.0.0.1,{port};database=x",
    "MongoDBv3:mongodb://127.0.0.1:{port}",
    "MVT:http://127.0.0.1:{port}/0/0/0",
    "MVT:/etc/passwd",
    "WFS:http://127.0.0.1:{port}/wfs",
    "OAPIF:http://127.0.0.1:{port}/",
    "ES:http://127.0.0.1:{port}/",
    "ESRIJSON:http://127.0.0.1:{port}/",
    "GeoJSON:http://127.0.0.1:{port}/x",
    "CSW:http://127.0.0.1:{port}/",
    "NGW:http://127.0.0.1:{port}/resource/1",
    "AMIGOCLOUD:x",
    "CSV:/etc/passwd",
    "SQLITE:/etc/passwd",
    "GPKG:/etc/passwd:x",
    "DODS:http://127.0.0.1:{port}/x",
    "MEM:::DATAPOINTER=1,PIXELS=1,LINES=1",
    "S57:/etc/passwd",
    "file:///etc/passwd",
    "ftp://127.0.0.1:{port}/x.zip",
    "gopher://127.0.0.1:{port}/x",
    "/etc/passwd",
    "/etc",
    "/proc/self/environ",
    "/proc/self/mem",
    "/proc/self/fd/0",
    "/dev/fd/0",
    "{\"type\":\"Point\",\"coordinates\":[119.6,30.5]}",
    VRT_AS_NAME,
    "<kml/>",
    "a\nb.geojson",
    "\x1b[2J.geojson",
    "\xff\xfe.geojson",
    "../../../../../../../../etc/passwd",
    "$(reboot).geojson",
    "'; DROP TABLE parcel; --",
    "%s%n%s%n.geojson",
};

void battery_names(void **state)
{
    struct battery *b = *state;
    for (size_t i = 0; i < sizeof(TYPED) / sizeof(TYPED[0]); i++) {
        char name[TH_TEST_PATH_SIZE];
        const char *gap = strstr(TYPED[i], "{port}");
        if (gap != NULL) {
            (void)snprintf(name, sizeof(name), "%.*s%s%s", (int)(gap - TYPED[i]), TYPED[i], b->port,
                           gap + 6);
        } else {
            (void)snprintf(name, sizeof(name), "%s", TYPED[i]);
        }
        battery_try(b, name, "the name %s", TYPED[i]);
    }
    static char long_name[100000];
    memset(long_name, 'a', sizeof(long_name) - 1);
    battery_try(b, long_name, "a name of 100,000 letters");
    battery_end(b);
}

static void bind_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int end = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(end >= 0 && strlen(path) < sizeof(address.sun_path));
    memcpy(address.sun_path, path, strlen(path) + 1);
    assert_int_equal(bind(end, (struct sockaddr *)&address, sizeof(address)), 0);
    close(end);
}

static const char *const EXTENSIONS[] = {"gpkg", "shp", "geojson", "geojsons", "kml",    "kmz",
                                         "gml",  "gdb", "fgb",     "tab",      "dxf",    "csv",
                                         "xlsx", "zip", "vrt",     "json",     "sqlite", "txt"};
enum { N_EXTENSIONS = sizeof(EXTENSIONS) / sizeof(EXTENSIONS[0]) };

static void try_devices(struct battery *b)
{
    static const char *const DEVICES[] = {"/dev/zero", "/dev/null", "/dev/random", "/dev/full",
                                          "/dev",      "/proc",     "/sys"};
    char path[TH_TEST_PATH_SIZE];
    for (size_t i = 0; i < sizeof(DEVICES) / sizeof(DEVICES[0]); i++) {
        battery_try(b, DEVICES[i], "%s", DEVICES[i]);
        assert_int_equal(symlink(DEVICES[i], battery_path(b, path, "link.geojson")), 0);
        battery_try(b, path, "a link to %s", DEVICES[i]);
    }
    assert_int_equal(mkfifo(battery_path(b, path, "pipe.geojson"), 0600), 0);
    battery_try(b, path, "a pipe");
    assert_int_equal(mkfifo(battery_path(b, path, "pipe.shp"), 0600), 0);
    battery_try(b, path, "a pipe called a shapefile");
    bind_socket(battery_path(b, path, "s.gpkg"));
    battery_try(b, path, "a socket");
}

void battery_special_files(void **state)
{
    struct battery *b = *state;
    char path[TH_TEST_PATH_SIZE];
    char name[64];
    for (size_t i = 0; i < N_EXTENSIONS; i++) {
        (void)snprintf(name, sizeof(name), "x.%s", EXTENSIONS[i]);
        battery_try_bytes(b, name, name, "", 0);
        assert_int_equal(mkdir(battery_path(b, path, name), 0700), 0);
        battery_try(b, path, "a folder called %s", name);
        copy_good(b, i % 2 == 0 ? "good.geojson" : "good.gpkg", path, name);
        battery_try(b, path, "another format called %s", name);
    }
    try_devices(b);
    battery_try(b, b->source, "an empty folder");
    copy_good(b, "good.geojson", path, "a.geojson");
    copy_good(b, "good.geojson", path, "b.geojson");
    battery_try(b, b->source, "a folder of two");
    assert_int_equal(symlink("loop.shp", battery_path(b, path, "loop.shp")), 0);
    battery_try(b, path, "a link to itself");
    assert_int_equal(symlink("/nonexistent", battery_path(b, path, "x.shp")), 0);
    battery_try(b, path, "a link to nothing");
    assert_int_equal(symlink("..", battery_path(b, path, "up")), 0);
    battery_try(b, b->source, "a folder that leads back to itself");
    assert_int_equal(symlink("/etc/passwd", battery_path(b, path, "x.csv")), 0);
    battery_try(b, path, "a link to another file");
    battery_end(b);
}

// {good}, {secret}, {port}, {self} become paths and the port.
static const struct {
    const char *label;
    const char *text;
} VIRTUAL[] = {
    {"a good file in another's name",
     "<OGRVRTDataSource><OGRVRTLayer name=\"good\"><SrcDataSource>{good}</SrcDataSource>"
     "</OGRVRTLayer></OGRVRTDataSource>"},
    {"a call to the network",
     "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>/vsicurl/http://127.0.0.1:{port}/x"
     "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"},
    {"a database", "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>PG:host=127.0.0.1 "
                   "port={port}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"},
    {"a secret as a table",
     "<OGRVRTDataSource><OGRVRTLayer name=\"secret\"><SrcDataSource>CSV:{secret}</SrcDataSource>"
     "</OGRVRTLayer></OGRVRTDataSource>"},
    {"passwd as a table",
     "<OGRVRTDataSource><OGRVRTLayer name=\"passwd\"><SrcDataSource>CSV:/etc/passwd</SrcDataSource>"
     "<GeometryField encoding=\"PointFromColumns\" x=\"a\" y=\"b\"/></OGRVRTLayer>"
     "</OGRVRTDataSource>"},
    {"a query without an end",
     "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>{good}</SrcDataSource><SrcSQL "
     "dialect=\"sqlite\">WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT x "
     "FROM c</SrcSQL></OGRVRTLayer></OGRVRTDataSource>"},
    {"a query that loads code",
     "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>{good}</SrcDataSource><SrcSQL "
     "dialect=\"sqlite\">SELECT load_extension('{secret}')</SrcSQL></OGRVRTLayer>"
     "</OGRVRTDataSource>"},
    {"itself", "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>{self}</SrcDataSource>"
               "</OGRVRTLayer></OGRVRTDataSource>"},
    {"an update", "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>{good}</SrcDataSource>"
                  "<SrcSQL>DELETE FROM good</SrcSQL></OGRVRTLayer></OGRVRTDataSource>"},
    {"an image", "<VRTDataset rasterXSize=\"9\" rasterYSize=\"9\"><VRTRasterBand band=\"1\" "
                 "dataType=\"Byte\" subClass=\"VRTDerivedRasterBand\"><PixelFunctionLanguage>Python"
                 "</PixelFunctionLanguage></VRTRasterBand></VRTDataset>"},
};

static void fill(const struct battery *b, const char *text, const char *self, struct th_buf *out)
{
    char good[TH_TEST_PATH_SIZE];
    char secret[TH_TEST_PATH_SIZE];
    const struct {
        const char *gap;
        const char *value;
    } gaps[] = {{"{good}", th_test_path(good, b->good, "good.geojson")},
                {"{secret}", th_test_path(secret, b->folder, "secret.txt")},
                {"{port}", b->port},
                {"{self}", self}};
    while (*text != '\0') {
        bool found = false;
        for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]) && !found; i++) {
            if (strncmp(text, gaps[i].gap, strlen(gaps[i].gap)) == 0) {
                th_buf_append_str(out, gaps[i].value);
                text += strlen(gaps[i].gap);
                found = true;
            }
        }
        if (!found) {
            th_buf_append_char(out, *text++);
        }
    }
}

// Each of them under its own name and under that of an innocent format, bare and in an archive.
void battery_virtual(void **state)
{
    struct battery *b = *state;
    static const char *const NAMES[] = {"x.vrt", "x.geojson", "x.kml"};
    for (size_t i = 0; i < sizeof(VIRTUAL) / sizeof(VIRTUAL[0]); i++) {
        for (size_t n = 0; n < 4; n++) {
            char path[TH_TEST_PATH_SIZE];
            struct th_buf text;
            th_buf_init(&text, 64 * 1024);
            fill(b, VIRTUAL[i].text, battery_path(b, path, "x.vrt"), &text);
            if (n < 3) {
                battery_write(b, path, NAMES[n], text.data, text.size);
            } else {
                struct battery_zip zip;
                size_t size = 0;
                battery_zip_init(&zip);
                battery_zip_add(&zip, &(struct battery_entry){
                                          .name = "x.vrt", .data = text.data, .size = text.size});
                unsigned char *data = battery_zip_take(&zip, &size);
                battery_write(b, path, "x.zip", data, size);
                free(data);
            }
            th_buf_clear(&text);
            battery_try(b, path, "virtual, %s, as %s", VIRTUAL[i].label, n < 3 ? NAMES[n] : "zip");
        }
    }
    battery_end(b);
}
