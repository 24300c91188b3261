/** Apart from the driver, which only who uses it should load. */

/** The path of a MongoDB URL, if it has one. */
export function databaseOf(url: string): string | undefined {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]*)/.exec(url)?.[1]
  return path ? decodeURIComponent(path) : undefined
}
