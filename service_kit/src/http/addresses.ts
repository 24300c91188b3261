/** Of those who have disconnected, which have no address: they count as one. */
const GONE = 'gone'

/** The client of a request, whose address is asked for when it is needed: that is a look at all trusted proxies. */
export const clientOf = (request: { readonly ip?: string }) => ({
  get client() {
    return addressPrefix(request.ip ?? GONE)
  },
})

/**
 * The key by which clients are counted: the whole IPv4 address (also if mapped into IPv6), or the /64 network of an IPv6
 * address, in any spelling.
 */
export function addressPrefix(address: string): string {
  if (!address.includes(':')) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1]!
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]!.split('::', 2)
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...new Array<string>(missing).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
