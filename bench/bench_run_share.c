// What a run of revenue takes to share, without a database: N members over S sales.
//
//   bench_run_share [N] [S]   default 10,000 and 100: sales of one pool, then each of a pool of its
//                             own, whose sums have no denominator in common
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "trading/revenue/run_share.h"

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

// Weights of two limbs: tonnes below 2^13 by a member's share over 2^30.
static void fill(struct th_shared_sale *sale, uint32_t *weights, uint32_t sale_seed)
{
    uint32_t random = sale_seed * 2654435761U + 1;
    for (size_t i = 0; i < sale->n; i++) {
        random = random * 1664525U + 1013904223U;
        uint64_t weight = (uint64_t)(1 + (random >> 19)) * (1 + (random >> 2));
        weights[2 * i] = (uint32_t)weight;
        weights[2 * i + 1] = (uint32_t)(weight >> 32);
    }
}

static int measure(size_t n, size_t n_sales, bool one_pool)
{
    struct th_shared_sale *sales = calloc(n_sales, sizeof(*sales));
    size_t *takers = calloc(n, sizeof(*takers));
    uint32_t *weights = calloc(n * n_sales * 2, sizeof(*weights));
    int64_t *shares_fen = calloc(n * n_sales, sizeof(*shares_fen));
    int code = 1;
    if (!sales || !takers || !weights || !shares_fen) {
        goto done;
    }
    for (size_t i = 0; i < n; i++) {
        takers[i] = i;
    }
    for (size_t s = 0; s < n_sales; s++) {
        sales[s] = (struct th_shared_sale){.amount_fen = 4195800 + (int64_t)s * 12347,
                                           .n = n,
                                           .takers = takers,
                                           .weights = &weights[s * n * 2],
                                           .width = 2,
                                           .shares_fen = &shares_fen[s * n]};
        fill(&sales[s], &weights[s * n * 2], one_pool ? 1 : (uint32_t)s + 1);
    }
    double begin = cpu_s();
    code = th_run_share(sales, n_sales, n, NULL) != TH_OK;
    printf("%zu members, %zu sales %s: %.3f s of CPU\n", n, n_sales,
           one_pool ? "of one pool" : "of as many pools", cpu_s() - begin);
done:
    free(sales);
    free(takers);
    free(weights);
    free(shares_fen);
    return code;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    size_t n_sales = argc > 2 ? strtoul(argv[2], NULL, 10) : 100;
    if (n == 0 || n_sales == 0) {
        return 1;
    }
    return measure(n, n_sales, true) != 0 || measure(n, n_sales, false) != 0;
}
