import os = require('node:os')

/** More than these are decoded faster than one process writes them. */
const MOST = 16

/**
 * How many pictures are decoded at once: one a core. Node has four threads for that unless it is told otherwise before the first
 * is needed, which would leave most of a large machine idle, and each keeps memory of its own on a small one.
 */
const decodingThreads = Math.min(MOST, Math.max(2, os.availableParallelism()))

export = decodingThreads
