/**
 * For processes that a test starts with their own environment: the folder where Node caches compiled modules. Without it each
 * process compiles them again, which is a third of its start.
 */
const { NODE_COMPILE_CACHE } = process.env

export const COMPILE_CACHE: Readonly<Record<string, string>> = NODE_COMPILE_CACHE
  ? { NODE_COMPILE_CACHE }
  : {}
