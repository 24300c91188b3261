/**
 * What other programs read of the whole shop: robots.txt, the sitemap, and the feed for Google Merchant. Their addresses are absolute,
 * so without PUBLIC_URL there is only robots.txt. At most FEEDS_MAX feeds are sent at a time, each for FEED_MS at most, and one to an
 * address: a visitor who reads slowly does not keep the feed from Google.
 */
import { pipeline, type Readable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import { addressPrefix } from '@shop/service_kit/http/addresses'
import type { App } from '@shop/service_kit/http/app'
import { empty } from '@shop/service_kit/http/empty'
import { etagOfText, hasTag } from '@shop/service_kit/http/etags'
import { Problem } from '@shop/service_kit/runtime/problem'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ShopSettings } from '../../web/src/api/types.ts'
import type { Upstream } from '../clients/upstream.ts'
import { GatewayError } from '../errors.ts'
import { createAllProducts } from '../pages/all_products.ts'
import type { CatalogueReader } from '../pages/catalogue_reader.ts'
import { feedOf } from '../pages/feed.ts'
import { createSitemap } from '../pages/sitemap.ts'
import { disconnectSignal } from './client_disconnect.ts'
import { accepts } from './compress.ts'
import {
  getFeedOperation,
  getRobotsOperation,
  getSitemapOperation,
  getSitemapPartOperation,
} from './seen_schemas.ts'

export const FEEDS_MAX = 2
export const FEED_MS = 1_800_000
const XML = 'application/xml; charset=utf-8'
const AN_HOUR = 'public, max-age=3600'
const PRIVATE = ['/api/', '/admin', '/orders', '/cart', '/account', '/sign-in']

export type SeenRoutesDeps = {
  readonly publicOrigin: string | undefined
  readonly products: Pick<Upstream, 'call'>
  readonly reader: CatalogueReader
  readonly runtime: Pick<Runtime, 'monotonic' | 'after' | 'deadline' | 'sleep' | 'random'>
}

export function seenRoutes({ publicOrigin: origin, products, reader, runtime }: SeenRoutesDeps) {
  const all = createAllProducts(products, runtime)
  /** By the address that reads them; undefined until it is known whether there will be one. */
  const feeds = new Map<string, Readable | undefined>()

  const send = (request: FastifyRequest, reply: FastifyReply, type: string, content: string | Buffer) => {
    const etag = etagOfText(typeof content === 'string' ? content : content.toString('latin1'))
    reply.headers({ etag, 'cache-control': AN_HOUR })
    if (hasTag(request.headers['if-none-match'], etag)) return empty(reply, 304)
    return reply.type(type).send(content)
  }

  const robots = [
    'User-agent: *',
    // Pictures are read by search engines, too.
    'Allow: /api/media/',
    ...PRIVATE.map((path) => `Disallow: ${path}`),
    ...(origin === undefined ? [] : ['', `Sitemap: ${origin}/sitemap.xml`]),
    '',
  ].join('\n')

  return async (app: App) => {
    app.get('/robots.txt', getRobotsOperation, (request, reply) =>
      send(request, reply, 'text/plain; charset=utf-8', robots),
    )
    if (origin === undefined) return
    const sitemap = createSitemap(all, origin, runtime)
    // A reader that is slow does not delay the end of the gateway.
    app.addHook('preClose', async () => {
      sitemap.close()
      for (const feed of feeds.values()) feed?.destroy()
    })

    app.get('/sitemap.xml', getSitemapOperation, async (request, reply) =>
      send(request, reply, XML, await sitemap.index()),
    )
    app.get('/sitemap-:part', getSitemapPartOperation, async (request, reply) => {
      const [, number] = /^([1-9]\d{0,4})\.xml\.gz$/.exec(request.params.part) ?? []
      const bytes = number === undefined ? undefined : await sitemap.part(Number(number))
      if (!bytes) throw new Problem('route_not_found', 'The sitemap has no such part.')
      return send(request, reply, 'application/gzip', bytes)
    })
    app.get('/feed.xml', getFeedOperation, async (request, reply) => {
      const described = () =>
        reply.type(XML).headers({ 'cache-control': 'no-cache', vary: 'accept-encoding' })
      if (request.method === 'HEAD') return described().send('')
      const address = addressPrefix(request.ip)
      if (feeds.size >= FEEDS_MAX || feeds.has(address))
        throw new Problem('overloaded', 'The feed is being read already; please ask again.')
      feeds.set(address, undefined)
      try {
        const shop = await reader.readOrKnown('/shop', address)
        if (shop.status !== 200)
          throw new GatewayError('upstream_unavailable', 'The feed cannot be made now.')
        const signal = AbortSignal.any([disconnectSignal(reply), runtime.deadline(FEED_MS)])
        const feed = feedOf(all, shop.body as ShopSettings, origin, signal)
        feeds.set(address, feed)
        feed.once('close', () => feeds.delete(address))
        return described().send(packed(request, reply, feed))
      } finally {
        if (!feeds.get(address)) feeds.delete(address)
      }
    })
  }
}

function packed(request: FastifyRequest, reply: FastifyReply, feed: Readable): Readable {
  if (!accepts(request.headers['accept-encoding'], 'gzip')) return feed
  reply.header('content-encoding', 'gzip')
  // An error destroys both streams, and Fastify reports it.
  return pipeline(feed, createGzip({ level: constants.Z_BEST_SPEED }), () => {})
}
