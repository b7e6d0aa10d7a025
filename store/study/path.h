/* The critical path of a trace as stretches of time, each owned by one span, and what would change if spans took less time.
 * Pure: an array of spans in pre-order in, figures out. Nothing recurses; nothing is worse than n log n.
 *
 * The path is the one that store/settle.h marks (SPAN_CRITICAL; walked backwards from the end, the child that finished last
 * first: Z. Zhang et al., "CRISP", USENIX ATC 2022). Here each of its spans is cut to the time in which it is what everything waits
 * for: a child to the window its parent has on the path, a parent to what its children on the path leave. So the stretches
 * neither overlap nor leave anything out: they add up to the trace's duration. Time in which no span is on the path (between
 * roots; after the last root, while what it left behind still ran; inside a parent that is not in the file) is "no span".
 *
 * What-if. The schedule is played again, not divided: D. Yu et al., "CPath", and C. Curtsinger and E. Berger, "Coz: Finding Code
 * that Counts with Causal Profiling", SOSP 2015, ask the same question (how much would the whole gain if this step were faster).
 * What is assumed, as nothing in a trace says it:
 *   - a span waits for all of its earlier siblings that had ended when it began: it begins as long after the last of them as it did.
 *     Those that still ran beside it do not move it;
 *   - a parent ends as long after the last child that ended before it as it did, and begins when it did. A child that
 *     outlives its parent by no more than PATH_SLACK_NS (clocks are rounded) is awaited, one that outlives it by more is not;
 *   - nothing else is shared: no rate limit, no lock, no cache that a change would warm.
 * A saving is therefore the least one if a later step did not really wait, never a promise. */
#ifndef SPOOR_STORE_STUDY_PATH_H
#define SPOOR_STORE_STUDY_PATH_H

#include "store/base/vec.h"
#include "store/model.h"

#define PATH_NONE     UINT32_MAX
#define PATH_SLACK_NS 1000000 /* 1 ms */

/* In pre-order; siblings in order of start, those without one last (as the store has them). */
struct path_span {
	int64_t start_ns, duration_ns; /* TIME_UNKNOWN, UNKNOWN_INT */
	uint64_t input_hash, output_hash;
	int64_t tokens;  /* that count in the totals; UNKNOWN_INT */
	double cost_usd; /* likewise */
	uint32_t up;     /* rows back to the parent, 0: a root */
	uint32_t name;   /* id of a word, 0 none */
	uint32_t model;  /* likewise */
	uint16_t flags;  /* enum span_flag */
	uint8_t kind, status;
};

struct path_segment {
	uint32_t span; /* PATH_NONE: no span */
	int64_t from_ns, to_ns;
};
typedef VEC(struct path_segment) path_segments;

/* In order of time, none empty; from start_ns to start_ns + duration_ns of the trace without a hole. None if either is unknown. Spans
 * that are not on the path may be left out of the array, as long as `up` counts what is in it. */
void path_walk(const struct path_span *spans, uint32_t n, int64_t start_ns, int64_t duration_ns, path_segments *out);

/* ---- what if */

struct schedule;
/* Borrows the spans. */
struct schedule *schedule_new(const struct path_span *spans, uint32_t n, int64_t start_ns, int64_t duration_ns);
void schedule_free(struct schedule *s);

enum change {
	CHANGE_NOTHING,
	CHANGE_HALF, /* its self time is half as long */
	CHANGE_GONE, /* it, with all below it, takes no time */
	CHANGE_BESIDE /* it begins with the member before it in the list (a sibling), not after it; the parent's own time between stays */
};
/* The trace's duration if all these spans were changed so. Costs what the siblings of the spans and of all spans above them are. */
int64_t schedule_with(struct schedule *s, enum change change, const uint32_t *spans, size_t n);
/* Time that no child of it covers, cut as above. */
int64_t schedule_self(struct schedule *s, uint32_t span);

#endif
