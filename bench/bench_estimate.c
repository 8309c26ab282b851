// What lines of parcels cost in memory, without a store:
//   bench_estimate PARCELS
// Each of the documents below on one thread, 512 parcels a call as a run asks for them, every
// parcel with inputs of its own. Beside the plain factor, in the same rounds, a loop that a
// programmer would write for that one methodology: area times factor in whole numbers, the line
// written. It must give the same kilograms. CPU seconds, the least of several rounds; prints one
// JSON object.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "methodology/estimate.h"
#include "methodology/shipped.h"

enum { AT_ONCE = 512, ROUNDS = 7, YEAR = 2021, KG_PER_MU = 390, M2_300_PER_MU = 200000 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void must(enum th_status status, const struct th_error *err)
{
    if (status != TH_OK) {
        (void)fprintf(stderr, "bench_estimate: %s\n", err->key);
        exit(EXIT_FAILURE);
    }
}

static void *room(size_t size)
{
    void *memory = malloc(size);
    if (!memory) {
        (void)fprintf(stderr, "bench_estimate: no memory\n");
        exit(EXIT_FAILURE);
    }
    memset(memory, 0, size); // in the machine's memory before anything is timed
    return memory;
}

static struct th_methodology *shipped(const char *name)
{
    struct th_error err;
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        if (strcmp(th_methodology_shipped_name(i), name) == 0) {
            struct th_methodology *methodology = NULL;
            size_t size = 0;
            const char *text = th_methodology_shipped_text(i, &size);
            must(th_methodology_parse(text, size, &methodology, &err), &err);
            return methodology;
        }
    }
    (void)fprintf(stderr, "bench_estimate: no document %s\n", name);
    exit(EXIT_FAILURE);
}

// From 0.05 to 2 ha, every third with a contract a little smaller or larger; numbers of the year
// differ from parcel to parcel, the rest is the document's.
static struct th_estimate_parcel *make_parcels(const struct th_methodology *methodology, size_t n,
                                               double **ret_inputs)
{
    size_t n_inputs = th_methodology_n_inputs(methodology);
    struct th_estimate_parcel *parcels = room(n * sizeof(*parcels));
    double *inputs = room((n * n_inputs + 1) * sizeof(*inputs));
    for (size_t i = 0; i < n; i++) {
        int64_t area = 150000 + (int64_t)(i * 7919 % 5850000);
        parcels[i] = (struct th_estimate_parcel){
            .parcel_id = (int64_t)i + 1,
            .measured = th_area_from_m2_300(area),
            .has_contracted = i % 3 == 0,
            .contracted = th_area_from_m2_300(area - 1000 + (int64_t)(i % 2000)),
            .inputs = inputs + i * n_inputs};
        for (size_t k = 0; k < n_inputs; k++) {
            const struct th_input *input = th_methodology_input(methodology, k);
            double *value = &inputs[i * n_inputs + k];
            *value = input->has_default ? th_ratio_double(input->standard) : 1;
            if (input->scope == TH_INPUT_OF_YEAR && input->type == TH_INPUT_NUMBER) {
                *value = (double)((i * 104729 + k) % 97) / 16;
            } else if (input->type == TH_INPUT_YEARS_SINCE) {
                *value = YEAR - inputs[i * n_inputs + input->since] + 1;
            }
        }
    }
    *ret_inputs = inputs;
    return parcels;
}

static double lines_s(const struct th_estimate_rules *rules,
                      const struct th_estimate_parcel *parcels, size_t n,
                      struct th_estimate_line *lines)
{
    struct th_error err;
    double start = seconds();
    for (size_t first = 0; first < n; first += AT_ONCE) {
        size_t part = n - first < AT_ONCE ? n - first : AT_ONCE;
        must(th_estimate_year(rules, YEAR, parcels + first, part, lines + first, &err), &err);
    }
    return seconds() - start;
}

static double plain_s(const struct th_estimate_parcel *parcels, size_t n,
                      struct th_estimate_line *lines)
{
    double start = seconds();
    for (size_t i = 0; i < n; i++) {
        int64_t measured = th_area_m2_300(parcels[i].measured);
        int64_t contracted = th_area_m2_300(parcels[i].contracted);
        int64_t area = parcels[i].has_contracted && contracted < measured ? contracted : measured;
        struct th_carbon gross = th_carbon_from_kg(area * KG_PER_MU / M2_300_PER_MU);
        lines[i] = (struct th_estimate_line){.parcel_id = parcels[i].parcel_id,
                                             .year = YEAR,
                                             .area_used = th_area_from_m2_300(area),
                                             .gross = gross,
                                             .net = gross};
    }
    return seconds() - start;
}

static void compare(const struct th_estimate_line *lines, const struct th_estimate_line *plain,
                    size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (th_carbon_compare(lines[i].net, plain[i].net) != 0 ||
            th_area_compare(lines[i].area_used, plain[i].area_used) != 0) {
            (void)fprintf(stderr, "bench_estimate: parcel %zu differs from the plain loop\n",
                          i + 1);
            exit(EXIT_FAILURE);
        }
    }
}

static void bench_document(const char *name, bool is_factor, size_t n)
{
    struct th_error err;
    struct th_estimate_rules *rules = NULL;
    struct th_methodology *methodology = shipped(name);
    const struct th_estimate_input factor = {"factor", {KG_PER_MU, 1000}};
    double *inputs = NULL;
    struct th_estimate_parcel *parcels = make_parcels(methodology, n, &inputs);
    struct th_estimate_line *lines = room(n * sizeof(*lines));
    struct th_estimate_line *plain_lines = room(n * sizeof(*plain_lines));
    double best = INFINITY;
    double plain = INFINITY;
    must(th_estimate_rules_new(methodology, &factor, is_factor ? 1 : 0, &rules, &err), &err);
    for (int round = 0; round < ROUNDS; round++) {
        best = fmin(best, lines_s(rules, parcels, n, lines));
        plain = is_factor ? fmin(plain, plain_s(parcels, n, plain_lines)) : plain;
    }
    (void)printf("\"%s\": {\"inputs\": %zu, \"lines_s\": %.4f, \"million_a_second\": %.1f", name,
                 th_methodology_n_inputs(methodology), best, (double)n / best / 1e6);
    if (is_factor) {
        compare(lines, plain_lines, n);
        (void)printf(", \"plain_s\": %.4f, \"ratio\": %.2f", plain, best / plain);
    }
    (void)printf("}");
    th_estimate_rules_free(rules);
    free(plain_lines);
    free(lines);
    free(inputs);
    free(parcels);
    th_methodology_free(methodology);
}

int main(int n_arguments, char **arguments)
{
    size_t n = n_arguments == 2 ? strtoull(arguments[1], NULL, 10) : 0;
    if (n == 0) {
        (void)fprintf(stderr, "usage: bench_estimate PARCELS\n");
        return 2;
    }
    (void)printf("{\"parcels\": %zu, ", n);
    bench_document("reported-factor/1.json", true, n);
    (void)printf(", ");
    bench_document("tea-garden/1.json", false, n);
    (void)printf("}\n");
    return 0;
}
