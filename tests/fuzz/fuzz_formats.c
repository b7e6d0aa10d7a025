/* F2, the formats: whatever the bytes are, telling what they are and every format's own code over them. The source whole and in
 * pieces gives the same records, spans, cases and problems; places lie inside it and record numbers rise. */
#include "import/format.h"
#include "import/record.h"
#include "import/redact.h"
#include "import/sample.h"
#include "store/base/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/recorder.h"

enum { WINDOW = 64 << 10 }; /* larger than an input; the default of 4 MiB takes the time */

/* As import.c walks a source, without a store. */
static void without_blanks(struct buf *out, struct str text, size_t most)
{
	bool quoted = false;
	for (size_t i = 0; i < text.len && out->len < most; i++) {
		char c = text.ptr[i];
		if (quoted && c == '\\' && i + 1 < text.len)
			buf_add_char(out, text.ptr[i++]);
		else if (c == '"')
			quoted = !quoted;
		if (quoted || !strchr(" \t\r\n", c) || !c)
			buf_add_char(out, text.ptr[i]);
	}
}

/* The record's bytes stand at its offset; one larger than the window, opened in case it holds others, without the blanks between its
 * members. */
static bool is_there(struct str source, struct str record)
{
	if (record.len <= source.len && memcmp(source.ptr, record.ptr, record.len) == 0)
		return true;
	struct buf have = BUF_INIT, want = BUF_INIT;
	without_blanks(&want, record, SIZE_MAX);
	without_blanks(&have, source, want.len);
	bool same = str_eq(buf_str(&have), buf_str(&want));
	buf_done(&have);
	buf_done(&want);
	return same;
}

static void walk(const struct format *format, struct str bytes, size_t chunk, size_t window, struct buf *out)
{
	struct reader *reader = reader_memory(bytes, chunk);
	struct record_reader *records = record_open(reader, &(struct record_opts){.paths = format->paths,
	                                                                          .loose_keys = format->loose_keys,
	                                                                          .lenient = format->lenient,
	                                                                          .window = window});
	struct recorder recorder;
	struct arena arena = ARENA_INIT;
	struct import im = {
	    .arena = &arena, .format = format, .file = "fuzz", .state = xcalloc(1, format->state_size + 1)};
	struct record rec;
	struct frame *frame;
	struct problem problem = {0};
	struct err err = ERR_INIT;
	enum record_event event;
	uint64_t last = 0, offset = 0;
	bool limited = false;
	recorder_init(&recorder, SINK_PAYLOAD);
	im.sink = &recorder.sink;
	while ((event = record_next(records, &rec, &frame, &problem, &err)) != RECORD_NONE) {
		if (event == RECORD_RECORD) {
			FUZZ_CHECK(rec.number > last && rec.offset + rec.bytes.len <= bytes.len);
			FUZZ_CHECK(limited || is_there(str_from(bytes, rec.offset), rec.bytes));
			FUZZ_CHECK(rec.offset >= offset);
			last = rec.number;
			offset = rec.offset + rec.bytes.len;
			buf_printf(&recorder.out, "record %llu at %llu\n", (unsigned long long)rec.number,
			           (unsigned long long)rec.offset);
			FUZZ_CHECK(format->record(&im, &rec, &err));
		} else if (event == RECORD_FRAME_END) {
			FUZZ_CHECK(!format->frame_end || frame->broken || format->frame_end(&im, frame, &err));
		} else {
			/* The excerpt at the end of a reason shows what has been read by then. */
			problem.reason = str_cut(problem.reason, 0, str_find(problem.reason, STR_LIT(" at \"")));
			FUZZ_CHECK(problem.code && problem.reason.len && problem.offset <= bytes.len);
			limited |= strncmp(problem.code, "limit-", 6) == 0; /* a member may be left out of its record */
			sink_problem(&recorder.sink, &problem);
		}
		FUZZ_CHECK(record_offset(records) <= bytes.len);
		arena_reset(&arena);
	}
	FUZZ_CHECK(err.code == ERR_NONE);
	FUZZ_CHECK(!format->finish || format->finish(&im, &err));
	buf_add(out, recorder.out.ptr, recorder.out.len);
	recorder_done(&recorder);
	record_close(records);
	reader_close(reader);
	arena_done(&arena);
	if (format->state_done)
		format->state_done(im.state);
	free(im.state);
	repeat_done(&im.repeat);
}

static void check_format(const struct format *format, struct str bytes, unsigned choice)
{
	struct buf whole = BUF_INIT, parts = BUF_INIT;
	walk(format, bytes, 0, WINDOW, &whole);
	walk(format, bytes, 1 + choice % 64, WINDOW, &parts);
	if (!str_eq(buf_str(&whole), buf_str(&parts)))
		fprintf(stderr, "%s\n-- whole:\n%s-- in pieces of %u:\n%s", format->name, buf_cstr(&whole),
		        1 + choice % 64, buf_cstr(&parts));
	FUZZ_CHECK(str_eq(buf_str(&whole), buf_str(&parts)));
	buf_clear(&parts);
	walk(format, bytes, 7, 16, &parts); /* a window that has to grow; frames may come otherwise, so not compared */
	buf_done(&whole);
	buf_done(&parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = fuzz_str(data, size);
	struct arena arena = ARENA_INIT;
	struct sample sample = {0};
	const char *why = NULL;
	sample_fill(&sample, STR_LIT("fuzz.json"), bytes, true, &arena);
	const struct format *format = format_detect(&sample, &why);
	FUZZ_CHECK(format || why);
	for (size_t i = 0; formats[i]; i++) {
		const char *reason = NULL;
		int chance = formats[i]->probe(&sample, &reason);
		FUZZ_CHECK(chance >= 0 && chance <= 100);
		FUZZ_CHECK(!format || chance <= 0 || formats[i] == format || formats[i]->probe != format->probe);
		check_format(formats[i], bytes, fuzz_choice(bytes));
	}
	arena_done(&arena);
	return 0;
}
