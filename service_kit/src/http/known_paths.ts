/**
 * Answers requests without a route: 405 with `Allow` if the path has other methods, 204 for OPTIONS, else 404. `OPTIONS *`
 * lists the methods of the whole server.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import createRouter, { type HTTPMethod } from 'find-my-way'
import { Problem } from '../runtime/problem.ts'

/** A route of every path counts only for the paths that it `serves`. */
const ANY_PATH = '/*'
/** The server itself. */
const SERVER = '*'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For a route of every path: is there something at this one? */
    serves?: (path: string) => boolean
  }
}

/** Call it before routes are registered. */
export function rememberPaths(app: FastifyInstance, paramLengthMax: number) {
  const router = createRouter({ maxParamLength: paramLengthMax })
  const known = new Set<HTTPMethods>()
  const everywhere: { method: HTTPMethods; serves: (path: string) => boolean }[] = []
  app.addHook('onRoute', ({ method: methods, url, config }) => {
    const serves = config?.serves
    for (const each of [methods].flat()) {
      if (url === ANY_PATH && serves) everywhere.push({ method: each, serves })
      if (url === ANY_PATH) continue
      known.add(each)
      if (!router.hasRoute(each as HTTPMethod, url)) router.on(each as HTTPMethod, url, () => {})
    }
  })

  const allowed = (path: string): string[] => {
    if (path === SERVER) return [...known]
    const there = [...known].filter((method) => router.find(method as HTTPMethod, path) !== null)
    const served = everywhere.filter(({ serves }) => serves(path)).map(({ method }) => method)
    return [...new Set([...there, ...served])]
  }

  /** Throws the problem of a request without a route, or answers OPTIONS. */
  return (request: FastifyRequest, reply: FastifyReply) => {
    const methods = allowed(request.url.split('?', 1)[0]!)
    // Its route exists, and found nothing, for example no file.
    if (methods.length === 0 || methods.includes(request.method)) {
      throw new Problem('route_not_found', `${request.method} ${request.url} is not known here.`)
    }
    const withOptions = [...methods, 'OPTIONS'].sort()
    const allow = withOptions.join(', ')
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send()
    throw new Problem('method_not_allowed', `${request.method} is not known here; ${allow} are.`, {
      allowed: withOptions,
    })
  }
}
