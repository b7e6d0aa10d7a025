#include "import/id_map.h"

static uint64_t key_of(struct str id)
{
	uint64_t hash = hash64(id);
	return hash ? hash : 1;
}

static int way_of(const struct id_row *ways, uint64_t hash)
{
	for (int i = 0; i < ID_MAP_WAYS; i++)
		if (ways[i].hash == hash)
			return i;
	return -1;
}

void id_map_put(struct id_map *map, struct str id, struct id_place place)
{
	uint64_t hash = key_of(id);
	size_t bucket = hash % ID_MAP_BUCKETS;
	int way = way_of(map->at[bucket], hash);
	if (!id.len || place.trace.len > ID_MAP_TEXT || place.span.len > ID_MAP_TEXT - place.trace.len)
		return;
	if (way < 0)
		way = way_of(map->at[bucket], 0);
	if (way < 0)
		way = map->turn[bucket]++ % ID_MAP_WAYS;
	struct id_row *row = &map->at[bucket][way];
	row->hash = hash;
	row->n_trace = (unsigned char)place.trace.len;
	row->n_span = (unsigned char)place.span.len;
	if (place.trace.len)
		memcpy(row->text, place.trace.ptr, place.trace.len);
	if (place.span.len)
		memcpy(row->text + place.trace.len, place.span.ptr, place.span.len);
}

bool id_map_get(const struct id_map *map, struct str id, struct arena *arena, struct id_place *place)
{
	uint64_t hash = key_of(id);
	const struct id_row *ways = map->at[hash % ID_MAP_BUCKETS];
	int way = id.len ? way_of(ways, hash) : -1;
	if (way < 0)
		return false;
	place->trace = arena_str(arena, (struct str){ways[way].text, ways[way].n_trace});
	place->span = arena_str(arena, (struct str){ways[way].text + ways[way].n_trace, ways[way].n_span});
	return true;
}

void id_map_drop(struct id_map *map, struct str id)
{
	uint64_t hash = key_of(id);
	struct id_row *ways = map->at[hash % ID_MAP_BUCKETS];
	int way = way_of(ways, hash);
	if (way >= 0)
		ways[way].hash = 0;
}

void record_joined(struct import *im, const struct record *rec, const struct id_member *members, size_t n)
{
	struct buf json = BUF_INIT;
	struct str old = val_raw(rec->root);
	if (im->decoding || !val_is(rec->root, SCAN_OBJECT))
		return;
	buf_add_char(&json, '{');
	for (size_t i = 0; i < n; i++) {
		buf_printf(&json, "\"%s\":", members[i].name);
		scan_quote(&json, members[i].text);
		buf_add_char(&json, ',');
	}
	if (!val_first(rec->root).ok)
		json.len--;
	buf_add_str(&json, str_from(old, 1));
	import_detail(im, rec, rec->slot, buf_str(&json));
	buf_done(&json);
}
