/* F6, what is not JSON: any bytes as CSV and as OTLP protobuf, also where their look would not choose it. Each line that comes out is
 * JSON; the text, the places and the problems are the same however the bytes come in pieces; places lie in the source and do not go
 * back; memory stays near the limit. */
#include "import/convert_private.h"
#include "store/base/scan.h"
#include "tests/fuzz/fuzz.h"

enum { UNIT_MAX = 2000 };

struct source {
	struct str rest;
	size_t chunk;
};

static int64_t pull(void *context, char *into, size_t cap)
{
	struct source *s = context;
	size_t n = s->chunk && s->chunk < cap ? s->chunk : cap;
	n = n < s->rest.len ? n : s->rest.len;
	if (n)
		memcpy(into, s->rest.ptr, n);
	s->rest = str_from(s->rest, n);
	return (int64_t)n;
}

static void add_problems(struct convert *c, size_t size, struct buf *said)
{
	struct problem p;
	uint64_t records;
	while (convert_problem(c, UINT64_MAX, &p, &records)) {
		FUZZ_CHECK(p.offset <= size && p.code && p.reason.len);
		buf_printf(said, "%s %llu:%llu+%llu " STR_FMT "\n", p.code, (unsigned long long)p.line,
		           (unsigned long long)p.offset, (unsigned long long)records, STR_ARG(p.reason));
	}
}

static void convert_all(const struct conversion *how, unsigned dialect, struct str in, size_t chunk, size_t window,
                        struct buf *text, struct buf *said)
{
	struct source source = {.rest = in, .chunk = chunk};
	struct convert *c = convert_open(how, dialect, pull, &source, window, UNIT_MAX);
	char piece[512];
	int64_t n;
	uint64_t last = 0, offset, line;
	buf_clear(text);
	buf_clear(said);
	while ((n = convert_read(c, piece, sizeof piece)) > 0) {
		for (int64_t i = 0; i < n; i += 50) {
			convert_place(c, text->len + (uint64_t)i, &offset, &line);
			FUZZ_CHECK(offset >= last && offset <= in.len);
			last = offset;
		}
		buf_add(text, piece, (size_t)n);
	}
	FUZZ_CHECK(n == 0 && convert_read(c, piece, sizeof piece) == 0);
	add_problems(c, in.len, said);
	convert_close(c);
}

static void check_lines(struct str text)
{
	struct scan scan = SCAN_INIT;
	FUZZ_CHECK(text.len == 0 || str_ends(text, "\n"));
	for (struct str line; str_split(&text, '\n', &line);)
		FUZZ_CHECK(line.len == 0 ||
		           scan_text(&scan, line, &(struct scan_opts){.last = true, .replace_utf8 = true}));
	scan_done(&scan);
}

static void check(const struct conversion *how, unsigned dialect, struct str in)
{
	struct buf text = BUF_INIT, said = BUF_INIT, other = BUF_INIT, told = BUF_INIT;
	convert_all(how, dialect, in, 0, 0, &text, &said);
	check_lines(buf_str(&text));
	const size_t chunks[] = {1, 2 + fuzz_choice(in) % 90};
	for (size_t i = 0; i < 2; i++) {
		size_t chunk = chunks[i];
		convert_all(how, dialect, in, chunk, 16, &other, &told);
		if (!str_eq(buf_str(&said), buf_str(&told)))
			fprintf(stderr, "%s %u in pieces of %zu:\n%s-- whole:\n%s", how->name, dialect, chunk,
			        buf_cstr(&told), buf_cstr(&said));
		FUZZ_CHECK(str_eq(buf_str(&text), buf_str(&other)));
		FUZZ_CHECK(str_eq(buf_str(&said), buf_str(&told)));
	}
	buf_done(&text);
	buf_done(&said);
	buf_done(&other);
	buf_done(&told);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = fuzz_str(data, size);
	const struct conversion *how;
	unsigned dialect;
	FUZZ_CHECK(convert_sniff(in, true, &how, &dialect) != CONVERT_MORE);
	convert_sniff(in, false, &how, &dialect);
	for (unsigned framing = 0; framing < 3; framing++)
		check(&convert_protobuf, framing, in);
	check(&convert_csv, ',', in);
	check(&convert_csv, ';', in);
	return 0;
}
