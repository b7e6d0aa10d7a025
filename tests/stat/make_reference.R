# What R says of the cases on standard input, one a line: NAME, then its arguments, separated by tabs, vectors by commas. One line of numbers
# each, separated by commas. Called by make_reference.py. Packages: stats; coin, psych, irr, contingencytables where named (NA without).
numbers <- function(text) as.numeric(strsplit(text, ",", fixed = TRUE)[[1]])
say <- function(...) cat(paste(formatC(c(...), digits = 17, format = "g"), collapse = ","), "\n", sep = "")
has <- function(name) suppressWarnings(suppressMessages(requireNamespace(name, quietly = TRUE)))

calls <- list(
  wilson = function(a) suppressWarnings(prop.test(a[[1]][1], a[[1]][2], correct = FALSE))$conf.int,
  mcnemar = function(a) binom.test(a[[1]][1], sum(a[[1]]))$p.value,
  fisher = function(a) fisher.test(matrix(a[[1]], nrow = 2))$p.value,
  holm = function(a) p.adjust(a[[1]], "holm"),
  normal = function(a) 2 * pnorm(-abs(a[[1]])),
  qnorm = function(a) qnorm(a[[1]]),
  t = function(a) 2 * pt(-abs(a[[1]][1]), a[[1]][2]),
  qt = function(a) qt(a[[1]][1], a[[1]][2]),
  pbeta = function(a) pbeta(a[[1]][1], a[[1]][2], a[[1]][3]),
  dbinom = function(a) dbinom(a[[1]][1], a[[1]][2], a[[1]][3]),
  qbinom = function(a) qbinom(a[[1]][1], a[[1]][2], a[[1]][3]),
  wilcoxon_normal = function(a) suppressWarnings(wilcox.test(a[[1]], exact = FALSE, correct = TRUE))$p.value,
  wilcoxon_exact = function(a) {
    if (!any(duplicated(abs(a[[1]])))) return(wilcox.test(a[[1]], exact = TRUE)$p.value)
    if (!has("coin")) return(NA)
    zero <- rep(0, length(a[[1]]))
    as.numeric(coin::pvalue(coin::wilcoxsign_test(a[[1]] ~ zero, distribution = "exact", zero.method = "Wilcoxon")))
  },
  spearman = function(a) {
    r <- suppressWarnings(cor.test(a[[1]], a[[2]], method = "spearman", exact = FALSE))
    n <- length(a[[1]])
    half <- qnorm(0.975) * sqrt((1 + r$estimate^2 / 2) / (n - 3))
    c(r$estimate, r$p.value, tanh(atanh(r$estimate) - half), tanh(atanh(r$estimate) + half))
  },
  quantile = function(a) quantile(a[[1]], a[[2]], type = 7),
  moments = function(a) c(mean(a[[1]]), sd(a[[1]])),
  kappa = function(a) {
    if (!has("psych")) return(c(NA, NA))
    k <- suppressWarnings(suppressMessages(psych::cohen.kappa(matrix(a[[1]], nrow = a[[2]], byrow = TRUE))))
    c(k$kappa, sqrt(k$var.kappa))
  },
  alpha = function(a) {
    if (!has("irr")) return(NA)
    irr::kripp.alpha(matrix(a[[1]], nrow = a[[2]]), c("nominal", "ordinal", "interval")[a[[3]] + 1])$value
  },
  newcombe_paired = function(a) {
    if (!has("contingencytables")) return(c(NA, NA))
    r <- contingencytables::Newcombe_square_and_add_CI_paired_2x2(matrix(a[[1]], nrow = 2, byrow = TRUE))
    c(-r$upper, -r$lower)
  },
  newcombe_independent = function(a) {
    if (!has("contingencytables")) return(c(NA, NA))
    n <- a[[1]]
    r <- contingencytables::Newcombe_hybrid_score_CI_2x2(matrix(c(n[1], n[2] - n[1], n[3], n[4] - n[3]), nrow = 2, byrow = TRUE))
    c(r$lower, r$upper)
  },
  drift = function(a) {
    passed <- a[[1]]; n <- a[[2]]; k <- length(n); p <- passed / n
    pooled <- (sum(passed) + 2) / (sum(n) + 4)
    s <- sqrt(max(var(p), pooled * (1 - pooled) / (1 / mean(1 / n))))
    half <- qt(0.975, k - 1) * s * sqrt(1 + 1 / k)
    c(mean(p), max(0, mean(p) - half), min(1, mean(p) + half))
  },
  drift_score = function(a) {
    m <- a[[1]]; k <- length(m)
    half <- qt(0.975, k - 1) * sd(m) * sqrt(1 + 1 / k)
    c(mean(m), mean(m) - half, mean(m) + half)
  },
  cost = function(a) {
    v <- a[[1]]
    half <- qt(0.975, v[1] - 1) * v[3] * sqrt(v[4]^2 / v[1] + v[4])
    c(v[4] * v[2], max(0, v[4] * v[2] - half), v[4] * v[2] + half)
  }
)

version_of <- function(name) if (has(name)) as.character(packageVersion(name)) else "-"
input <- file("stdin")
open(input)
while (length(line <- readLines(input, n = 1)) > 0) {
  part <- strsplit(line, "\t", fixed = TRUE)[[1]]
  if (part[1] == "versions") {
    cat(as.character(getRversion()), version_of("coin"), version_of("psych"), version_of("irr"), version_of("contingencytables"), sep = ",")
    cat("\n")
  } else {
    answer <- NULL
    sink(nullfile())
    answer <- tryCatch(calls[[part[1]]](lapply(part[-1], numbers)), error = function(e) NA)
    sink()
    say(as.numeric(unlist(answer)))
  }
}
