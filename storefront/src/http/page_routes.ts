/**
 * The built pages. Files below /assets carry a hash in their name and never change; the page itself is asked for
 * every time, so a new release is seen at once. At every address without a file a visitor gets the page, which knows the
 * way itself, and shows that there is nothing where `page_addresses.ts` names no page: there its status is 404.
 */
import { readdirSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { App } from '@shop/service_kit/http/app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isPageAddress } from './page_addresses.ts'
import { getAssetOperation, getFileOperation, getPageOperation } from './page_schemas.ts'

const PAGE = 'index.html'
const COMPRESSED = /\.(br|gz)$/
const FOREVER = { maxAge: '1y', immutable: true }
const ASK_AGAIN = { maxAge: 0 }
/** Without what a conditional request could be answered by: a browser that has the page would be told 304. */
const NOT_A_PAGE = { ...ASK_AGAIN, etag: false, lastModified: false, acceptRanges: false }

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
      reply.sendFile(`assets/${params['*']}`, FOREVER),
    )
    for (const file of rootFiles) {
      app.get(`/${file}`, getFileOperation, async (_request, reply) => reply.sendFile(file, { maxAge: '1h' }))
    }
    const page = async (request: FastifyRequest, reply: FastifyReply) => {
      // It tells which methods the address knows, if any.
      if (request.url.startsWith('/api/') || !wantsPage(request)) return reply.callNotFound()
      const [path = ''] = request.url.split('?', 1)
      return isPageAddress(path)
        ? reply.sendFile(PAGE, ASK_AGAIN)
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

/** A visitor going somewhere, or a program that takes anything; not a page asking for a file that is gone. */
function wantsPage({ headers: { accept = '*/*' }, url }: FastifyRequest): boolean {
  if (accept.includes('text/html')) return true
  return accept.includes('*/*') && !/\.\w+(\?|$)/.test(url)
}
