/* F7: theme files, and the small JSON they are written in. What is refused leaves the theme as it was and says why. */
#include "store/base/json.h"
#include "store/base/text.h"
#include "tests/fuzz/fuzz.h"
#include "tui/theme.h"

static void check_style(const struct style *s, enum depth depth)
{
	int most = depth == DEPTH_256 ? 255 : depth == DEPTH_8 ? 7 : -1;
	FUZZ_CHECK(s->fg >= -1 && s->fg <= most && s->bg >= -1 && s->bg <= most);
	FUZZ_CHECK((s->attrs & ~(STYLE_BOLD | STYLE_UNDERLINE | STYLE_DIM | STYLE_REVERSE)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = fuzz_str(data, size);
	static struct theme theme, before;
	struct err err = ERR_INIT;
	memset(&theme, 0x11, sizeof theme);
	before = theme;
	if (!theme_parse(&theme, "fuzz", text, &err)) {
		FUZZ_CHECK(err.code != ERR_NONE && err.text[0]);
		FUZZ_CHECK(memcmp(&theme, &before, sizeof theme) == 0);
		return 0;
	}
	for (int depth = 0; depth < N_DEPTHS; depth++)
		for (int role = 0; role < N_ROLES; role++)
			check_style(&theme.styles[depth][role], (enum depth)depth);
	return 0;
}
