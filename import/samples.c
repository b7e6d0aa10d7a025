#include "import/samples.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/reader.h"
#include "store/base/file.h"
#include "store/base/outfile.h"
#include "store/base/scan.h"

#ifndef SAMPLES_BLOB
#define SAMPLES_BLOB "build/release/gen/samples.gz" /* the Makefile gives it */
#endif

/* The blob as it is: a C array of it would be 2 MB of source. */
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        ".global spoor_samples\n"
        ".global spoor_samples_end\n"
        "spoor_samples:\n"
        ".incbin \"" SAMPLES_BLOB "\"\n"
        "spoor_samples_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char spoor_samples[], spoor_samples_end[];

enum { EXPANDED_MOST = 16 << 20 };

/* The order is that of import. */
const struct sample_about samples_about[] = {
    {"traces-agent.jsonl",
     "OTLP: 59 traces of a bank's dispute agent, one slow, one in a loop, one that leaks an IBAN"       },
    {"traces-voice.json.gz",   "OTLP: 6 traces of a voice callback service, with judge and human scores"},
    {"traces-eval.jsonl",      "OTLP: a trace for each result of the two runs below"                    },
    {"eval-v12.json",          "promptfoo: 80 cases of the dispute agent, prompt v12"                   },
    {"eval-v13.json",          "promptfoo: the same cases a week later, prompt v13"                     },
    {"evals-claims.tar.gz",    "promptfoo: an insurer's claims triage, three ways to build it"          },
    {"traces-claims.jsonl.gz", "OTLP: a trace for each result of these three"                           },
    {"evals-weekly.tar.gz",    "one eval set re-run on twelve Mondays; it drifts from the tenth on"     },
    {"review-support.json",    "100 answers of a parcel service's assistant that nobody has judged yet" },
    {NULL,                     NULL                                                                     },
};

static int64_t feed(void *context, void *into, size_t cap, const char **code, struct err *err)
{
	struct str *rest = context;
	size_t n = rest->len < cap ? rest->len : cap;
	(void)code, (void)err;
	memcpy(into, rest->ptr, n);
	*rest = str_from(*rest, n);
	return (int64_t)n;
}

static void expand(struct buf *out)
{
	struct str packed = {spoor_samples, (size_t)((uintptr_t)spoor_samples_end - (uintptr_t)spoor_samples)};
	struct err err = ERR_INIT;
	struct reader *r = reader_fed("samples", feed, &packed, NULL, &err);
	BUG_ON(!r);
	for (int64_t n = 1; n > 0;) {
		BUG_ON(out->len > EXPANDED_MOST);
		buf_reserve(out, 1 << 20);
		n = reader_read(r, out->ptr + out->len, 1 << 20, &err);
		BUG_ON(n < 0);
		out->len += (size_t)n;
	}
	reader_close(r);
}

void samples_open(struct samples *s)
{
	*s = (struct samples){.n = 0};
	expand(&s->bytes);
	for (struct str rest = buf_str(&s->bytes), line; rest.len; s->n++) {
		struct sample_text *t = &s->at[s->n];
		int64_t size = 0;
		BUG_ON(s->n >= sizeof s->at / sizeof *s->at || !samples_about[s->n].name);
		BUG_ON(!str_split(&rest, '\n', &line) || !str_split(&line, ' ', &t->name));
		BUG_ON(!scan_int64(line, &size) || size < 0 || (size_t)size > rest.len);
		BUG_ON(!str_is(t->name, samples_about[s->n].name));
		t->text = str_cut(rest, 0, (size_t)size);
		rest = str_from(rest, (size_t)size);
	}
	BUG_ON(samples_about[s->n].name != NULL);
}

void samples_done(struct samples *s)
{
	buf_done(&s->bytes);
	s->n = 0;
}

static bool write_one(const char *path, struct str text, struct err *err)
{
	struct buf there = BUF_INIT;
	struct outfile out;
	bool same = file_read(&there, path, EXPANDED_MOST, err) && str_eq(buf_str(&there), text);
	buf_done(&there);
	*err = ERR_INIT;
	if (same)
		return true;
	if (access(path, F_OK) == 0)
		return err_set(err, ERR_USAGE, NULL, "%.300s is there already, with other contents", path);
	bool ok = outfile_open(&out, path, false, err);
	if (ok)
		buf_add_str(&out.text, text);
	return outfile_close(&out, ok, err) && ok;
}

bool samples_write(const char *dir, struct err *err)
{
	struct samples s;
	struct buf path = BUF_INIT;
	bool ok = true;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return err_set(err, ERR_SYSTEM, NULL, "cannot make the folder %.300s: %s", dir, strerror(errno));
	samples_open(&s);
	for (size_t i = 0; ok && i < s.n; i++) {
		buf_clear(&path);
		buf_printf(&path, "%s/" STR_FMT, dir, STR_ARG(s.at[i].name));
		ok = write_one(buf_cstr(&path), s.at[i].text, err);
	}
	samples_done(&s);
	buf_done(&path);
	return ok;
}
