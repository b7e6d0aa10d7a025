/* The built program itself, on a store of its own in a folder that goes afterwards: for tests of the whole of it on a pseudo-terminal. */
#ifndef SPOOR_TESTS_PROGRAM_H
#define SPOOR_TESTS_PROGRAM_H

#include "tests/vterm.h"

static char dir[64], store[96], program[256];

/* A new folder "/tmp/spoor-NAME-…", and where the store in it is to be. 0: done. */
static inline int program_begin(const char *name, const char *store_name)
{
	const char *build = getenv("SPOOR_BUILD");
	snprintf(program, sizeof program, "%s/spoor", build ? build : "build/release");
	snprintf(dir, sizeof dir, "/tmp/spoor-%s-XXXXXX", name);
	if (!mkdtemp(dir))
		return -1;
	snprintf(store, sizeof store, "%s/%s", dir, store_name);
	return 0;
}

/* For a group's or a test's teardown. */
static inline int program_end(void **state)
{
	(void)state;
	return nftw(dir, vt_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Runs it without a terminal; what it prints goes into a file of the folder (NULL: nowhere). Its exit code; 128: a signal. */
static inline int run_into(const char *output, const char *const *argv)
{
	char path[160] = "/dev/null";
	if (output)
		snprintf(path, sizeof path, "%s/%s", dir, output);
	pid_t child = fork();
	if (child == 0) {
		if (!freopen(path, "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	int status = 0;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static inline int run(const char *const *argv)
{
	return run_into(NULL, argv);
}

#endif
