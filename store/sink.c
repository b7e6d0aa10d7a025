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
