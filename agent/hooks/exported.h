#pragma once
// Marks the definitions that stand in front of libc's; the agent hides everything else.
// tests/rules/exports.txt lists them all.
#define PYPROF_EXPORTED [[gnu::visibility("default")]]
