/* What it costs to make JSON Lines of a source that is not JSON, on one core and with nothing behind it.
 *
 *   make build/release/bench/convert && build/release/bench/convert FILE [ROUNDS [OUT]]
 *
 * The best of ROUNDS (default 5) counts; OUT gets the text of the last. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "import/reader.h"

enum { CHUNK = 1 << 20 };

static double cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	double best = 0;
	int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 5;
	char *chunk = xmalloc(CHUNK);
	if (argc < 2)
		err_die("convert FILE [ROUNDS [OUT]]");
	for (int i = 0; i < rounds; i++) {
		double start = cpu_s();
		struct reader *r = reader_open(argv[1], NULL, &err);
		FILE *out = argc > 3 && i == rounds - 1 ? fopen(argv[3], "wb") : NULL;
		int64_t n;
		if (!r)
			err_die("%s", err.text);
		while ((n = reader_read(r, chunk, CHUNK, &err)) > 0)
			if (out && fwrite(chunk, 1, (size_t)n, out) != (size_t)n)
				err_die("cannot write %s", argv[3]);
		if (n < 0)
			err_die("%s", err.text);
		double took = cpu_s() - start, mb = (double)reader_source_bytes(r) / 1e6;
		best = i && best < took ? best : took;
		if (i == rounds - 1)
			printf("%s: %.1f MB, %.0f MB/s, text %.1f MB, %.0f MB/s\n",
			       reader_conversion(r) ? reader_conversion(r) : "as it is", mb, mb / best,
			       (double)reader_offset(r) / 1e6, (double)reader_offset(r) / 1e6 / best);
		if (out)
			fclose(out);
		reader_close(r);
	}
	free(chunk);
	return 0;
}
