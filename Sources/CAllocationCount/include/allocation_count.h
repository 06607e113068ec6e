#pragma once
#include <stdint.h>

// What a thread has asked of malloc and its relatives since it began. A realloc counts with its whole new size.
struct allocation_count {
    uint64_t calls;
    uint64_t bytes;
};

// Of the calling thread.
struct allocation_count allocation_count(void);
