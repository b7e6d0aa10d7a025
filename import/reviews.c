/* spoor's own reviews, as they travel from store to store (spoor export reviews): JSON Lines, a header and one event of the audit trail a line:
 *
 *   {"format":"spoor-reviews","version":1,"events":2}
 *   {"event":"9f…","target":"5c…","io":"77…","input_hash":"01…","output_hash":"a4…","hint":"claim-104","author":"anna","field":"verdict",
 *    "value":"bad","time":"2026-11-20T09:12:00.000000000Z","shown":"c0…","queue":"claims"}
 *   {"event":"e1…",…,"field":"verdict","time":"…","withdraws":"9f…"}
 *
 * event: 16 bytes in hex, for ever the event's own; target: SHA-256 of what was judged (store/annotate.h); io: of its input and output alone;
 * input_hash, output_hash: how rows of any format find it; hint: the case key, "trace:ID" or "trace:ID/span:ID"; field: verdict, note,
 * correction, reason, tag, score or preference; part: which tag or score; how: a list of "proposed" and "blind"; because, withdraws: an
 * event; shown: SHA-256 of what its author saw; masked: its text was masked on the way out. What is absent is unknown. Lines may be missing,
 * doubled, sorted otherwise, of several files: importing is a set union. */
#include "import/fields.h"
#include "store/annotation.h"

enum { VERSION = 1 };

struct reviews_state {
	uint64_t said, seen; /* events that headers announce; that came */
	bool newer;          /* the header at work is of a later version, and that was told */
};

static const char *const members[] = {"event",  "target",  "io",    "input_hash", "output_hash", "hint",
                                      "author", "field",   "part",  "value",      "time",        "withdraws",
                                      "how",    "because", "shown", "queue"};
enum {
	EVENT,
	TARGET,
	IO,
	INPUT_HASH,
	OUTPUT_HASH,
	HINT,
	AUTHOR,
	FIELD,
	PART,
	VALUE,
	TIME,
	WITHDRAWS,
	HOW,
	BECAUSE,
	SHOWN,
	QUEUE,
	N_MEMBERS
};

static bool skip(struct fields *f, const char *code, const char *path, const char *reason)
{
	import_problem(f->im, f->rec, SEVERITY_SKIPPED, code, path ? str_of(path) : STR_NONE, "record skipped", "%s",
	               reason);
	return false;
}

/* ---------------------------------------------------------------- the header */

static void read_header(struct fields *f, struct reviews_state *state)
{
	int64_t version = 0, events = 0;
	if (!val_int64(val_get(f->rec->root, "version"), &version) || version < 1) {
		state->newer = true;
		skip(f, "bad-value", "version", "the header has no version: what follows is not read");
		return;
	}
	state->newer = version > VERSION;
	if (state->newer)
		import_problem(f->im, f->rec, SEVERITY_SKIPPED, "unknown-format", STR_LIT("version"),
		               "what follows is not read",
		               "reviews of version %lld, written by a newer spoor; this one reads version %d",
		               (long long)version, VERSION);
	else if (val_int64(val_get(f->rec->root, "events"), &events) && events > 0)
		state->said += (uint64_t)events;
}

/* ---------------------------------------------------------------- an event */

/* Hex digits of n bytes. Absent: false, and *ok stays. */
static bool read_bytes(struct fields *f, const struct val *got, int member, void *out, size_t n, bool *ok)
{
	if (!val_ok(got[member]))
		return false;
	bool good = val_is(got[member], SCAN_STRING) && hash_unhex(val_str(got[member], f->arena), out, n);
	if (!good && *ok)
		*ok = skip(f, "bad-id", members[member], "not the hexadecimal digits that belong here");
	return good;
}

static uint64_t read_hash(struct fields *f, const struct val *got, int member, bool *ok)
{
	unsigned char bytes[8];
	uint64_t hash = 0;
	if (!read_bytes(f, got, member, bytes, sizeof bytes, ok))
		return 0;
	for (size_t i = 0; i < sizeof bytes; i++)
		hash = hash << 8 | bytes[i];
	return hash;
}

static bool read_field(struct fields *f, struct val v, struct annotation *a)
{
	struct str word = val_str(v, f->arena);
	if (annotation_field_named(word, &a->field))
		return true;
	import_problem(f->im, f->rec, SEVERITY_SKIPPED, "bad-value", STR_LIT("field"), "record skipped",
	               "field \"" STR_FMT "\" is none that this spoor knows", STR_ARG(str_cut(word, 0, 40)));
	return false;
}

static unsigned read_how(struct val list)
{
	unsigned how = 0;
	for (struct member m = val_first(list); m.ok; m = val_next(m)) {
		how |= val_str_is(m.val, "proposed") ? HOW_PROPOSED : 0;
		how |= val_str_is(m.val, "blind") ? HOW_BLIND : 0;
	}
	return how;
}

static bool read_time(struct fields *f, struct val v, struct annotation *a)
{
	bool zoneless;
	if (val_is(v, SCAN_STRING) && units_iso(val_str(v, f->arena), &a->time_ns, &zoneless))
		return true;
	return skip(f, "bad-time", "time", "not a time as 2026-11-20T09:12:00.000000000Z");
}

static bool read_event(struct fields *f, struct annotation *a)
{
	struct val got[N_MEMBERS];
	bool ok = true;
	const char *why;
	fields_members(f, f->rec->root, members, N_MEMBERS, got);
	*a = (struct annotation){.hint = val_str(got[HINT], f->arena),
	                         .author = val_str(got[AUTHOR], f->arena),
	                         .part = val_str(got[PART], f->arena),
	                         .value = val_str(got[VALUE], f->arena),
	                         .queue = val_str(got[QUEUE], f->arena),
	                         .how = read_how(got[HOW])};
	val_bool(val_get(f->rec->root, "masked"), &a->masked);
	if (!val_ok(got[EVENT]) || !val_ok(got[TARGET]))
		return skip(f, "bad-id", val_ok(got[EVENT]) ? "target" : "event",
		            "a review needs an event id and a target");
	read_bytes(f, got, EVENT, a->event.byte, sizeof a->event.byte, &ok);
	read_bytes(f, got, TARGET, a->target.byte, sizeof a->target.byte, &ok);
	a->has_io = read_bytes(f, got, IO, a->io.byte, sizeof a->io.byte, &ok);
	a->has_shown = read_bytes(f, got, SHOWN, a->shown.byte, sizeof a->shown.byte, &ok);
	a->has_because = read_bytes(f, got, BECAUSE, a->because.byte, sizeof a->because.byte, &ok);
	a->is_withdrawal = read_bytes(f, got, WITHDRAWS, a->withdraws.byte, sizeof a->withdraws.byte, &ok);
	a->input_hash = read_hash(f, got, INPUT_HASH, &ok);
	a->output_hash = read_hash(f, got, OUTPUT_HASH, &ok);
	if (!ok || !read_field(f, got[FIELD], a) || !read_time(f, got[TIME], a))
		return false;
	return annotation_check(a, f->arena, &why) || skip(f, "bad-value", NULL, why);
}

static bool reviews_record(struct import *im, const struct record *rec, struct err *err)
{
	struct fields f = fields_of(im, rec);
	struct reviews_state *state = im->state;
	struct annotation a;
	(void)err;
	if (!val_is(rec->root, SCAN_OBJECT)) {
		skip(&f, "wrong-type", NULL, "not an object: a review is one");
	} else if (val_ok(val_get(rec->root, "format"))) {
		read_header(&f, state);
	} else if (!state->newer) {
		state->seen++;
		if (read_event(&f, &a))
			sink_annotation(im->sink, &a);
	}
	fields_done(&f);
	return true;
}

/* A file that was cut between two lines looks whole but for this. */
static bool reviews_finish(struct import *im, struct err *err)
{
	const struct reviews_state *state = im->state;
	const struct record whole = {.number = 0};
	(void)err;
	if (state->seen < state->said)
		import_problem(im, &whole, SEVERITY_SKIPPED, "truncated", STR_NONE, "those that came are kept",
		               "the header says %llu events and %llu came: the file was cut",
		               (unsigned long long)state->said, (unsigned long long)state->seen);
	return true;
}

static int reviews_probe(const struct sample *sample, const char **why)
{
	static const struct sample_sign signs[] = {
	    {{"event", "target", "author", "field"}, 96, "an event of spoor's reviews"},
	};
	for (size_t i = 0; i < sample->n_values; i++)
		if (val_str_is(val_get(sample->values[i], "format"), "spoor-reviews")) {
			*why = "the header of spoor's reviews";
			return 100;
		}
	int score = sample_signs(sample, signs, 1, why);
	if (!score)
		*why = "no header of spoor's reviews";
	return score;
}

const struct format format_reviews = {
    .name = "reviews",
    .title = "Reviews of spoor: verdicts, notes, corrections of people",
    .spec_url = "https://jsonlines.org",
    .how = "a header {\"format\":\"spoor-reviews\"}, or events with event, target, author and field",
    .fills = "what people said of answers: once each, whatever is imported twice or in another order",
    .example =
        "{\"format\":\"spoor-reviews\",\"version\":1,…} {\"event\":\"9f…\",\"target\":\"5c…\",\"author\":\"anna\","
        "\"field\":\"verdict\",\"value\":\"bad\",…}",
    .stateful = true,
    .state_size = sizeof(struct reviews_state),
    .probe = reviews_probe,
    .record = reviews_record,
    .finish = reviews_finish,
};
