/**
 * The built pages. Files below /assets have a hash in their name and never change. Every address without a file gets the page,
 * which routes by itself, with what is at that address in it (pages/served_pages.ts); the status is 404 where
 * `page_addresses.ts` names no page, or nothing is sold there. It is revalidated on every visit, so a new release, a price and
 * a stock are seen at once. While product_service does not answer, the page comes as it was built, and no cache keeps it.
 */
import { readdirSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { App } from '@shop/service_kit/http/app'
import type { Runtime } from '@shop/service_kit/runtime/runtime'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CatalogueReader } from '../pages/catalogue_reader.ts'
import { INDEX, readIndexPage } from '../pages/index_page.ts'
import { createServedPages } from '../pages/served_pages.ts'
import { isPageAddress } from './page_addresses.ts'
import { getAssetOperation, getFileOperation, getPageOperation } from './page_schemas.ts'
import { askedOf, sendMade } from './served_page.ts'

const COMPRESSED = /\.(br|gz)$/
const IMMUTABLE = { maxAge: '1y', immutable: true }
/** Without validators: a browser that has a page cached would get 304 instead of this one. */
const AS_BUILT = { cacheControl: false, etag: false, lastModified: false, acceptRanges: false }

export type PageRoutesDeps = {
  /** Of the built pages. */
  readonly folder: string
  /** Of visitors. */
  readonly publicOrigin: string | undefined
  readonly reader: CatalogueReader
  readonly runtime: Pick<Runtime, 'monotonic' | 'after'>
}

export function pageRoutes({ folder, publicOrigin, reader, runtime }: PageRoutesDeps) {
  const fill = readIndexPage(folder)
  const served = fill && createServedPages(reader, fill, runtime)
  const asBuilt = (reply: FastifyReply, status: number) =>
    reply.code(status).header('cache-control', 'no-store').sendFile(INDEX, AS_BUILT)

  const rootFiles = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== INDEX && !COMPRESSED.test(entry.name))
    .map(({ name }) => name)

  return async (app: App) => {
    // A browser gets the page also for an address that is not UTF-8 text; a program gets the problem.
    app.setErrorHandler((error, request, reply) => {
      if ((error as { code?: string }).code !== 'bad_request' || !wantsPage(request)) throw error
      return asBuilt(reply, 400)
    })
    await app.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, etag: true })

    app.get('/assets/*', getAssetOperation, async ({ params }, reply) =>
      reply.sendFile(`assets/${params['*']}`, IMMUTABLE),
    )
    for (const file of rootFiles) {
      app.get(`/${file}`, getFileOperation, async (_request, reply) => reply.sendFile(file, { maxAge: '1h' }))
    }
    const page = async (request: FastifyRequest, reply: FastifyReply) => {
      // Answers 405 where the address has other methods.
      if (request.url.startsWith('/api/') || !wantsPage(request)) return reply.callNotFound()
      const [path = ''] = request.url.split('?', 1)
      const made = await served?.(askedOf(request, path, publicOrigin))
      return made ? sendMade(request, reply, made) : asBuilt(reply, isPageAddress(path) ? 200 : 404)
    }
    app.get('/', getPageOperation, page)
    app.get(
      '/*',
      { ...getPageOperation, config: { ...getPageOperation.config, serves: isPageAddress } },
      page,
    )
  }
}

/** Browsers that navigate and programs that accept anything; not a page that loads a file which no longer exists. */
function wantsPage({ headers: { accept = '*/*' }, url }: FastifyRequest): boolean {
  if (accept.includes('text/html')) return true
  return accept.includes('*/*') && !/\.\w+(\?|$)/.test(url)
}
