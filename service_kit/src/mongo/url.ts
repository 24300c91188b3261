/** Apart from the driver, which only who uses it should load. */

/** The path of a MongoDB URL, if it has one. */
export function databaseOf(url: string): string | undefined {
  const path = /^mongodb(?:\+srv)?:\/\/[^/]*\/([^?]*)/.exec(url)?.[1]
  return path ? decodeURIComponent(path) : undefined
}

/** The same server with another database as its path; people sign in where they did. */
export function withDatabase(url: string, database: string): string {
  const parts = /^(mongodb(?:\+srv)?:\/\/)([^/?]*@)?([^/?]+)\/?[^?]*(?:\?(.*))?$/.exec(url)
  if (!parts) throw new Error('This is not a mongodb:// URL')
  const [, scheme = '', user = '', hosts = '', query = ''] = parts
  const pairs = query.split('&').filter((pair) => pair !== '')
  // Without one it would be the database of the path.
  if (user !== '' && !pairs.some((pair) => /^authSource=/i.test(pair))) {
    pairs.push(`authSource=${encodeURIComponent(databaseOf(url) ?? 'admin')}`)
  }
  return `${scheme}${user}${hosts}/${encodeURIComponent(database)}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`
}

/** The URL with one more option. */
export const withOption = (url: string, option: string): string => {
  const whole = /^[^?]*:\/\/[^/?]+$/.test(url) ? `${url}/` : url
  return `${whole}${whole.includes('?') ? '&' : '?'}${option}`
}
