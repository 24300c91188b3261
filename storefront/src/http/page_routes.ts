/**
 * The built pages. Files below /assets have a hash in their name and never change. The page itself is revalidated on
 * every visit, so a new release is seen at once. Every address without a file gets the page, which routes by itself; the
 * status is 404 where `page_addresses.ts` names no page.
 */
import { readdirSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { App } from '@shop/service_kit/http/app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isPageAddress } from './page_addresses.ts'
import { getAssetOperation, getFileOperation, getPageOperation } from './page_schemas.ts'

const PAGE = 'index.html'
const COMPRESSED = /\.(br|gz)$/
const IMMUTABLE = { maxAge: '1y', immutable: true }
const REVALIDATE = { maxAge: 0 }
/** Without validators: a browser that has the page cached would get 304 instead of 404. */
const NOT_A_PAGE = { ...REVALIDATE, etag: false, lastModified: false, acceptRanges: false }

export type PageRoutesDeps = {
  /** Of the built pages. */
  readonly folder: string
}

export function pageRoutes({ folder }: PageRoutesDeps) {
  const rootFiles = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== PAGE && !COMPRESSED.test(entry.name))
    .map(({ name }) => name)

  return async (app: App) => {
    // A browser gets the page also for an address that is not UTF-8 text; a program gets the problem.
    app.setErrorHandler((error, request, reply) => {
      if ((error as { code?: string }).code !== 'bad_request' || !wantsPage(request)) throw error
      return reply.code(400).sendFile(PAGE, NOT_A_PAGE)
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
      return isPageAddress(path)
        ? reply.sendFile(PAGE, REVALIDATE)
        : reply.code(404).sendFile(PAGE, NOT_A_PAGE)
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
