#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/file.h"
#include "core/json.h"
#include "net/collection.h"
#include "net/collection_internal.h"
#include "tests/support/http_stub.h"

enum { BODY_SIZE = 16 * 1024, FEATURES = 25, PAGE = 10 };

static const struct th_collection_limits limits = {
    .size_max = 1000000, .seconds_max = 20, .pages_max = 20, .features_max = 1000};
static const struct th_download_rules plain = {
    .schemes = "http,https", .redirect_schemes = "http,https", .same_host = true};

struct fixture {
    struct http_place place;
    char seen[BODY_SIZE]; // requests, one a line
    struct th_collection_info info;
};

static char *reply(const char *body)
{
    return http_stub_reply("application/geo+json", body);
}

static long number_in(const char *path, const char *name, long fallback)
{
    const char *at = strstr(path, name);
    return at == NULL ? fallback : strtol(at + strlen(name), NULL, 10);
}

// Features first … last-1 with ids; `more` goes behind them.
static char *page(long first, long last, const char *more)
{
    char body[BODY_SIZE];
    size_t n =
        (size_t)snprintf(body, sizeof(body), "{\"type\":\"FeatureCollection\",\"features\":[");
    for (long i = first; i < last; i++) {
        n += (size_t)snprintf(body + n, sizeof(body) - n,
                              "%s{\"type\":\"Feature\",\"id\":\"f%ld\",\"geometry\":null,"
                              "\"properties\":{\"n\":%ld}}",
                              i > first ? "," : "", i, i);
    }
    (void)snprintf(body + n, sizeof(body) - n, "]%s}", more);
    return reply(body);
}

static char *paged(const char *path, const char *collection, const char *more)
{
    char link[512];
    long offset = number_in(path, "offset=", 0);
    long last = offset + PAGE < FEATURES ? offset + PAGE : FEATURES;
    (void)snprintf(link, sizeof(link),
                   ",\"numberMatched\":%d,\"links\":[{\"rel\":\"self\",\"href\":\"x\"}", FEATURES);
    size_t n = strlen(link);
    if (last < FEATURES) {
        n += (size_t)snprintf(
            link + n, sizeof(link) - n,
            ",{\"rel\":\"next\",\"href\":\"/api/collections/%s/items?offset=%ld\"}", collection,
            last);
    }
    (void)snprintf(link + n, sizeof(link) - n, "]%s", more);
    return page(offset, last, link);
}

// Features with these numbers and without ids.
static char *page_of(const char *numbers, const char *more)
{
    char body[BODY_SIZE];
    size_t n =
        (size_t)snprintf(body, sizeof(body), "{\"type\":\"FeatureCollection\",\"features\":[");
    for (const char *at = numbers; *at != '\0'; at++) {
        n += (size_t)snprintf(body + n, sizeof(body) - n,
                              *at == ',' ? "%c"
                                         : "{\"type\":\"Feature\",\"geometry\":null,"
                                           "\"properties\":{\"n\":%c}}",
                              *at);
    }
    (void)snprintf(body + n, sizeof(body) - n, "]%s}", more);
    return reply(body);
}

// The same features again and again, under an address that counts on.
static char *page_same(const char *path)
{
    char link[100];
    (void)snprintf(link, sizeof(link), ",\"links\":[{\"rel\":\"next\",\"href\":\"?p=%ld\"}]",
                   number_in(path, "p=", 0) + 1);
    return page_of("1,2,3", link);
}

// WFS that gives seven at most, whatever is asked for.
static char *wfs(const char *path)
{
    long start = number_in(path, "startIndex=", 0);
    long last = start + 7 < FEATURES ? start + 7 : FEATURES;
    bool changed = strstr(path, "changing") != NULL && start > 0;
    char more[200];
    (void)snprintf(more, sizeof(more),
                   ",\"numberMatched\":%d,\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
                   "\"urn:ogc:def:crs:EPSG::%d\"}}",
                   FEATURES, changed ? 4326 : 4528);
    return page(start, last, more);
}

// A list of layers in which every word is the beginning of one and nothing is ever its name.
static char *babble(void)
{
    enum { WORDS = 70000 };
    static const char word[] = "FeatureType ";
    char *body = malloc(WORDS * (sizeof(word) - 1) + 1);
    assert_non_null(body);
    for (size_t i = 0; i < WORDS; i++) {
        memcpy(body + i * (sizeof(word) - 1), word, sizeof(word));
    }
    char *text = reply(body);
    free(body);
    return text;
}

static char *wfs_special(const char *path)
{
    if (strstr(path, "/babble") != NULL) {
        return babble();
    }
    if (strstr(path, "request=GetCapabilities") != NULL) {
        return reply(strstr(path, "/one") != NULL
                         ? "<WFS><FeatureTypeList><FeatureType xmlns:a=\"b\"><Name>a:woods</Name>"
                           "</FeatureType></FeatureTypeList></WFS>"
                         : "<wfs:X><wfs:FeatureType><wfs:Name>a:one</wfs:Name></wfs:FeatureType>"
                           "<wfs:FeatureType><wfs:Name>a:two</wfs:Name></wfs:FeatureType></wfs:X>");
    }
    if (strstr(path, "/gml") != NULL || strstr(path, "/cut") != NULL) {
        if (strstr(path, "outputFormat") != NULL) {
            return reply("<ExceptionReport/>");
        }
        return reply(strstr(path, "/gml") != NULL
                         ? "<wfs:FeatureCollection numberMatched=\"3\" numberReturned=\"3\"/>"
                         : "<wfs:FeatureCollection numberMatched=\"3\" numberReturned=\"2\"/>");
    }
    if (strstr(path, "typeNames=deaf") != NULL) { // it does not hear startIndex
        return page_of("4,5", "");
    }
    return wfs(path);
}

static char *answer(void *context, const char *path)
{
    struct fixture *f = context;
    size_t used = strlen(f->seen);
    (void)snprintf(f->seen + used, sizeof(f->seen) - used, "%s\n", path);
    if (strstr(path, "service=WFS") != NULL) {
        return wfs_special(path);
    }
    if (strstr(path, "/collections/woods/items") != NULL) {
        return paged(path, "woods", "");
    }
    if (strstr(path, "/collections/short/items") != NULL) {
        return page(0, 3, ",\"numberMatched\":5");
    }
    if (strstr(path, "/collections/circle/items") != NULL) {
        return page(0, 3,
                    strstr(path, "again") != NULL
                        ? ",\"links\":[{\"rel\":\"next\",\"href\":\"?again=2\"}]"
                        : ",\"links\":[{\"rel\":\"next\",\"href\":\"?again=1\"}]");
    }
    if (strstr(path, "/collections/there_and_back/items") != NULL) {
        return page_of("1,2,3", strstr(path, "p=2") != NULL
                                    ? ",\"links\":[{\"rel\":\"next\",\"href\":\"?p=1\"}]"
                                    : ",\"links\":[{\"rel\":\"next\",\"href\":\"?p=2\"}]");
    }
    if (strstr(path, "/collections/same/items") != NULL) {
        return page_same(path);
    }
    if (strstr(path, "/collections/local/items") != NULL) {
        return page(0, 3, ",\"links\":[{\"rel\":\"next\",\"href\":\"file:///etc/hostname\"}]");
    }
    if (strstr(path, "/collections/other/items") != NULL) {
        return page(0, 3, ",\"links\":[{\"rel\":\"next\",\"href\":\"//127.0.0.2/x\"}]");
    }
    if (strstr(path, "/collections/user/items") != NULL) {
        return page(0, 3,
                    ",\"links\":[{\"rel\":\"next\",\"href\":"
                    "\"http://127.0.0.1@127.0.0.2/x\"}]");
    }
    if (strstr(path, "/collections/self/items") != NULL) {
        return page(0, 3, ",\"links\":[{\"rel\":\"next\",\"href\":\"items?limit=1000\"}]");
    }
    if (strstr(path, "/collections/away/items") != NULL) {
        return page(
            0, 3, ",\"links\":[{\"rel\":\"next\",\"href\":\"http://127.0.0.2:1/collections/x\"}]");
    }
    if (strstr(path, "/collections/twice/items") != NULL) {
        return strstr(path, "p=2") != NULL
                   ? page(2, 5, "")
                   : page(0, 3, ",\"links\":[{\"rel\":\"next\",\"href\":\"?p=2\"}]");
    }
    if (strstr(path, "/collections/late/items") != NULL && strstr(path, "p=2") == NULL) {
        return page(0, 3, ",\"links\":[{\"rel\":\"next\",\"href\":\"?p=2\"}]");
    }
    if (strstr(path, "/collections/empty/items") != NULL) {
        return page(0, 0, ",\"numberMatched\":0");
    }
    if (strstr(path, "/collections/list/items") != NULL) {
        return reply("[1,2,3]");
    }
    if (strstr(path, "/collections/html/items") != NULL) {
        return reply("<html></html>");
    }
    if (strstr(path, "/collections/odd/items") != NULL) {
        return reply("{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Point\"}]}");
    }
    return NULL; // 404
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    f->place.stub = http_stub_new_answering(answer, f);
    http_place_make(&f->place, "got.geojson");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    http_place_remove(&f->place);
    th_collection_info_clear(&f->info);
    free(f);
    return 0;
}

// What is known of it afterwards stands in f->info.
static enum th_status fetch_within(struct fixture *f, const char *name,
                                   const struct th_collection_limits *within,
                                   const struct th_progress *progress, struct th_error *err)
{
    th_collection_info_clear(&f->info);
    return th_collection_fetch_by_rules(&plain, http_place_url(&f->place, name), f->place.path,
                                        within, progress, &f->info, err);
}

static enum th_status fetch(struct fixture *f, const char *name, struct th_error *err)
{
    return fetch_within(f, name, &limits, NULL, err);
}

static void assert_page_ends(const struct fixture *f, const int64_t *want, int64_t n)
{
    assert_int_equal(f->info.n_pages, n);
    for (int64_t i = 0; i < n; i++) {
        assert_int_equal(f->info.page_ends[i], want[i]);
    }
}

// The numbers 0 … n-1 stand in the file, in order, each once.
static struct th_json *assert_whole(const struct fixture *f, size_t n)
{
    struct th_error err = {0};
    struct th_json *json = NULL;
    char *text = NULL;
    size_t size = 0;
    assert_ok(th_file_read(f->place.path, BODY_SIZE * 4, &text, &size, &err), &err);
    assert_ok(th_json_parse(text, size, &json, &err), &err);
    free(text);
    const struct th_json *features = th_json_get(json, "features");
    assert_int_equal(th_json_size(features), n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(
            th_json_get_int(th_json_get(th_json_at(features, i), "properties"), "n", -1), i);
    }
    return json;
}

static void assert_nothing_left(const struct fixture *f)
{
    char path[TH_TEST_PATH_SIZE];
    static const char *const names[] = {"got.geojson", "got.geojson.page", "got.geojson.pages",
                                        "got.geojson.page.part"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_false(th_file_exists(th_test_path(path, f->place.folder, names[i])));
    }
}

static void ogc_api__pages_are_followed_to_the_last(void **state)
{
    struct fixture *f = *state;
    static const char *const addresses[] = {"api/collections/woods", "api/collections/woods/",
                                            "api/collections/woods/items",
                                            "api/collections/woods/items?bbox=119,30,120,31"};
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        struct th_error err = {0};
        f->seen[0] = '\0';
        assert_ok(fetch(f, addresses[i], &err), &err);
        assert_page_ends(f, (const int64_t[]){10, 20, 25}, 3);
        assert_int_equal(f->info.n_features, FEATURES);
        assert_string_equal(f->info.name, "woods");
        assert_false(f->info.gml);
        th_json_free(assert_whole(f, FEATURES));
        assert_non_null(strstr(f->seen, "/api/collections/woods/items?"));
        assert_non_null(strstr(f->seen, "limit=1000\n"));
        if (i == 3) {
            assert_non_null(strstr(f->seen, "bbox=119,30,120,31&limit=1000\n"));
        }
    }
}

// The digest is that of the three bodies, one behind the other.
static void ogc_api__digest_is_of_the_bytes_that_came(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    struct th_hasher *hasher = th_hasher_new(TH_HASH_SHA256);
    char hex[2][TH_HASH_HEX_SIZE];
    assert_ok(fetch(f, "api/collections/woods", &err), &err);
    for (int offset = 0; offset < FEATURES; offset += PAGE) {
        char path[100];
        (void)snprintf(path, sizeof(path), "/api/collections/woods/items?offset=%d", offset);
        char *text = paged(path, "woods", "");
        const char *body = strstr(text, "\r\n\r\n") + 4;
        th_hasher_update(hasher, body, strlen(body));
        free(text);
    }
    struct th_hash want = th_hasher_final(hasher);
    th_hasher_free(hasher);
    assert_string_equal(th_hash_hex(&f->info.sha256, hex[0]), th_hash_hex(&want, hex[1]));
}

static void wfs__pages_are_counted_on(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    assert_ok(
        fetch(f, "geo?service=WFS&version=1.0.0&typeName=a:woods&maxFeatures=3&x=%E6%9D%91", &err),
        &err);
    assert_string_equal(f->info.protocol, "WFS 2.0");
    assert_string_equal(f->info.name, "woods");
    assert_page_ends(f, (const int64_t[]){7, 14, 21, 25}, 4);
    assert_int_equal(f->info.n_features, FEATURES);
    struct th_json *json = assert_whole(f, FEATURES);
    assert_string_equal(
        th_json_get_text(th_json_get(th_json_get(json, "crs"), "properties"), "name", ""),
        "urn:ogc:def:crs:EPSG::4528");
    th_json_free(json);
    assert_non_null(
        strstr(f->seen, "/geo?service=WFS&version=2.0.0&request=GetFeature&typeNames=a:woods&"
                        "x=%E6%9D%91&outputFormat=application%2Fjson&startIndex=14&count=1000\n"));
}

static void wfs__only_layer_is_found_and_several_are_asked_about(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    assert_ok(fetch(f, "one?service=WFS&request=GetCapabilities", &err), &err);
    assert_int_equal(f->info.n_features, FEATURES);
    // The list of layers was asked for first, but is no page of them.
    assert_page_ends(f, (const int64_t[]){7, 14, 21, 25}, 4);
    assert_non_null(strstr(f->seen, "typeNames=a%3Awoods"));
    assert_status(fetch(f, "two?service=WFS", &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "collection_layers");
    assert_string_equal(th_error_arg_get(&err, "layers"), "a:one, a:two");
}

// 840 KB of it; looking back from every word to the beginning takes a minute of CPU.
static void wfs__endless_list_of_layers_is_read_once(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    clock_t began = clock();
    assert_status(fetch(f, "babble?service=WFS", &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "collection_layers");
    assert_true(clock() - began < 3 * CLOCKS_PER_SEC);
}

static void wfs__gml_is_taken_when_it_is_whole(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    char *text = NULL;
    size_t size = 0;
    assert_ok(fetch(f, "gml?service=WFS&typeNames=a:woods", &err), &err);
    assert_true(f->info.gml);
    assert_int_equal(f->info.n_features, -1);
    assert_page_ends(f, (const int64_t[]){INT64_MAX}, 1);
    assert_ok(th_file_read(f->place.path, BODY_SIZE, &text, &size, &err), &err);
    assert_string_equal(text, "<wfs:FeatureCollection numberMatched=\"3\" numberReturned=\"3\"/>");
    free(text);
}

static void failures__leave_nothing_and_say_why(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *address;
        enum th_status status;
        const char *key;
    } CASES[] = {
        {"collections/short", TH_UNREADABLE, "collection_incomplete"},
        {"collections/circle", TH_UNREADABLE, "collection_repeats"},
        {"collections/self", TH_UNREADABLE, "collection_repeats"},
        {"collections/there_and_back", TH_UNREADABLE, "collection_repeats"},
        {"collections/same", TH_UNREADABLE, "collection_repeats"},
        {"geo?service=WFS&typeNames=deaf", TH_UNREADABLE, "collection_repeats"},
        {"collections/local", TH_UNREADABLE, "collection_host"},
        {"collections/other", TH_UNREADABLE, "collection_host"},
        {"collections/user", TH_UNREADABLE, "collection_host"},
        {"collections/twice", TH_UNREADABLE, "collection_repeats"},
        {"collections/away", TH_UNREADABLE, "collection_host"},
        {"collections/late", TH_NOT_FOUND, "download_not_found"},
        {"collections/none", TH_NOT_FOUND, "download_not_found"},
        {"collections/list", TH_UNREADABLE, "collection_page"},
        {"collections/html", TH_UNREADABLE, "collection_page"},
        {"collections/odd", TH_UNREADABLE, "collection_page"},
        {"cut?service=WFS&typeNames=a:b", TH_UNREADABLE, "collection_incomplete"},
        {"geo?service=WFS&typeNames=changing", TH_UNREADABLE, "collection_crs"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        f->info.n_pages = 77;
        print_message("  %s\n", CASES[i].address);
        assert_status(fetch(f, CASES[i].address, &err), CASES[i].status, &err);
        assert_string_equal(err.key, CASES[i].key);
        assert_int_equal(f->info.n_pages, 77);
        assert_nothing_left(f);
    }
}

static void limits__end_it(void **state)
{
    struct fixture *f = *state;
    static const struct {
        struct th_collection_limits limits;
        const char *key;
    } CASES[] = {
        {{1000000, 20, 2, 1000}, "collection_pages"},
        {{1000000, 20, 20, 24}, "collection_features"},
        {{1500, 20, 20, 1000}, "download_too_large"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        assert_status(fetch_within(f, "collections/woods", &CASES[i].limits, NULL, &err), TH_LIMIT,
                      &err);
        assert_string_equal(err.key, CASES[i].key);
        assert_nothing_left(f);
    }
}

static void empty__is_a_collection_too(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    assert_ok(fetch(f, "collections/empty", &err), &err);
    assert_int_equal(f->info.n_features, 0);
    th_json_free(assert_whole(f, 0));
}

static bool stop_at_ten(void *context, const char *stage, int64_t done, int64_t total)
{
    assert_string_equal(stage, "collection");
    assert_true(total == -1 || total == FEATURES);
    ++*(int *)context;
    return done < 10;
}

static void progress__can_stop_it(void **state)
{
    struct fixture *f = *state;
    int n_calls = 0;
    struct th_progress progress = {stop_at_ten, &n_calls};
    struct th_error err = {0};
    assert_status(fetch_within(f, "collections/woods", &limits, &progress, &err), TH_INTERRUPTED,
                  &err);
    assert_true(n_calls > 0);
    assert_nothing_left(f);
}

static void plain_http__is_refused_outside_tests(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    assert_status(th_collection_fetch(http_place_url(&f->place, "collections/woods"), f->place.path,
                                      &limits, NULL, &f->info, &err),
                  TH_INVALID, &err);
    assert_string_equal(err.key, "url_scheme");
    assert_int_equal(http_stub_n_requests(f->place.stub), 0);
    assert_nothing_left(f);
}

static void addresses__are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool is;
        const char *name;
    } CASES[] = {
        {"https://a.b/collections/woods", true, "woods"},
        {"https://a.b/x/collections/woods/items?f=json", true, "woods"},
        {"https://a.b/x/collections/w%20o/items", true, "w20o"},
        {"https://a.b/wfs?SERVICE=wfs&request=GetFeature&typenames=a:b", true, "b"},
        {"https://a.b/wfs?service=WFS", true, ""},
        {"https://a.b/collections/woods/items/7", false, "woods"},
        {"https://a.b/collections/woods/queryables", false, "woods"},
        {"https://a.b/collections/", false, ""},
        {"https://a.b/collections", false, ""},
        {"https://a.b/file.zip?next=/collections/x", false, ""},
        {"https://a.b/wms?service=WMS", false, ""},
        {"https://a.b/woods.gpkg", false, ""},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char name[TH_COLLECTION_NAME_SIZE];
        assert_int_equal(th_collection_is(CASES[i].url), CASES[i].is);
        th_collection_name_of(CASES[i].url, name);
        assert_string_equal(name, CASES[i].name);
    }
    assert_true(th_download_same_host("https://a.b/x", "https://A.B:443/y"));
    assert_false(th_download_same_host("https://a.b/x", "https://a.b:444/x"));
    assert_false(th_download_same_host("https://a.b/x", "http://a.b/x"));
    assert_false(th_download_same_host("https://a.b/x", "https://c.b/x"));
    assert_false(th_download_same_host("https://a.b/x", "nothing"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ogc_api__pages_are_followed_to_the_last, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ogc_api__digest_is_of_the_bytes_that_came, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(wfs__pages_are_counted_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wfs__only_layer_is_found_and_several_are_asked_about,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(wfs__endless_list_of_layers_is_read_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(wfs__gml_is_taken_when_it_is_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failures__leave_nothing_and_say_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits__end_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(empty__is_a_collection_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(progress__can_stop_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(plain_http__is_refused_outside_tests, set_up, tear_down),
        cmocka_unit_test(addresses__are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
