/** Answers with a page that the gateway made (pages/served_pages.ts): language, validation, compression. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { addressPrefix } from '@shop/service_kit/http/addresses'
import { empty } from '@shop/service_kit/http/empty'
import { hasTag } from '@shop/service_kit/http/etags'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { chooseLanguage, LANGUAGE_COOKIE } from '../../web/src/language/languages.ts'
import type { Asked, Made } from '../pages/served_pages.ts'
import { accepts } from './compress.ts'
import { contentSecurityPolicy } from './security_headers.ts'

/** Browsers and proxies ask each time; an unchanged page is then a 304. */
const REVALIDATE = 'no-cache'
const VARY = 'accept-encoding, accept-language, cookie'
const HTML_TYPE = 'text/html; charset=utf-8'
/** A page that is asked for often is compressed once. */
const BROTLI_QUALITY = 5

export function askedOf(request: FastifyRequest, path: string, publicOrigin: string | undefined): Asked {
  const search = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
  return {
    path,
    query: new URLSearchParams(search),
    origin: publicOrigin ?? originOf(request),
    address: addressPrefix(request.ip),
    languageOf: ({ languages, default_language }) =>
      chooseLanguage(
        cookieOf(request.headers.cookie),
        acceptedOf(request.headers['accept-language']),
        languages,
        default_language,
      ),
  }
}

type PageMade = Extract<Made, { text: string }>

export async function sendMade(request: FastifyRequest, reply: FastifyReply, made: Made) {
  if (made.status === 301) {
    // Asked again each time: another product may get the address.
    return reply.code(301).headers({ location: made.location, 'cache-control': REVALIDATE }).send()
  }
  const { status, etag, styles, language, indexed } = made
  reply.headers({
    'cache-control': REVALIDATE,
    'content-language': language,
    vary: VARY,
    etag,
    ...(styles.length === 0 ? {} : { 'content-security-policy': contentSecurityPolicy(styles) }),
    ...(indexed ? {} : { 'x-robots-tag': 'noindex' }),
  })
  // What is missing is never a 304: a browser would take the status from its cache.
  if (status === 200 && hasTag(request.headers['if-none-match'], etag)) return empty(reply, 304)
  reply.code(status).type(HTML_TYPE)
  const [encoding, bytes] = await encoded(made, String(request.headers['accept-encoding'] ?? ''))
  if (encoding !== undefined) reply.header('content-encoding', encoding)
  return reply.send(bytes)
}

const compress = {
  br: (text: string) =>
    promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: promisify(gzip),
}
type Encoding = keyof typeof compress

/** Lives as long as the page. */
const compressed = new WeakMap<PageMade, Map<Encoding, Promise<Buffer>>>()

async function encoded(made: PageMade, accepted: string): Promise<[Encoding | undefined, Buffer | string]> {
  const encoding = (['br', 'gzip'] as const).find((each) => accepts(accepted, each))
  if (encoding === undefined) return [undefined, made.text]
  const known = compressed.get(made) ?? new Map<Encoding, Promise<Buffer>>()
  compressed.set(made, known)
  const bytes = known.get(encoding) ?? compress[encoding](made.text)
  known.set(encoding, bytes)
  return [encoding, await bytes]
}

const HOST = /^[a-z0-9._-]+(:\d+)?$|^\[[0-9a-f:]+\](:\d+)?$/i

/** As the visitor wrote it. */
const originOf = ({ protocol, host }: FastifyRequest) =>
  `${protocol}://${HOST.test(host) ? host.toLowerCase() : 'localhost'}`

const cookieOf = (cookies = '') =>
  cookies
    .split(/;\s*/)
    .find((each) => each.startsWith(`${LANGUAGE_COOKIE}=`))
    ?.slice(LANGUAGE_COOKIE.length + 1)

const LANGUAGES_MAX = 20

/** Best first. */
const acceptedOf = (header = '') =>
  header
    .slice(0, 500)
    .split(',', LANGUAGES_MAX)
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';')
      const weight = /^\s*q=([\d.]+)/.exec(parameters.join(';'))?.[1]
      return { tag: tag.trim(), weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ tag, weight }) => tag !== '' && weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag)
