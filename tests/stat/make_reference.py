#!/usr/bin/env python3
"""Recompute what store/stat is checked against, with SciPy, statsmodels, scikit-learn, NumPy and R.

    make_reference.py            compares examples.json and reference.json with the packages; exit 1 at a difference
    make_reference.py --write    writes reference.json anew (and compares)

The tests read the JSON alone: `make test` needs none of this. Debian: python3-scipy python3-statsmodels python3-sklearn r-base-core r-cran-coin
r-cran-psych; irr and contingencytables from CRAN (R_LIBS says where); what is not there is skipped, and said. Where two packages give a value, both
must agree with each other before it is written. Tolerance: statistics.md (1e-9; p below 1e-3 also 1e-6 relative)."""
import fractions
import json
import math
import os
import random
import subprocess
import sys
import warnings

import numpy
import scipy
import scipy.optimize
import scipy.special
import scipy.stats
import sklearn
import sklearn.metrics
import statsmodels
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
Z = scipy.stats.norm.ppf(0.975)
Z80 = scipy.stats.norm.ppf(0.8)
differences = []


# ---------------------------------------------------------------- R, all questions in one go

class R:
    def __init__(self):
        self.lines, self.answers = ["versions"], None

    def ask(self, name, *vectors):
        self.lines.append("\t".join([name] + [",".join(repr(float(v)) if v is not None else "NA" for v in (x if isinstance(x, (list, tuple)) else [x]))
                                              for x in vectors]))
        return len(self.lines) - 1

    def run(self):
        out = subprocess.run(["Rscript", "--vanilla", os.path.join(HERE, "make_reference.R")], input="\n".join(self.lines) + "\n",
                             capture_output=True, text=True, check=True).stdout.splitlines()
        assert len(out) == len(self.lines), (len(out), len(self.lines))
        self.versions = dict(zip(["R", "coin", "psych", "irr", "contingencytables"], out[0].split(",")))
        self.answers = [None] + [[None if v.strip() in ("NA", "NaN") else float(v) for v in line.split(",")] for line in out[1:]]


r = R()
missing = set()


def near(a, b, p=False):
    if a is None or b is None:
        return a is None and b is None
    if p and b < 1e-3 and abs(a - b) > 1e-6 * abs(b):
        return False
    return abs(a - b) <= 1e-9 * max(1, abs(b))


def same(what, a, b, p=False):
    if not near(a, b, p):
        differences.append("%s: %r, %r" % (what, a, b))


def check_r(what, place, got, p=False):
    answer = r.answers[place]
    if len(answer) < len(got) or all(v is None for v in answer):
        missing.add(what.split(" ")[0])
        return
    for value, want in zip(got, answer):
        same("R " + what, value, want, p)


def t_quantile(p, df):
    """From SciPy's own tail: its t.ppf (1.10) is up to 2e-9 off, as R and this agree."""
    near_it = float(scipy.stats.t.ppf(p, df))
    if p == 0.5:
        return 0.0
    side = 1 if p > 0.5 else -1
    tail = min(p, 1 - p)
    low, high = abs(near_it) * 0.999, abs(near_it) * 1.001
    return side * scipy.optimize.brentq(lambda x: scipy.stats.t.sf(x, df) - tail, low, high, xtol=1e-300, rtol=1e-15 * 4)


# ---------------------------------------------------------------- the cases: what the packages say, and what R is asked

def number(v):
    v = float(v)
    return None if math.isnan(v) else v


later = []  # (what, place in r, values, is it a p)


def ask(what, name, values, *vectors, p=False):
    later.append((what, r.ask(name, *vectors), values, p))


def wilson(k, n):
    if n == 0:
        return {"k": k, "n": n, "low": None, "high": None}
    low, high = (number(v) for v in proportion_confint(k, n, method="wilson"))
    low, high = (0.0 if k == 0 else low), (1.0 if k == n else high)
    if k == int(k) and n < 1e9:
        ci = scipy.stats.binomtest(int(k), n).proportion_ci(method="wilson")
        same("scipy wilson", low, ci.low)
        same("scipy wilson", high, ci.high)
    if 0 < k < n:  # R cuts at 0 and 1 otherwise
        ask("wilson %r of %r" % (k, n), "wilson", [low, high], [k, n])
    return {"k": k, "n": n, "low": low, "high": high}


def mcnemar_exact(b, c):
    p = min(1.0, float(scipy.stats.binomtest(b, b + c, 0.5).pvalue)) if b + c else 1.0
    if b + c:
        if b + c <= 10000:
            same("statsmodels mcnemar", min(1.0, float(mcnemar([[0, b], [c, 0]], exact=True).pvalue)), p, True)
        ask("mcnemar %d %d" % (b, c), "mcnemar", [p], [b, c], p=True)
    return {"b": b, "c": c, "p": p}


def rates(a, b):
    out = {"a": a, "b": b, "low": None, "high": None, "p": None, "p_least": None}
    if a[1] == 0 or b[1] == 0:
        return out
    low, high = (number(v) for v in confint_proportions_2indep(a[0], a[1], b[0], b[1], compare="diff", method="newcomb"))
    table = [[a[0], b[0]], [a[1] - a[0], b[1] - b[0]]]
    p = min(1.0, float(scipy.stats.fisher_exact(table)[1]))
    ask("newcombe_independent %r %r" % (a, b), "newcombe_independent", [low, high], [a[0], a[1], b[0], b[1]])
    ask("fisher %r %r" % (a, b), "fisher", [p], [a[0], a[1] - a[0], b[0], b[1] - b[0]], p=True)
    out.update(low=low, high=high, p=p)
    if a[1] + b[1] <= 400:  # every table of these margins
        k = a[0] + b[0]
        every = [[i, k - i] for i in range(max(0, k - b[1]), min(k, a[1]) + 1)]
        out["p_least"] = min(1.0, min(float(scipy.stats.fisher_exact([[x, y], [a[1] - x, b[1] - y]])[1]) for x, y in every))
    return out


def newcombe_paired(both, a_only, b_only, none):
    """The closed form again, from SciPy's Wilson bounds; R contingencytables where it is installed."""
    n = both + a_only + b_only + none
    pa, pb = (both + a_only) / n, (both + b_only) / n
    (la, ua), (lb, ub) = ([number(v) for v in proportion_confint(k, n, method="wilson")] for k in (both + a_only, both + b_only))
    x = both * none - a_only * b_only
    product = (both + a_only) * (b_only + none) * (both + b_only) * (a_only + none)
    phi = 0 if product == 0 else (max(x - n / 2, 0) if x > 0 else x) / math.sqrt(product)
    low = pb - pa - math.sqrt(max(0, (pb - lb) ** 2 - 2 * phi * (pb - lb) * (ua - pa) + (ua - pa) ** 2))
    high = pb - pa + math.sqrt(max(0, (ub - pb) ** 2 - 2 * phi * (ub - pb) * (pa - la) + (pa - la) ** 2))
    ask("newcombe_paired %d %d %d %d" % (both, a_only, b_only, none), "newcombe_paired", [low, high], [both, a_only, b_only, none])
    return {"both": both, "a_only": a_only, "b_only": b_only, "none": none, "low": max(-1, low), "high": min(1, high)}


def holm(p):
    out = [float(v) for v in multipletests(p, method="holm")[1]]
    ask("holm %d" % len(p), "holm", out, p)
    return {"p": p, "p_holm": out}


def wilcoxon(d):
    exact = len([v for v in d if v]) <= 50
    used = [v for v in d if v]
    tied = len(set(map(abs, used))) < len(used)
    if exact and tied:  # all 2^n signs by dynamic programming on doubled midranks; R coin says the same
        ranks = scipy.stats.rankdata([abs(v) for v in used])
        counts = [1]
        for rank in ranks:
            step = int(round(2 * rank))
            counts = [(counts[i] if i < len(counts) else 0) + (counts[i - step] if 0 <= i - step < len(counts) else 0)
                      for i in range(len(counts) + step)]
        least = int(round(2 * min(sum(q for q, v in zip(ranks, used) if v > 0), sum(q for q, v in zip(ranks, used) if v < 0))))
        p = min(1.0, float(2 * fractions.Fraction(sum(counts[:least + 1]), 2 ** len(used))))
    elif exact:
        p = min(1.0, float(scipy.stats.wilcoxon(used, mode="exact").pvalue))
    else:
        p = float(scipy.stats.wilcoxon(used, zero_method="wilcox", correction=True, mode="approx").pvalue)
    ask("wilcoxon n %d" % len(used), "wilcoxon_exact" if exact else "wilcoxon_normal", [p], used, p=True)
    return {"d": d, "n": len(used), "exact": exact, "p": p}


def kappa(table, weights):
    res = cohens_kappa(table, wt=weights)
    n, c = int(numpy.sum(table)), len(table)
    rows = [(i, j) for i in range(c) for j in range(c) for _ in range(int(table[i][j]))] if n <= 100000 else []
    k, se = number(res.kappa), number(res.std_kappa)
    if rows:
        same("scikit-learn kappa", k, float(sklearn.metrics.cohen_kappa_score([x for x, _ in rows], [y for _, y in rows], labels=list(range(c)), weights=weights)))
    if weights is None and n <= 100000:
        ask("kappa %d" % n, "kappa", [k, se], [v for row in table for v in row], c)
    return {"table": table, "weights": weights, "n": n, "kappa": k, "se": se, "low": max(-1, k - Z * se), "high": min(1, k + Z * se)}


def spearman(x, y):
    res = scipy.stats.spearmanr(x, y)
    rho, p = float(res.correlation), float(res.pvalue)
    half = Z * math.sqrt((1 + rho * rho / 2) / (len(x) - 3))
    low, high = math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)
    ask("spearman %d" % len(x), "spearman", [rho, p, low, high], x, y)
    return {"x": x, "y": y, "rho": rho, "p": p, "low": low, "high": high}


def alpha(units, metric):
    """Krippendorff 2011 from the coincidence matrix, in fractions."""
    F = fractions.Fraction
    values = sorted({v for u in units for v in u if v is not None})
    at = {v: i for i, v in enumerate(values)}
    o = [[F(0)] * len(values) for _ in values]
    for u in units:
        seen = [v for v in u if v is not None]
        for i, v in enumerate(seen):
            for j, w in enumerate(seen):
                if i != j:
                    o[at[v]][at[w]] += F(1, len(seen) - 1)
    n = [sum(row) for row in o]

    def delta(i, j):
        if metric == "nominal":
            return F(int(i != j))
        if metric == "interval":
            return (F(values[i]) - F(values[j])) ** 2
        low, high = min(i, j), max(i, j)
        return (sum(n[low:high + 1]) - (n[i] + n[j]) / 2) ** 2
    seen = sum(o[i][j] * delta(i, j) for i in range(len(values)) for j in range(len(values)))
    chance = sum(n[i] * n[j] * delta(i, j) for i in range(len(values)) for j in range(len(values)))
    value = float(1 - (sum(n) - 1) * seen / chance)
    raters = max(len(u) for u in units)
    columns = [v for u in units for v in list(u) + [None] * (raters - len(u))]
    ask("alpha %d units %s" % (len(units), metric), "alpha", [value], columns, raters, ["nominal", "ordinal", "interval"].index(metric))
    return {"units": units, "metric": metric, "value": value}


def quantile(values, p):
    out = float(numpy.quantile(values, p))
    low, high = int(scipy.stats.binom.ppf(0.025, len(values), p)), int(scipy.stats.binom.ppf(0.975, len(values), p)) + 1
    ordered = sorted(values)
    interval = [ordered[low - 1] if low >= 1 else None, ordered[high - 1] if high <= len(values) else None]
    ask("quantile %d %g" % (len(values), p), "quantile", [out], values, p)
    return {"values": values, "p": p, "value": out, "interval": interval}


def moments(values):
    mean, sd = float(numpy.mean(values)), float(numpy.std(values, ddof=1))
    ask("moments %d" % len(values), "moments", [mean, sd], values)
    return {"values": values, "mean": mean, "sd": sd}


def pass_at_k(n, c, k):
    F = fractions.Fraction
    at = 1 - F(math.comb(n - c, k), math.comb(n, k))
    # Chen et al. 2021, figure 3, as printed
    chen = 1.0 if n - c < k else 1.0 - float(numpy.prod(1.0 - k / numpy.arange(n - c + 1, n + 1)))
    same("Chen's pass@k", float(at), chen)
    return {"n": n, "c": c, "k": k, "at": float(at), "hat": float(F(math.comb(c, k), math.comb(n, k)))}


def drift(passed, n, newest):
    p = [a / b for a, b in zip(passed, n)]
    k, mean = len(p), float(numpy.mean(p))
    pooled = (sum(passed) + 2) / (sum(n) + 4)
    s = math.sqrt(max(float(numpy.var(p, ddof=1)), pooled * (1 - pooled) / float(scipy.stats.hmean(n))))
    half = t_quantile(0.975, k - 1) * s * math.sqrt(1 + 1 / k)
    low, high = max(0, mean - half), min(1, mean + half)
    ask("drift %d" % k, "drift", [mean, low, high], passed, n)
    return {"passed": passed, "cases": n, "newest": newest, "center": mean, "low": low, "high": high,
            "outside": newest < mean - half or newest > mean + half}


def drift_score(means, newest):
    k, mean = len(means), float(numpy.mean(means))
    half = t_quantile(0.975, k - 1) * float(numpy.std(means, ddof=1)) * math.sqrt(1 + 1 / k)
    ask("drift_score %d" % k, "drift_score", [mean, mean - half, mean + half], means)
    return {"means": means, "newest": newest, "center": mean, "low": mean - half, "high": mean + half,
            "outside": newest < mean - half or newest > mean + half}


def cost(n, mean, sd, volume):
    half = t_quantile(0.975, n - 1) * sd * math.sqrt(volume ** 2 / n + volume)
    low, high = max(0, volume * mean - half), volume * mean + half
    ask("cost %d" % n, "cost", [volume * mean, low, high], [n, mean, sd, volume])
    return {"n": n, "mean": mean, "sd": sd, "volume": volume, "total": volume * mean, "low": low, "high": high}


def detectable_rate(n, discordant):
    """The difference at which the sample size formula of Connor 1987 asks for n, found by bisection: no closed form."""
    def needed(d):
        psi = max(discordant, d)
        return (Z * math.sqrt(psi) + Z80 * math.sqrt(max(0, psi - d * d))) ** 2 / (d * d)
    if n < 4:
        return {"n": n, "discordant": discordant, "value": None}
    value = 1.0 if needed(1.0) > n else scipy.optimize.brentq(lambda d: needed(d) - n, 1e-9, 1, xtol=1e-15, rtol=1e-14)
    return {"n": n, "discordant": discordant, "value": value}


def needed_rate(discordant, margin):
    psi = max(discordant, margin)
    return {"discordant": discordant, "margin": margin,
            "n": math.ceil((Z * math.sqrt(psi) + Z80 * math.sqrt(psi - margin ** 2)) ** 2 / margin ** 2 - 1e-9)}


def detectable_mean(n, sd):
    return {"n": n, "sd": sd, "value": (Z + Z80) * sd / math.sqrt(n)}


def needed_mean(n, sd, margin):
    return {"n": n, "sd": sd, "margin": margin, "needed": math.ceil(((Z + Z80) * sd / margin) ** 2 - 1e-9)}


def simple(name, function, *args, p=False):
    value = float(function(*args))
    ask("%s %r" % (name, args), name, [value], list(args), p=p)
    return list(args) + [value]


def make():
    rng = random.Random(20261121)
    grid = [round(rng.random(), 2) for _ in range(60)]
    out = {}
    out["wilson"] = [wilson(k, n) for k, n in [(0, 0), (0, 1), (1, 1), (1, 2), (0, 5), (5, 5), (1, 1000), (999, 1000), (0, 100000), (50000, 100000), (1, 10 ** 7),
                                               (10 ** 7 - 1, 10 ** 7), (123456, 10 ** 7), (7.5, 10), (0.25, 3), (2.0 / 3, 40)]]
    out["mcnemar"] = [mcnemar_exact(b, c) for b, c in [(0, 0), (1, 0), (0, 6), (6, 0), (10, 10), (30, 70), (500, 500), (480, 520), (5000, 5300), (1, 60), (0, 1000), (0, 1070),
                                                       (10000, 10400), (499000, 501000)]]
    out["newcombe_paired"] = [newcombe_paired(*t) for t in [(0, 0, 0, 1), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (10, 0, 0, 10), (0, 10, 10, 0), (40, 5, 12, 43), (4000, 500, 1200, 4300),
                                                            (99990, 3, 5, 2), (1, 99, 0, 0), (50, 0, 0, 0), (0, 0, 0, 50)]]
    out["rates"] = [rates(a, b) for a, b in [([0, 0], [1, 8]), ([0, 1], [1, 1]), ([0, 10], [0, 10]), ([10, 10], [10, 10]), ([0, 10], [10, 10]), ([56, 70], [48, 80]), ([8, 12], [1, 8]), ([1, 8], [8, 12]),
                                             ([5, 5], [31, 160]), ([3, 3], [0, 3]), ([100, 200], [110, 200]), ([1, 150], [12, 150]), ([900, 1000], [850, 1000]), ([5, 5000], [30, 4000]), ([2000, 5000], [2200, 5000])]]
    out["holm"] = [holm(p) for p in [[0.5], [1.0, 1.0], [0.01, 0.01, 0.01], [1e-12, 0.5, 0.04, 0.04, 0.2], [0.05 / 5] * 5, [round(rng.random() ** 3, 6) for _ in range(40)]]]
    out["wilcoxon"] = [wilcoxon(d) for d in [[1.0], [1.0, -1.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [-1.0, 2.0, -3.0, 4.0, -5.0, 6.0, 7.0], [0.0, 0.0, 1.0, -2.0, 2.0, 3.0, 3.0, -3.0, 4.0],
                                             [0.25, 0.25, 0.25, 0.25, 0.25, -0.25], [float(i) for i in range(1, 51)], [float(i) * (-1) ** i for i in range(1, 51)], [float(i % 7 - 2) for i in range(60)],
                                             [float(i) * (-1) ** (i % 3) for i in range(1, 52)], [float(i % 5 - 1) for i in range(500)], [round(rng.gauss(0.05, 1), 1) for _ in range(2000)],
                                             [round(rng.gauss(0.2, 1), 3) for _ in range(400)]]]
    out["kappa"] = [kappa(t, w) for t, w in [([[46, 3], [0, 11]], None), ([[45, 15], [25, 15]], None), ([[25, 35], [5, 35]], None), ([[1, 9], [9, 1]], None), ([[5000, 300], [200, 4500]], None),
                                             ([[500000, 3000], [2000, 4500]], None), ([[20, 5, 1], [4, 15, 6], [0, 3, 30]], None), ([[20, 5, 1], [4, 15, 6], [0, 3, 30]], "linear"),
                                             ([[20, 5, 1], [4, 15, 6], [0, 3, 30]], "quadratic"), ([[9, 3, 1, 0, 0], [4, 12, 5, 1, 0], [1, 6, 20, 7, 2], [0, 1, 6, 15, 5], [0, 0, 2, 4, 11]], "quadratic"),
                                             ([[9, 3, 1, 0, 0], [4, 12, 5, 1, 0], [1, 6, 20, 7, 2], [0, 1, 6, 15, 5], [0, 0, 2, 4, 11]], "linear")]]
    x, y = [rng.randrange(5000) for _ in range(700)], [rng.randrange(6) / 5 for _ in range(700)]
    out["spearman"] = [spearman(list(range(10)), [1, 2, 3, 4, 5, 6, 7, 8, 10, 9]), spearman([1] * 5 + [2] * 5, [0, 1, 0, 0, 1, 1, 1, 0, 1, 1]), spearman(grid[:30], grid[30:]), spearman(x, y),
                       spearman(x[:200], [v + rng.gauss(0, 900) for v in x[:200]])]
    ratings = [[rng.choice([1, 2, 3, 4, 5, None]) for _ in range(4)] for _ in range(40)]
    likely = [[v if rng.random() < 0.8 else 1 - v for v in [i % 2] * 3] for i in range(60)]
    out["alpha"] = [alpha(u, m) for u, m in [(ratings, "nominal"), (ratings, "ordinal"), (ratings, "interval"), (likely, "nominal"), ([[0, 1]] * 10, "nominal"), ([[0, 0]] * 9 + [[1, 1]], "nominal")]]
    many = [rng.randrange(1, 10 ** 10) for _ in range(1001)]
    out["quantile"] = [quantile(v, p) for v, p in [([5], 0.0), ([5], 1.0), ([1, 2], 0.5), ([3, 3, 3, 3, 3, 3], 0.5), (many, 0.5), (many, 0.95), (many, 0.99), (many, 0.001), (sorted(many)[:72], 0.95), (many[:367], 0.99),
                                                   (many[:368], 0.99)]]
    out["moments"] = [moments(v) for v in [[1, 2], [0.1] * 7, [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], grid, [v / 1e12 for v in many[:500]]]]
    out["pass_at_k"] = [pass_at_k(*t) for t in [(1, 0, 1), (1, 1, 1), (10, 0, 10), (10, 10, 10), (10, 1, 10), (10, 9, 2), (100, 3, 10), (200, 100, 100), (200, 199, 200), (50, 25, 26)]]
    out["drift"] = [drift([55, 54, 56], [60, 60, 60], 0.7), drift([0, 0, 0, 0], [10, 20, 30, 40], 0.2), drift([59, 51, 48.5, 60, 55, 50, 53, 57, 58, 52, 54, 56], [60] * 12, 0.75),
                    drift([900, 870, 910], [1000, 990, 1010], 0.5)]
    out["drift_score"] = [drift_score([0.8, 0.82, 0.79], 0.5), drift_score([0.7, 0.71, 0.69, 0.7, 0.72, 0.7, 0.7, 0.68, 0.71, 0.7, 0.7, 0.69], 0.7), drift_score([3.2, 4.1, 3.9, 4.4], 2.0)]
    out["cost"] = [cost(2, 0.01, 0.002, 10), cost(30, 0.5, 2.5, 1), cost(100000, 0.0123, 0.05, 10 ** 7), cost(50, 0.001, 0.01, 1000)]
    out["detectable_rate"] = [detectable_rate(n, d) for n, d in [(3, 1), (4, 1), (10, 0.0), (10, 0.5), (50, 0.1), (200, 0.0), (200, 0.03), (1000, 0.2), (100000, 0.1), (5, 0.2)]]
    out["needed_rate"] = [needed_rate(d, m) for d, m in [(0.0, 0.05), (0.1, 0.05), (0.3, 0.02), (1.0, 0.01), (0.5, 0.5), (0.04, 0.05), (1.0, 1.0)]]
    out["detectable_mean"] = [detectable_mean(n, s) for n, s in [(6, 0.1), (50, 0.3), (100000, 12.5)]]
    out["needed_mean"] = [needed_mean(n, s, m) for n, s, m in [(6, 0.1, 0.05), (50, 0.3, 0.01), (100, 1e-3, 0.05)]]
    norm, t = scipy.stats.norm, scipy.stats.t
    out["normal"] = [simple("normal", lambda v: 2 * norm.sf(abs(v)), v, p=True) for v in [0.0, 0.5, -1.0, 1.959963984540054, 5.0, -8.0, 20.0, 37.0]]
    out["qnorm"] = [simple("qnorm", norm.ppf, v) for v in [1e-300, 1e-20, 1e-5, 0.025, 0.5, 0.75, 0.975, 1 - 1e-12]]
    out["t"] = [simple("t", lambda v, df: 2 * t.sf(abs(v), df), v, df, p=True) for v, df in [(0, 1), (1, 1), (-2.5, 2), (12.7, 1), (3, 10), (6, 30), (40, 5), (2, 1e6), (30, 100), (0.001, 3.5)]]
    out["qt"] = [simple("qt", t_quantile, p, df) for p, df in [(0.975, 1), (0.975, 2), (0.975, 11), (0.975, 1e5), (0.5, 4), (0.001, 3), (0.9999, 7), (0.6, 0.5), (0.025, 30)]]
    out["pbeta"] = [simple("pbeta", lambda x, a, b: scipy.special.betainc(a, b, x), x, a, b) for x, a, b in [(0.0, 1, 1), (1.0, 2, 3), (0.5, 1, 1), (0.1, 0.5, 0.5), (0.3, 20, 40), (0.5, 500, 500), (0.9, 0.1, 5),
                                                                                                            (1e-6, 0.5, 2), (0.49, 5000, 5000)]]
    binom = scipy.stats.binom
    out["dbinom"] = [simple("dbinom", binom.pmf, k, n, p, p=True) for k, n, p in [(0, 0, 0.5), (0, 1, 0.0), (1, 1, 1.0), (3, 10, 0.5), (500, 1000, 0.5), (400, 1000, 0.5), (10, 10 ** 6, 1e-5), (500000, 10 ** 6, 0.5),
                                                                                 (0, 1000, 0.5), (1000, 1000, 0.5)]]
    out["qbinom"] = [simple("qbinom", binom.ppf, q, n, p) for q, n, p in [(0.025, 6, 0.5), (0.975, 6, 0.5), (0.025, 72, 0.95), (0.975, 368, 0.99), (0.5, 1, 0.5), (0.025, 10 ** 6, 0.5), (0.975, 10 ** 6, 0.99), (0.999, 50, 0.01)]]
    return out


CALLS = {
    "wilson": "statsmodels proportion_confint(k, n, method='wilson'); scipy binomtest(k, n).proportion_ci(method='wilson'); R prop.test(k, n, correct=FALSE)",
    "mcnemar": "scipy binomtest(b, b + c, .5); statsmodels mcnemar(exact=True); R binom.test(b, b + c)",
    "newcombe_paired": "the closed form from statsmodels' Wilson bounds; R contingencytables Newcombe_square_and_add_CI_paired_2x2, negated and exchanged",
    "rates": "statsmodels confint_proportions_2indep(method='newcomb'); scipy fisher_exact; R fisher.test, contingencytables Newcombe_hybrid_score_CI_2x2; p_least: scipy fisher_exact over every table of the margins",
    "holm": "statsmodels multipletests(p, method='holm'); R p.adjust(p, 'holm')",
    "wilcoxon": "scipy wilcoxon(d, mode='exact'), or (zero_method='wilcox', correction=True, mode='approx') beyond 50; R wilcox.test; ties up to 50: all signs counted in fractions, R coin wilcoxsign_test",
    "kappa": "statsmodels cohens_kappa(t, wt=…); scikit-learn cohen_kappa_score; R psych cohen.kappa",
    "spearman": "scipy spearmanr; R cor.test(method='spearman', exact=FALSE); interval: Bonett & Wright 2000 from them",
    "alpha": "Krippendorff 2011 in fractions; R irr kripp.alpha",
    "quantile": "numpy quantile; scipy binom.ppf; R quantile(type=7)",
    "moments": "numpy mean, std(ddof=1); R mean, sd",
    "pass_at_k": "binomial coefficients in fractions; Chen et al. 2021, figure 3",
    "drift": "scipy t.sf, solved; R qt, var",
    "drift_score": "scipy t.sf, solved; R qt, sd",
    "cost": "scipy t.sf, solved; R qt",
    "detectable_rate": "scipy brentq on Connor's sample size formula",
    "needed_rate": "Connor's sample size formula with scipy norm.ppf",
    "detectable_mean": "scipy norm.ppf",
    "needed_mean": "scipy norm.ppf",
    "normal": "scipy norm.sf; R pnorm", "qnorm": "scipy norm.ppf; R qnorm", "t": "scipy t.sf; R pt", "qt": "scipy t.sf, solved (t.ppf of 1.10 is up to 2e-9 off); R qt",
    "pbeta": "scipy betainc; R pbeta", "dbinom": "scipy binom.pmf; R dbinom", "qbinom": "scipy binom.ppf; R qbinom",
}


# ---------------------------------------------------------------- the values there are

def check_examples(examples):
    """The reference values of examples.json by the same calls."""
    v = examples["vectors"]
    for e in v["wilson"]:
        got = wilson(e["k"], e["n"])
        same("examples wilson", got["low"], e["low"])
        same("examples wilson", got["high"], e["high"])
    for e in v["mcnemar"]:
        same("examples mcnemar", mcnemar_exact(e["b"], e["c"])["p"], e["p"], True)
    for e in v["newcombe"]:
        got = newcombe_paired(e["both"], e["a_only"], e["b_only"], e["none"])
        same("examples newcombe", got["low"], e["low"])
        same("examples newcombe", got["high"], e["high"])
    for e in v["holm"]:
        for a, b in zip(holm(e["p"])["p_holm"], e["p_holm"]):
            same("examples holm", a, b)
    for e in v["kappa"]:
        if e["kappa"] is not None and e["se"] is not None:
            got = kappa(e["table"], e["weights"])
            for key in ("kappa", "se", "low", "high"):
                same("examples kappa " + key, got[key], e[key])
    for e in v["pass_at_k"]:
        got = pass_at_k(e["n"], e["c"], e["k"])
        same("examples pass@k", got["at"], e["at"])
        same("examples pass^k", got["hat"], e["hat"])
    for e in v["smallest_detectable"]:
        same("examples detectable %r" % e, detectable_rate(e["n"], e["discordant"] / e["n"])["value"], e["value"])
    for e in v["cases_needed"]:
        same("examples needed", needed_rate(e["discordance"], e["margin"])["n"], e["n"])
    for e in v["drift"]:
        if e["low"] is not None:
            got = drift([p for p, _ in e["earlier"]], [n for _, n in e["earlier"]], e["new"][0] / e["new"][1])
            for key in ("center", "low", "high"):
                same("examples drift " + key, got[key], e[key])
    for e in v["projection"]:
        got = cost(e["n"], e["mean"], e["sd"], e["volume"])
        for key in ("total", "low", "high"):
            same("examples cost " + key, got[key], e[key])
    for e in v["spearman"]:
        if e.get("rho") is not None and abs(e["rho"]) < 1:
            got = spearman(e["x"], e["y"])
            for key in ("rho", "p", "low", "high"):
                if key in e:
                    same("examples spearman " + key, got[key], e[key])
    for e in v["alpha"]:
        same("examples alpha", alpha(e["units"], e["metric"])["value"], e["value"])
    for e in v["quantile"]:
        got = quantile(e["values"], e["p"])
        same("examples quantile", got["value"], e["value"])
        for a, b in zip(got["interval"], e["interval"]):
            same("examples quantile interval", a, b)


def compare(what, a, b):
    if isinstance(a, dict):
        for key in a:
            compare(what + " " + key, a[key], b.get(key) if isinstance(b, dict) else None)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for x, y in zip(a, b):
            compare(what, x, y)
    elif isinstance(a, (int, float)) and not isinstance(a, bool) and isinstance(b, (int, float)):
        same("reference.json " + what, float(a), float(b))
    elif a != b:
        differences.append("reference.json %s: %r, %r" % (what, a, b))


def main():
    path = os.path.join(HERE, "reference.json")
    made = make()
    with open(os.path.join(HERE, "examples.json")) as f:
        check_examples(json.load(f))
    r.run()
    for what, place, values, p in later:
        check_r(what, place, values, p)
    versions = {"python": sys.version.split()[0], "numpy": numpy.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "scikit-learn": sklearn.__version__}
    versions.update(r.versions)
    if "--write" in sys.argv[1:]:
        with open(path, "w") as f:
            f.write('{\n"made by": "tests/stat/make_reference.py --write",\n')
            f.write('"versions": %s,\n"calls": %s' % (json.dumps(versions), json.dumps(CALLS, indent=0, ensure_ascii=False)))
            for name, rows in made.items():
                f.write(',\n"%s": [\n%s\n]' % (name, ",\n".join(json.dumps(row) for row in rows)))
            f.write("\n}\n")
    with open(path) as f:
        there = json.load(f)
    for name in made:
        compare(name, made[name], there.get(name))
    print("packages: " + ", ".join("%s %s" % v for v in versions.items()))
    print("%d values asked of R as well%s" % (len(later), "; not there: " + ", ".join(sorted(missing)) if missing else ""))
    for d in differences:
        print("differs: " + d)
    print("%d differences" % len(differences))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
