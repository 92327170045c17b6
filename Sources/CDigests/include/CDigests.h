#ifndef CDIGESTS_H
#define CDIGESTS_H

#include <stddef.h>
#include <stdint.h>

/// CRC-64/NVME (polynomial 0xad93d23594c93659, reflected) of `length` bytes that follow bytes whose CRC is `crc`.
/// The CRC of no bytes is 0.
///
/// ISA-L 2.30, which Debian 12 ships, knows other 64-bit polynomials only.
uint64_t magstore_crc64nvme(uint64_t crc, const void *bytes, size_t length);

/// The same by table lookups alone: what processors without carry-less multiplication use, and what tests compare with.
uint64_t magstore_crc64nvme_portable(uint64_t crc, const void *bytes, size_t length);

#endif
