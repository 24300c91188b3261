/**
 * For processes that a test starts with an environment of their own: where Node stores what it compiled of our files.
 * Without it each process compiles them again, which is a third of its start.
 */
const { NODE_COMPILE_CACHE } = process.env

export const COMPILE_CACHE: Readonly<Record<string, string>> = NODE_COMPILE_CACHE
  ? { NODE_COMPILE_CACHE }
  : {}
