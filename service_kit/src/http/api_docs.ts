/**
 * The OpenAPI document of an app, and the pages that show one. What makes them (api_docs_pages.ts) is loaded when the first
 * is asked for: it would be a sixth of each start, and most processes are never asked.
 */
import type { RouteOptions } from 'fastify'
import type { Described, OpenApiDocument } from './api_docs_pages.ts'
import type { BareApp } from './app_types.ts'

const DOCS_PREFIX = '/docs'
/** Headers of the connection, and those that Fastify sets for each answer. */
const NOT_COPIED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date'])

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of its routes. */
    openApi(): Promise<OpenApiDocument>
  }
}

/** Documents the routes that are registered after this call. */
export function describeRoutes(app: BareApp, described: Described): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  const document = madeOnce(async () => {
    const { documentOf } = await import('./api_docs_pages.ts')
    await app.ready()
    return documentOf(routes, described)
  })
  app.decorate('openApi', document)
}

/**
 * Serves `/openapi.json` and `/docs` on `at`: the document of `of`. If these are two apps, the pages cannot call the routes, so
 * they offer no "Try it out".
 */
export function serveDocs(at: BareApp, of: BareApp): void {
  const options = { config: { access: 'public' }, schema: { hide: true } } as const
  at.get('/openapi.json', options, () => of.openApi())

  const pages = madeOnce(async () => {
    const { createPages } = await import('./api_docs_pages.ts')
    return createPages(await of.openApi(), { prefix: DOCS_PREFIX, callable: at === of })
  })
  for (const path of [DOCS_PREFIX, `${DOCS_PREFIX}/*`]) {
    at.get(path, options, async (request, reply) => {
      // GET also for HEAD: Fastify then leaves out the body.
      const { url, headers: asked } = request
      const answer = await (await pages()).inject({ method: 'GET', url, headers: asked })
      if (answer.statusCode >= 500) throw new Error(`The page ${url} failed: ${answer.body}`)
      if (answer.statusCode >= 400) return reply.callNotFound()
      const headers = Object.entries(answer.headers).filter(([name]) => !NOT_COPIED.has(name))
      reply.code(answer.statusCode).headers(Object.fromEntries(headers))
      // To an empty body Fastify would add a type and a length, which a 304 would put into the cache of the client.
      return answer.rawPayload.length > 0 ? reply.send(answer.rawPayload) : reply.send()
    })
  }
}

/** What failed is made again by the next call. */
function madeOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error) => {
      made = undefined
      throw error
    })
    return made
  }
}
