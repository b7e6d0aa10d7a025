#include "tui/widget/pane_size.h"

#include <stddef.h>

static const int *the_share;

void pane_share_in(const int *share)
{
	the_share = share;
}

int pane_size(int normal, int whole, int least, int list_least)
{
	int share = the_share ? *the_share : 0, most = whole - list_least;
	share = share > PANE_STEPS ? PANE_STEPS : share < -PANE_STEPS ? -PANE_STEPS : share;
	if (share == 0 || most < least)
		return normal;
	int size = normal + share * whole / (2 * PANE_STEPS);
	least = least < normal ? least : normal; /* what is smaller by itself stays so */
	most = most > normal ? most : normal;
	return size < least ? least : size > most ? most : size;
}
