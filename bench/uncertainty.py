#!/usr/bin/python3
"""Draws and a portfolio's uncertainty beside numpy, in one run on one machine:

    bench/uncertainty.py BENCH_DRAWS [PARCELS [DRAWS [NUMPY_PARCELS]]]

BENCH_DRAWS is the program of bench/bench_draws.c; PARCELS is 1,000,000 and DRAWS 10,000 where not
said. numpy computes NUMPY_PARCELS (default 20,000) of the parcels; its time for all is that times
their ratio, which is fair because every parcel costs it the same. CPU seconds of one thread; the
least of several rounds. Means must agree within four standard errors, or the run fails.
"""

import json
import subprocess
import sys
import time

import numpy as np

Z975 = 1.959963984540054


def measured(work, rounds=7):
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def million_a_second(generator):
    n = 1 << 20
    out = np.empty(n)
    middle, scale = np.log(99.8 * 358) / 2, np.log(358 / 99.8) / 2 / Z975
    jobs = {
        "standard_normal": lambda: generator.standard_normal(out=out),
        "normal": lambda: generator.normal(193.7, 83.8, n),
        "lognormal": lambda: generator.lognormal(middle, scale, n),
        "triangular": lambda: generator.triangular(67.4, 193.7, 399.3, n),
        "uniform": lambda: generator.uniform(93, 364.8, n),
    }
    return {name: n / measured(job, 15) / 1e6 for name, job in jobs.items()}


def factors(generator, n):
    """The seven defaults, drawn as bench_draws fits them."""

    def normal(value, low, high):
        return generator.normal(value, max(value - low, high - value) / Z975, n)

    def lognormal(low, high):
        return generator.lognormal(np.log(low * high) / 2, np.log(high / low) / 2 / Z975, n)

    width = 0.020 / 0.95
    return {
        "growth": normal(0.95, 0.85, 1.05),
        "roots": normal(0.37, 0.30, 0.44),
        "ef1": lognormal(0.002, 0.018),
        "gasf": lognormal(0.02, 0.33),
        "ef4": lognormal(0.002, 0.018),
        "leach": lognormal(0.01, 0.73),
        "ef5": generator.uniform(-0.025 * width, 0.975 * width, n),
    }


def parcels(first, last):
    i = np.arange(first, last)
    area_ha = 0.05 + (i * 7919 % 1000) / 500
    return area_ha, area_ha * (50 + i * 104729 % 200)


def portfolio(n_parcels, n_draws):
    """Parcels by draws, a slice of parcels at a time so that it fits into memory."""
    drawn = factors(np.random.Generator(np.random.SFC64(1)), n_draws)
    total = np.zeros(n_draws)
    for first in range(0, n_parcels, 500):
        area_ha, nitrogen_kg = parcels(first, min(first + 500, n_parcels))
        gross = area_ha[:, None] * drawn["growth"] * (1 + drawn["roots"]) * 1000 * 44 / 12
        n2o = nitrogen_kg[:, None] * (
            drawn["ef1"] + drawn["gasf"] * drawn["ef4"] + drawn["leach"] * drawn["ef5"]
        )
        net = gross - n2o * 44 / 28 * 273
        total += net.sum(axis=0)
    return total


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = sys.argv[1]
    n_parcels, n_draws, n_numpy = (
        [int(text) for text in sys.argv[2:5]] + [1_000_000, 10_000, 20_000][len(sys.argv) - 2 :]
    )

    def ours(*arguments):
        return json.loads(subprocess.check_output([program, *map(str, arguments)]))

    rates = ours("draws")
    pcg = million_a_second(np.random.Generator(np.random.PCG64(1)))
    sfc = million_a_second(np.random.Generator(np.random.SFC64(1)))
    print(f"million draws a second, one thread      numpy {np.__version__}: PCG64, SFC64")
    for name, rate in rates.items():
        beside = f"{pcg[name]:8.1f} {sfc[name]:8.1f} {rate / sfc[name]:6.1f}" if name in pcg else ""
        print(f"  {name:18} {rate:8.1f} {beside}")

    whole = ours("portfolio", n_parcels, n_draws)
    print(f"{n_parcels} parcels, {n_draws} draws, {whole['groups']} groups; CPU seconds")
    uncertainty_s = whole["activity_s"] + whole["draws_s"]
    print(f"  estimate                 {whole['estimate_s']:10.4f}")
    print(f"  activity sums            {whole['activity_s']:10.4f}")
    print(f"  draws                    {whole['draws_s']:10.4f}")
    print(f"  draws, 2 threads, wall   {whole['draws_2_threads_wall_s']:10.4f}")
    print(f"  uncertainty / estimate   {uncertainty_s / whole['estimate_s']:10.2f}")

    n_numpy = min(n_numpy, n_parcels)
    subset = ours("portfolio", n_numpy, n_draws)
    totals = []
    numpy_s = measured(lambda: totals.append(portfolio(n_numpy, n_draws)), 2)
    scaled_s = numpy_s * n_parcels / n_numpy
    print(f"  numpy, {n_numpy} parcels     {numpy_s:10.2f}")
    print(f"  numpy, scaled to all     {scaled_s:10.1f}")
    print(f"  numpy / uncertainty      {scaled_s / uncertainty_s:10.0f}")

    total = totals[0]
    error = total.std(ddof=1) / n_draws**0.5
    off = (subset["mean"] - total.mean()) / (error * 2**0.5)
    print(f"  mean of {n_numpy} parcels, kg: {subset['mean']:.0f} and numpy {total.mean():.0f}, "
          f"{off:+.2f} standard errors apart")
    print(f"  standard deviation, kg: {subset['deviation']:.0f} and {total.std(ddof=1):.0f}")
    if abs(off) > 4:
        sys.exit("the means do not agree")


if __name__ == "__main__":
    main()
