#pragma once

/// The commit that this was built from, "unknown" where the build could not tell. Set by Package.swift.
const char *magstore_build_commit(void);
