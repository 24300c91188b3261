/**
 * By which names the operations port may be asked. A page on the internet can have its own name lead to an address of
 * this machine or network (DNS rebinding), and the browser of whoever is inside then reads figures for it: all that
 * tells such a request from an operator's is the name it asks for.
 *
 * So names that nobody can lead anywhere are taken (addresses; `localhost`; names of one word and those of Docker and
 * Kubernetes, which are in no public DNS), and those that the operator says.
 */
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../runtime/problem.ts'
import type { BareApp } from './app_types.ts'

const INSIDE = /^([\w-]+|tasks\.[\w-]+|.+\.(localhost|internal|svc|cluster\.local))\.?$/i
const PORT = /:\d*$/

export function isOperationsHost(host: string, names: readonly string[]): boolean {
  const name = host.replace(PORT, '').toLowerCase()
  const isAddress = isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
  return isAddress || INSIDE.test(name) || names.some((each) => each.toLowerCase() === name)
}

export function guardHosts(app: BareApp, names: readonly string[]): void {
  app.addHook('onRequest', ({ raw }: FastifyRequest, _reply, next) => {
    const { host } = raw.headers
    if (host === undefined || isOperationsHost(host, names)) return next()
    next(
      new Problem(
        'bad_request',
        `Operations are not asked for as ${host}: use an address of the machine, or name it in OPS_NAMES.`,
      ),
    )
  })
}
