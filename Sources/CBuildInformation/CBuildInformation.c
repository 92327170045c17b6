#include "CBuildInformation.h"

#ifndef MAGSTORE_COMMIT
#define MAGSTORE_COMMIT "unknown"
#endif

const char *magstore_build_commit(void) { return MAGSTORE_COMMIT; }
