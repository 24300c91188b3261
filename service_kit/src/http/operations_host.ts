/**
 * Which values of the Host header the operations port accepts. By DNS rebinding a page on the internet can make its own
 * name point to an address of this network. The browser of a visitor inside then reads metrics for that page, and only
 * the Host header distinguishes its requests from those of an operator.
 *
 * So accepted are addresses, names that are in no public DNS (`localhost`, names of one word, those of Docker and
 * Kubernetes), and the names that the operator configures.
 */
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../runtime/problem.ts'
import type { BareApp } from './app_types.ts'

const NOT_PUBLIC = /^([\w-]+|tasks\.[\w-]+|.+\.(localhost|internal|svc|cluster\.local))\.?$/i
const PORT = /:\d*$/

export function isOperationsHost(host: string, names: readonly string[]): boolean {
  const name = host.replace(PORT, '').toLowerCase()
  const isAddress = isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
  return isAddress || NOT_PUBLIC.test(name) || names.some((each) => each.toLowerCase() === name)
}

export function guardHost(app: BareApp, names: readonly string[]): void {
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
