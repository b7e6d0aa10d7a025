/* For make coverage: a child that ends by _exit has counted, too; and what tests/fault makes fail does not fail the counting. */
#include <stdbool.h>
#include <stddef.h>

void __gcov_dump(void);
void __real__exit(int code) __attribute__((noreturn));
void __wrap__exit(int code) __attribute__((noreturn));
extern _Atomic bool fault_armed __attribute__((weak));

__attribute__((destructor)) static void disarm(void)
{
	if (&fault_armed != NULL)
		fault_armed = false;
}

void __wrap__exit(int code)
{
	disarm();
	__gcov_dump();
	__real__exit(code);
}
