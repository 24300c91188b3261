/**
 * Rejects requests that use the session cookie when they come from a page of another origin. SameSite=Strict already
 * stops other sites; this also stops pages on a sibling domain, and browsers without SameSite.
 */
import type { FastifyRequest } from 'fastify'
import { GatewayError } from '../errors.ts'

export function rejectCrossSite(publicOrigin: string | undefined) {
  return (request: FastifyRequest, _reply: unknown, next: (error?: Error) => void) =>
    next(isSameOrigin(request.headers, publicOrigin) ? undefined : refused())
}

type Sent = Readonly<Record<string, string | string[] | undefined>>

/** Browsers send Sec-Fetch-Site (over TLS) or Origin. Other programs send neither, and have no cookie to abuse. */
export function isSameOrigin(headers: Sent, publicOrigin: string | undefined): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return false
  const { origin, host } = headers
  if (origin === undefined) return true
  if (typeof origin !== 'string') return false
  return publicOrigin === undefined ? URL.parse(origin)?.host === host : origin === publicOrigin
}

const refused = () => new GatewayError('cross_site_request', 'The request comes from a page of another site.')
