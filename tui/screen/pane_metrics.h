/* The head of a comparison: one row per metric with its difference, the interval drawn with better on
 * the right, the corrected p and the verdict in words. */
#ifndef SPOOR_TUI_SCREEN_PANE_METRICS_H
#define SPOOR_TUI_SCREEN_PANE_METRICS_H

#include "store/query/compare.h"
#include "tui/canvas.h"

/* "latency P95" for "latency_p95_ns", "cost / case"; scores keep their name. */
const char *metric_title(const struct compare_metric *metric);

/* A figure in the metric's own unit; a difference has its sign first, rates in points. NaN: a dash. */
void metric_figure(struct buf *out, const struct compare_metric *metric, double d, bool ascii);
void metric_difference(struct buf *out, const struct compare_metric *metric, double d, bool ascii);
void metric_p(struct buf *out, double p);                          /* "0.013" "<.0001" */
void metric_words(struct buf *out, const struct metric_result *r); /* "better" "no evidence" "needs 6" */
enum role metric_role(const struct metric_result *r);              /* of the words */
/* The ends of the axis its interval is drawn on. */
double metric_scale(const struct compare_metric *metric);

/* How many rows the metrics take with their head, if all are shown; before the figures are there, as many as are expected. */
int metrics_rows(const struct compare *c);
/* Fills the pane: the head, then the metrics that fit; the last row says how many do not. */
void metrics_draw(struct canvas pane, const struct compare *c);

/* The aggregates that both sources state, where there are no cases to pair: figures as they stand, as many as fit. */
void stated_draw(struct canvas pane, const struct compare *c);

#endif
