#include "common/stream_internal.h"
const struct encoder_ops zstd_encoder = {0};
