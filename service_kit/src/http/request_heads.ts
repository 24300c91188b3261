/** Checks the head of every request: its Host, and that all programs on the way read its address alike. */
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../runtime/problem.ts'

/** A name or an address (RFC 3986, 3.2.2), and a port. */
const HOST = /^(\[[\da-f:.]+\]|([\w.~!$&'()*+,;=-]|%[\da-f]{2})+)(:\d{0,5})?$/i
/** `http://host/path`, as sent to a proxy (RFC 9112, 3.2.2). */
const ABSOLUTE = /^https?:\/\/[^/?#]*/i
const NOT_ADDRESS = /[^\x21-\x7e]/

/**
 * For Fastify's `rewriteUrl`: the path of a target that has a host too. For an address that is not text the router would
 * run no hook and no error handler of a route. Encoded once more it is routed; `faultOfHead` refuses it.
 */
export function pathOfTarget({ url = '/' }: IncomingMessage): string {
  const path = url.startsWith('/') ? url : url.replace(ABSOLUTE, '')
  const target = path.startsWith('/') || path === url ? path : `/${path}`
  return isText(target) ? target : target.replaceAll('%', '%25')
}

export function faultOfHead({ raw, originalUrl }: FastifyRequest): Problem | undefined {
  const hosts = countHosts(raw.rawHeaders)
  const { host } = raw.headers
  if (hosts > 1) return refused('The request names more than one Host.')
  if (host === undefined) {
    return raw.httpVersion === '1.0' ? undefined : refused('The request does not name its Host.')
  }
  if (!HOST.test(host)) return refused('The Host of the request is not one.')
  return isText(originalUrl) ? undefined : refused('The address of the request is not UTF-8 text.')
}

const refused = (detail: string) => new Problem('bad_request', detail)

function countHosts(headers: readonly string[]): number {
  let hosts = 0
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]!.length === 4 && headers[i]!.toLowerCase() === 'host') hosts++
  }
  return hosts
}

function isText(url: string): boolean {
  if (NOT_ADDRESS.test(url)) return false
  if (!url.includes('%')) return true
  try {
    decodeURIComponent(url)
    return true
  } catch {
    return false
  }
}
