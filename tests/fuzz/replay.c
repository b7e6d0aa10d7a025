/* The kept inputs of a fuzz target as a test, with any compiler: NAME FOLDER… runs every file of the folders whole, cut at
 * some places and changed at some bytes (a fixed seed, printed), and prints "N passed, N failed". An input that ends the
 * program is written to ./found-NAME and named. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "store/base/scan.h"
#include "tests/fuzz/fuzz.h"

enum { FILE_MAX_BYTES = 64 << 10 };

__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

/* The sanitizers end with abort(), so that the handler below sees it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "abort_on_error=1:handle_abort=0:detect_leaks=1";
}
const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "abort_on_error=1:print_stacktrace=1";
}

static const char *program;
static char found[128];    /* where the report puts the input */
static char current[1024]; /* what is being run: for the report */
static const uint8_t *current_bytes;
static size_t current_size;

static void say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		_exit(2);
}

static void report(int number)
{
	int fd = open(found, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0 && write(fd, current_bytes, current_size) < 0)
		say("(not written) ");
	say(current);
	say(": the program ended here; the input is in ");
	say(found);
	say("\n");
	if (write(STDOUT_FILENO, "0 passed, 1 failed\n", 19) < 0)
		_exit(2);
	signal(number, SIG_DFL);
	raise(number);
}

static void run(const char *name, const char *how, size_t n, const uint8_t *bytes, size_t size)
{
	/* A copy of its exact size: reading beyond it is seen by the sanitizer. */
	uint8_t *copy = malloc(size ? size : 1);
	memcpy(copy, bytes, size);
	snprintf(current, sizeof current, "%s: %s, %s %zu", program, name, how, n);
	current_bytes = copy;
	current_size = size;
	LLVMFuzzerTestOneInput(copy, size);
	current_size = 0;
	free(copy);
}

static uint64_t seed = 20261121;

static uint64_t next_random(void) /* splitmix64 */
{
	uint64_t z = (seed += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void changed(const char *name, uint8_t *bytes, size_t size, size_t n)
{
	uint8_t *copy = malloc(size);
	for (size_t i = 0; i < n && size; i++) {
		memcpy(copy, bytes, size);
		for (uint64_t k = 1 + next_random() % 4; k > 0; k--)
			copy[next_random() % size] = (uint8_t)next_random();
		run(name, "change", i, copy, size);
	}
	free(copy);
}

static bool run_file(const char *path, size_t n_changes)
{
	static uint8_t bytes[FILE_MAX_BYTES + 1];
	FILE *f = fopen(path, "rb");
	if (!f)
		return false;
	size_t size = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	if (size > FILE_MAX_BYTES)
		return false; /* too slow for a test; libFuzzer reads no more either */
	run(path, "whole", size, bytes, size);
	for (size_t i = 0; i < n_changes && size; i++) {
		size_t cut = (size_t)(next_random() % size);
		run(path, "cut", cut, bytes, cut);
	}
	changed(path, bytes, size, n_changes);
	return true;
}

static size_t run_folder(const char *folder, size_t n_changes)
{
	struct dirent **entries;
	size_t n = 0;
	int n_entries = scandir(folder, &entries, NULL, alphasort);
	for (int i = 0; i < n_entries; i++) {
		char path[768];
		struct stat st;
		snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
			n += run_file(path, n_changes);
		free(entries[i]);
	}
	if (n_entries >= 0)
		free(entries);
	return n;
}

int main(int argc, char **argv)
{
	static const int numbers[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM};
	const char *slash = strrchr(argv[0], '/'), *changes = getenv("SPOOR_FUZZ_CHANGES");
	size_t n = 0, n_changes = changes ? strtoul(changes, NULL, 10) : 16;
	program = slash ? slash + 1 : argv[0];
	snprintf(found, sizeof found, "found-%s", program);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		signal(numbers[i], report);
	if (getenv("SPOOR_FUZZ_SEED"))
		seed = strtoull(getenv("SPOOR_FUZZ_SEED"), NULL, 10);
	printf("%s: seed %llu, %zu cuts and %zu changes a file\n", program, (unsigned long long)seed, n_changes,
	       n_changes);
	fflush(stdout);
	LLVMFuzzerInitialize(&argc, &argv);
	for (size_t i = 0; i < 3; i++) {
		/* plain, SSE2, AVX2: once each over the scanner's kept inputs; others gain nothing from it */
		static const char *const paths[] = {"plain", "sse2", NULL};
		if (i < 2 && (strcmp(program, "scanner") != 0 || !scan_force(paths[i])))
			continue;
		if (i == 2)
			scan_force(NULL);
		for (int k = 1; k < argc; k++)
			n += run_folder(argv[k], n_changes);
	}
	printf("%zu passed, 0 failed\n", n);
	return n ? 0 : 1;
}
