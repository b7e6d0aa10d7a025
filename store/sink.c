#include "store/sink.h"

/* Set once by main before any thread starts; read by all. */
static decode_fn *decoder;

void sink_set_decoder(decode_fn *decode)
{
	decoder = decode;
}

decode_fn *sink_decoder(void)
{
	return decoder;
}

static price_fn *price_list;

void sink_set_price_list(price_fn *price)
{
	price_list = price;
}

double sink_price(const struct usage *usage)
{
	if (!price_list || !usage->model.len || (usage->tokens_in <= 0 && usage->tokens_out <= 0))
		return UNKNOWN_DOUBLE;
	return price_list(usage);
}
