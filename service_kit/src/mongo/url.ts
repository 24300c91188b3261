/** URLs of MongoDB, without the driver, so that a process on SQLite does not load it. */

/** The path of a MongoDB URL, if it has one. */
export function databaseOf(url: string): string | undefined {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]*)/.exec(url)?.[1]
  return path ? decodeURIComponent(path) : undefined
}

/** The URL with another database as its path, and the same authentication database as before. */
export function withDatabase(url: string, database: string): string {
  const parts = /^(mongodb(?:\+srv)?:\/\/)([^/?]*@)?([^/?]+)\/?[^?]*(?:\?(.*))?$/.exec(url)
  if (!parts) throw new Error('This is not a mongodb:// URL')
  const [, scheme = '', user = '', hosts = '', query = ''] = parts
  const pairs = query.split('&').filter((pair) => pair !== '')
  // The default is the database of the path, which changes.
  if (user !== '' && !pairs.some((pair) => /^authSource=/i.test(pair))) {
    pairs.push(`authSource=${encodeURIComponent(databaseOf(url) ?? 'admin')}`)
  }
  return `${scheme}${user}${hosts}/${encodeURIComponent(database)}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`
}

/** The URL with one more option. */
export const withOption = (url: string, option: string): string => {
  const withPath = /^[^?]*:\/\/[^/?]+$/.test(url) ? `${url}/` : url
  return `${withPath}${withPath.includes('?') ? '&' : '?'}${option}`
}
