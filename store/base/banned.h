/* Calls we do not make: each has a safe counterpart in store/base. Included by err.h, hence everywhere.
 * A use is a compile error that names the call. */
#ifndef SPOOR_STORE_BASE_BANNED_H
#define SPOOR_STORE_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* libc makes some of these macros when it fortifies. */
#undef alloca
#undef sprintf
#undef vsprintf
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok atoi atol atof system popen alloca
#pragma GCC poison asctime ctime tmpnam mktemp

#endif
