/** Which methods an address knows, for requests no route takes: 405 with `Allow`, 204 for OPTIONS, else 404. */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import createRouter, { type HTTPMethod } from 'find-my-way'
import { Problem } from './problem.ts'

/** Every address; it says nothing about one. */
const ANY_PATH = '/*'

/** Call it before routes are registered. */
export function rememberPaths(app: FastifyInstance, paramLengthMax: number) {
  const router = createRouter({ maxParamLength: paramLengthMax })
  const known = new Set<HTTPMethods>()
  app.addHook('onRoute', ({ method, url }) => {
    if (url === ANY_PATH) return
    for (const each of [method].flat()) {
      known.add(each)
      if (!router.hasRoute(each as HTTPMethod, url)) router.on(each as HTTPMethod, url, () => {})
    }
  })

  const allowed = (path: string): string[] =>
    [...known].filter((method) => router.find(method as HTTPMethod, path) !== null)

  /** Throws the problem of a request that met no route, or answers an OPTIONS. */
  return (request: FastifyRequest, reply: FastifyReply) => {
    const methods = allowed(request.url.split('?', 1)[0]!)
    // Its route may have found nothing, such as a file.
    if (methods.length === 0 || methods.includes(request.method)) {
      throw new Problem('route_not_found', `${request.method} ${request.url} is not known here.`)
    }
    const allow = [...methods, 'OPTIONS'].sort().join(', ')
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send()
    throw new Problem('method_not_allowed', `${request.method} is not known here; ${allow} are.`, {
      headers: { allow },
    })
  }
}
