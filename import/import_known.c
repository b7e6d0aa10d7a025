/* What a source is: its format by its first bytes, and whether it is known by the hash of what was read of it, not by its name. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "import/import_private.h"
#include "import/mistake.h"
#include "import/sample.h"

enum { HASH_CHUNK = 256 << 10, PLACE_NAMES = 5 /* a file and four folders */ };

/* ---------------------------------------------------------------- what is it */

static struct str base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return str_of(slash ? slash + 1 : path);
}

/* A pipe that rests is not waited for to fill the sample, if a line of it is there. */
static bool is_enough(const struct job *job, struct str bytes)
{
	return str_find_char(bytes, '\n') != SIZE_MAX && reader_pauses(job->reader);
}

bool job_look(struct job *job, struct str *bytes, bool *whole, struct err *why)
{
	char *head = arena_alloc(&job->arena, SAMPLE_BYTES + 1);
	size_t n = 0;
	int64_t got = 1;
	while (n < SAMPLE_BYTES + 1 && !is_enough(job, (struct str){head, n}) &&
	       (got = reader_read(job->reader, head + n, SAMPLE_BYTES + 1 - n, why)) > 0)
		n += (size_t)got;
	*bytes = (struct str){head, n};
	*whole = got == 0;
	if (reader_stopped(job->reader) || (got < 0 && n == 0))
		return false;
	reader_unread(job->reader, *bytes);
	job->is_archive = archive_kind(*bytes);
	sample_fill(&job->sample, base_name(job->entry ? job->entry : job->path), str_cut(*bytes, 0, SAMPLE_BYTES),
	            got == 0, &job->arena);
	job->sample.conversion = str_of(reader_conversion(job->reader));
	job->sample.entries = job->plan ? job->plan->names : NULL;
	job->sample.n_entries = job->plan ? job->plan->n_names : 0;
	return true;
}

/* Its format by its first bytes. false: refused or stopped (or err). */
static bool look_at(struct job *job, bool *go_on, struct err *err)
{
	struct err why = ERR_INIT;
	struct str bytes;
	bool whole;
	*go_on = false;
	bool read = job_look(job, &bytes, &whole, &why);
	if (reader_stopped(job->reader)) {
		job->file->status = IMPORT_STOPPED;
		return true;
	}
	if (!read)
		return report_unread(job, job->reader, &why, err);
	if (str_trim(bytes).len == 0 && whole)
		return report_refused(job, "empty", STR_LIT("there is nothing in it"), err);
	if (job->is_archive && !job->entry)
		return true;
	if (job->is_archive)
		return report_refused(job, "nested-archive", STR_LIT(ARCHIVE_NESTED), err);
	const char *reason = "";
	if (!job_find_format(job, &reason, err))
		return false;
	struct problem mistake;
	if (!job->format && !job->quiet && mistake_find(&job->sample, &job->arena, &mistake))
		return report_mistake(job, &mistake, err);
	if (!job->format)
		return report_refused(job, "unknown-format", str_of(reason), err);
	if (job->bundle && whole && str_ends(bytes, BUNDLE_CLOSING)) /* that goes when it grows */
		bytes.len -= strlen(BUNDLE_CLOSING);
	job->known.head_len = bytes.len < SOURCE_HEAD ? bytes.len : SOURCE_HEAD;
	job->known.head_hash = hash128_of(str_cut(bytes, 0, job->known.head_len));
	*go_on = true;
	return true;
}

/* ---------------------------------------------------------------- is it known */

static int by_bytes(const void *pa, const void *pb)
{
	const struct source *a = pa, *b = pb;
	return a->bytes < b->bytes ? -1 : a->bytes > b->bytes;
}

static uint64_t count_lines(struct str s)
{
	uint64_t n = 0;
	for (size_t at; (at = str_find_char(s, '\n')) != SIZE_MAX; s = str_from(s, at + 1))
		n++;
	return n;
}

/* Where a candidate's own bytes end: a bundle that was whole had its closing behind them, which goes when it grows. */
static uint64_t body_end(const struct source *candidate, struct str closing)
{
	bool closed = candidate->state == SOURCE_WHOLE && candidate->bytes >= closing.len;
	return candidate->bytes - (closed ? closing.len : 0);
}

static bool is_same_hash(const struct hasher *hasher, const struct source *candidate, struct str closing)
{
	struct hasher *whole = hasher_copy(hasher);
	if (candidate->state == SOURCE_WHOLE)
		hasher_add(whole, closing);
	bool same = hash128_eq(hasher_value(whole), candidate->prefix_hash);
	hasher_free(whole);
	return same;
}

/* There is nothing behind what was read but the closing. */
static bool is_at_end(struct reader *reader, struct str closing)
{
	char bytes[64];
	size_t n = 0;
	int64_t got = 1;
	while (n < sizeof bytes && (got = reader_read(reader, bytes + n, sizeof bytes - n, NULL)) > 0)
		n += (size_t)got;
	return got == 0 && str_eq((struct str){bytes, n}, closing);
}

/* One pass over the file, hashing; each candidate is compared where it ended. `best`: the longest that is how the file begins, and
 * *point where it ended, if the file was whole there and ended with a line. closing: what a bundle ends with, else "". */
static const struct source *match_prefix(struct reader *reader, const struct source *candidates, size_t n,
                                         struct str closing, bool *at_end, struct job_point *point)
{
	const struct source *best = NULL;
	struct hasher *hasher = hasher_new();
	char *chunk = xmalloc(HASH_CHUNK), last = 0;
	int64_t got = 1;
	uint64_t at = 0, lines = 0;
	*at_end = false;
	for (size_t i = 0; i < n && got > 0; i++) {
		uint64_t end = body_end(&candidates[i], closing);
		while (at < end && got > 0) {
			uint64_t left = end - at;
			got = reader_read(reader, chunk, left < HASH_CHUNK ? (size_t)left : HASH_CHUNK, NULL);
			if (got <= 0)
				break;
			struct str read = {chunk, (size_t)got};
			hasher_add(hasher, read);
			lines += count_lines(read);
			last = chunk[got - 1];
			at += (uint64_t)got;
		}
		if (at != end || !is_same_hash(hasher, &candidates[i], closing))
			continue;
		best = &candidates[i];
		hasher_free(point->hasher);
		*point = (struct job_point){.read_to = at, .read_hash = best->prefix_hash};
		if (best->state != SOURCE_WHOLE || last != '\n')
			continue;
		point->hasher = hasher_copy(hasher);
		point->at = (struct record_point){.offset = at, .records = best->records, .lines = lines};
	}
	if (best && body_end(best, closing) == at)
		*at_end = is_at_end(reader, closing);
	free(chunk);
	hasher_free(hasher);
	return best;
}

/* The bytes once more, from the same open file: another may have taken its name by now. */
static struct reader *second_reader(const struct job *job)
{
	if (job->again)
		return job->again(job->again_context);
	return reader_fd(job->reader) >= 0 ? reader_again(job->reader) : NULL;
}

/* The last name of a path, of a source its member's first; false: there is none left. */
static bool last_name(struct str *path, struct str *entry, struct str *name)
{
	struct str *from = entry->len ? entry : path;
	size_t at = from->len;
	while (at > 0 && from->ptr[at - 1] != '/')
		at--;
	*name = str_from(*from, at);
	while (at > 0 && from->ptr[at - 1] == '/')
		at--;
	from->len = at;
	return name->len > 0;
}

/* The names that a placed format may look at are the same. */
static bool is_same_place(const struct job *job, const struct source *known)
{
	struct str path = str_of(job->path), entry = str_of(job->entry), other = known->path, inside = known->entry;
	for (int i = 0; i < PLACE_NAMES; i++) {
		struct str a = STR_NONE, b = STR_NONE;
		bool any = last_name(&path, &entry, &a), more = last_name(&other, &inside, &b);
		if (!str_eq(a, b))
			return false;
		if (!any || !more)
			break;
	}
	return true;
}

static size_t keep_same_place(const struct job *job, struct source *candidates, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n && job->format->placed; i++)
		if (is_same_place(job, &candidates[i]))
			candidates[kept++] = candidates[i];
	return job->format->placed ? kept : n;
}

/* Sources read with other words on their columns are not this one (import_prepare_map has had them forgotten, if it could). */
static size_t keep_same_map(struct source *candidates, size_t n, struct str map)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (str_eq(candidates[i].map, map))
			candidates[kept++] = candidates[i];
	return kept;
}

/* The one among `candidates` that is how this file begins; NULL: none. */
static bool find_best(struct job *job, struct source *candidates, size_t n, const struct source **best, bool *at_end,
                      struct job_point *point)
{
	struct str closing = job->bundle ? STR_LIT(BUNDLE_CLOSING) : STR_LIT("");
	*best = NULL;
	struct reader *reader = n ? second_reader(job) : NULL;
	if (!reader)
		return false; /* told when it is read */
	qsort(candidates, n, sizeof *candidates, by_bytes);
	*best = match_prefix(reader, candidates, n, closing, at_end, point);
	reader_close(reader);
	return true;
}

bool job_find_source(struct job *job, struct source *found, struct err *err)
{
	struct source *candidates;
	size_t n;
	bool at_end;
	const struct source *best;
	struct job_point point = {.hasher = NULL};
	*found = (struct source){.id = 0};
	if (!source_candidates(job->run->db, str_cut(job->sample.bytes, 0, SOURCE_HEAD), &job->arena, &candidates, &n,
	                       &found->looked, err))
		return false;
	if (find_best(job, candidates, n, &best, &at_end, &point) && best)
		*found = *best;
	hasher_free(point.hasher);
	return true;
}

/* A source read before: take it up where it was left, or leave it alone if nothing was added. What is in a pipe comes only once. */
static bool find_known(struct job *job, bool *unchanged, struct err *err)
{
	struct source *candidates;
	size_t n;
	*unchanged = false;
	if (reader_fd(job->reader) < 0 && !job->again)
		return true;
	if (!source_candidates(job->run->db, str_cut(job->sample.bytes, 0, job->known.head_len), &job->arena,
	                       &candidates, &n, &job->known.looked, err))
		return false;
	n = keep_same_place(job, candidates, n);
	n = keep_same_map(candidates, n, job->known.map);
	bool at_end;
	const struct source *best;
	struct job_point point = {.hasher = NULL};
	if (!find_best(job, candidates, n, &best, &at_end, &point))
		return true;
	const struct format *format = best ? format_named(best->format.ptr) : NULL;
	if (!format) {
		hasher_free(point.hasher);
		return true;
	}
	*unchanged = at_end && best->state == SOURCE_WHOLE;
	job->format = format;
	job->known = *best;
	job->point = point;
	/* What was read is not read again, if it can be passed over. */
	if (!*unchanged && point.hasher && (format->stateful || !reader_seek(job->reader, point.at.offset))) {
		hasher_free(job->point.hasher);
		job->point = (struct job_point){.hasher = NULL};
	}
	return true;
}

bool job_identify(struct job *job, bool *go_on, struct err *err)
{
	bool unchanged;
	if (!look_at(job, go_on, err) || (*go_on && !find_known(job, &unchanged, err)))
		return false;
	if (!*go_on)
		return true;
	job->file->format = str_of(job->format->name);
	job->file->map = arena_str(&job->run->report->arena, job->known.map);
	job->file->mapped_ns = job->mapped_ns;
	*go_on = !unchanged;
	return !unchanged || report_unchanged(job, err);
}
