/* Zip and tar from a file and from a stream, with small limits: it ends, names are short valid text without controls, a limit is
 * kept, and what ends badly has a code and a sentence. */
#include "import/archive.h"
#include "store/base/text.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 1 << 20, MEMBERS = 100 };

static uint64_t read_member(struct archive_in *in)
{
	static char into[10000];
	struct err err = ERR_INIT;
	struct reader *r = archive_in_member(in, &err);
	if (!r) {
		FUZZ_CHECK(err.text[0] && reader_code(NULL));
		archive_in_gave(in, 0);
		return 0;
	}
	int64_t n;
	while ((n = reader_read(r, into, sizeof into, &err)) > 0)
		FUZZ_CHECK(reader_offset(r) <= LIMIT);
	if (n < 0)
		FUZZ_CHECK(err.text[0] && reader_code(r) && reader_read(r, into, 1, &err) == -1);
	uint64_t all = reader_offset(r);
	archive_in_gave(in, all);
	reader_close(r);
	return all;
}

static void check_name(const char *name)
{
	struct str s = str_of(name);
	FUZZ_CHECK(s.len > 0 && s.len <= ARCHIVE_NAME_MAX && text_is_valid(s));
	for (size_t i = 0; i < s.len; i++)
		FUZZ_CHECK((unsigned char)s.ptr[i] >= 0x20 && s.ptr[i] != 0x7f);
}

static void read_archive(struct reader *r, enum archive_kind kind, bool every_second)
{
	const struct archive_limits limits = {.expanded_bytes = LIMIT, .members = MEMBERS};
	const char *code = NULL;
	struct err err = ERR_INIT;
	struct archive_in *in = archive_in_open(r, "x", kind, &limits, &code, &err);
	FUZZ_CHECK(in || (code && err.text[0]));
	struct archive_member m;
	enum archive_event event;
	uint64_t n = 0, last = 0;
	while (in && (event = archive_in_next(in, &m, &code, &err)) != ARCHIVE_IN_END) {
		FUZZ_CHECK(event != ARCHIVE_IN_STOPPED && ++n <= MEMBERS && m.number > last);
		last = m.number;
		check_name(m.name);
		if (event != ARCHIVE_IN_MEMBER)
			FUZZ_CHECK(m.why && m.why[0]);
		else if (!every_second || m.number % 2)
			read_member(in);
	}
	FUZZ_CHECK(!code || err.text[0]);
	archive_in_close(in);
	reader_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = fuzz_str(data, size);
	enum archive_kind kind = archive_kind(bytes);
	char path[96];
	if (kind == ARCHIVE_NONE)
		kind = fuzz_choice(bytes) % 2 ? ARCHIVE_ZIP : ARCHIVE_TAR;
	fuzz_write(fuzz_file(path, "input"), bytes);
	struct reader *r = reader_open(path, NULL, NULL);
	if (r)
		read_archive(r, kind, false);
	read_archive(reader_memory(bytes, 0), kind, false);
	read_archive(reader_memory(bytes, 1 + fuzz_choice(bytes) % 700), kind, true);
	return 0;
}
