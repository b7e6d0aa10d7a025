# Reference values of store/study/noise.h, written by base R: Rscript tests/stat/noise.R > tests/stat/noise.json
num <- function(x) if (is.na(x)) "null" else trimws(formatC(x, digits = 17, format = "g"))
row <- function(x) paste0("[", paste(sapply(x, num), collapse = ", "), "]")

within <- function(groups, n_a, n_b) {
  x <- unlist(groups)
  g <- factor(rep(seq_along(groups), lengths(groups)))
  fit <- anova(lm(x ~ g))                       # one-way analysis of variance: Residuals
  df <- fit["Residuals", "Df"]
  sd <- sqrt(fit["Residuals", "Mean Sq"])
  floor <- qt(0.975, df) * sd * sqrt(1 / n_a + 1 / n_b)
  sprintf('  {"groups": [%s], "n_a": %d, "n_b": %d, "df": %d, "sd": %s, "floor": %s}',
          paste(sapply(groups, row), collapse = ", "), n_a, n_b, df, num(sd), num(floor))
}
flips <- function(passes, n) {
  r <- c(rep(1, passes), rep(0, n - passes))
  pairs <- combn(n, 2)                          # every pair of repeats
  sprintf('  {"passes": %d, "n": %d, "flips": %s}', passes, n, num(mean(r[pairs[1, ]] != r[pairs[2, ]])))
}
shingles <- function(text) {
  w <- strsplit(tolower(text), "[^a-z0-9]+")[[1]]
  w <- w[w != ""]
  k <- min(3, length(w))
  if (k == 0) return(character(0))
  unique(sapply(seq_len(length(w) - k + 1), function(i) paste(w[i:(i + k - 1)], collapse = " ")))
}
distance <- function(a, b) {
  x <- shingles(a); y <- shingles(b)
  d <- if (length(union(x, y))) 1 - length(intersect(x, y)) / length(union(x, y)) else 0
  sprintf('  {"a": "%s", "b": "%s", "distance": %s}', a, b, num(d))
}
set.seed(1)
many <- lapply(1:40, function(i) round(runif(1) + rnorm(3, sd = 0.05), 4))
cat("{\n \"command\": \"Rscript tests/stat/noise.R\",\n \"version\": \"R ", as.character(getRversion()), "\",\n", sep = "")
cat(" \"within\": [\n", paste(c(
  within(list(c(0.91, 0.88, 0.93), c(0.5, 0.52), c(0.71, 0.66, 0.7, 0.69)), 1, 1),
  within(list(c(0.91, 0.88, 0.93), c(0.5, 0.52), c(0.71, 0.66, 0.7, 0.69)), 3, 2),
  within(list(c(1, 2), c(4, 8)), 1, 1),
  within(list(log(c(2.1e9, 2.4e9, 1.9e9)), log(c(8e9, 9.5e9, 7e9))), 1, 1),
  within(list(c(0.1, 0.1, 0.1, 0.4), c(0.3, 0.3)), 1, 5),
  within(many, 1, 1)), collapse = ",\n"), "\n ],\n", sep = "")
cat(" \"flips\": [\n", paste(c(flips(0, 2), flips(1, 2), flips(2, 3), flips(3, 3), flips(4, 10), flips(25, 50)), collapse = ",\n"), "\n ],\n", sep = "")
cat(" \"distance\": [\n", paste(c(
  distance("the cat sat on the mat", "the cat sat on the mat"),
  distance("the cat sat on the mat", "the cat sat on a mat"),
  distance("the cat sat on the mat", "The cat sat, on the MAT!"),
  distance("yes", "no"), distance("yes", "Yes."), distance("", ""), distance("", "something here now"),
  distance("one two", "one two three"),
  distance("a b c d e f g h i j k l", "a b c d e f x h i j k l")), collapse = ",\n"), "\n ]\n}\n", sep = "")
