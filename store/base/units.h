/* Units: times of every source form ↔ ns since the epoch (int64, UTC); durations, tokens, bytes, USD, percentages for people.
 * "Unknown" is a value of its own, never 0. */
#ifndef SPOOR_STORE_BASE_UNITS_H
#define SPOOR_STORE_BASE_UNITS_H

#include "store/base/str.h"

#define TIME_UNKNOWN   INT64_MIN /* also: duration, tokens, counts not known */
#define UNKNOWN_INT    INT64_MIN
#define UNKNOWN_DOUBLE (__builtin_nan(""))
#define IS_UNKNOWN(d)  __builtin_isnan(d)

/* ISO 8601 ("2026-11-20T09:12:00.123456789+02:00", blank for T, seconds or the time of day left out, +0200 or +02; no zone =
 * UTC and *zoneless set). Beyond ns: cut off. False: not a time, or not between 1677-09-21 and 2262-04-11. */
bool units_iso(struct str text, int64_t *ns, bool *zoneless);
/* Seconds, ms, µs or ns since the epoch by magnitude (integer part below 1e11, 1e14, 1e17, or not), as text: exact for
 * integers, rounded to the ns for decimals. False: not a number, or beyond int64 ns. */
bool units_epoch(struct str literal, int64_t *ns);
/* A number of seconds as text ("12.5", "1e-3") → ns, exact decimal arithmetic, saturating. False: not a number. */
bool units_seconds(struct str literal, int64_t *ns);
/* end - start without overflow; TIME_UNKNOWN if either is unknown or end < start. */
int64_t units_between(int64_t start_ns, int64_t end_ns);

void units_iso_print(struct buf *out, int64_t ns); /* 2026-11-20T09:12:00.123456789Z, for JSON; nothing if unknown */
struct tm;
bool units_local(int64_t ns, struct tm *out); /* the local calendar's time; false: unknown */
/* For people, in the local zone. now_ns decides how much is needed: "09:12:33" today, "20 Nov 09:12" this year,
 * "2025-11-20" before. Unknown: "–", as in all below, which text.h draws as "-" in ascii. */
void units_time(struct buf *out, int64_t ns, int64_t now_ns);
void units_time_full(struct buf *out, int64_t ns); /* 2026-11-20 09:12:33.123 +01:00 */
/* How people want them (settings units.durations and units.counts). Said once, before any thread; commands whose output others read take the
 * usual forms back. What does not fit into the columns named below is shown in the usual form. */
enum units_durations { UNITS_AUTO, UNITS_MS, UNITS_S };
struct units_forms {
	enum units_durations
	    durations;     /* UNITS_MS: 0.12ms 3.40ms 810ms 99999ms; UNITS_S: 0.0003s 0.81s 100.0s 9999.9s 999999s */
	bool exact_counts; /* to 99999 */
};
void units_choose(struct units_forms forms);
/* At most 7 columns (a negative one 8): 0s 12ns 3.4µs 120µs 3.40ms 0.02s 0.81s 12.42s 1m40s 2h10m 5d03h; ascii: us for µs. */
void units_duration(struct buf *out, int64_t ns, bool ascii);
void units_duration_usual(struct buf *out, int64_t ns, bool ascii); /* whatever was chosen: for text that is kept */
void units_count(struct buf *out, int64_t n);     /* 950 1.2k 18k 1.24M 12.4M; tokens, spans; 5 columns */
void units_thousands(struct buf *out, int64_t n); /* 11,204 */
void units_usd(struct buf *out, double usd);      /* $0.0412 $0.50 $1.20 $12.40 $40 $1,240; $0.000012 $0 */
void units_usd_about(struct buf *out,
                     double usd); /* an estimate, 8 columns: ~$0.0041 ~$0.50 ~$12.40 ~$1,240 ~$124k ~<$0.001 ~$0 */
void units_bytes(struct buf *out, uint64_t bytes); /* 512 B 1.2 MB (decimal) */
void units_percent(struct buf *out, double share); /* 0.875 → 87.5%; 0% and 100% only if exact */
/* The shortest decimal that reads back as the same double (for JSON); "null" if unknown or infinite. */
void units_double(struct buf *out, double d);
void units_score(struct buf *out, double d); /* for people: up to 3 decimals, no trailing zeros */

#endif
