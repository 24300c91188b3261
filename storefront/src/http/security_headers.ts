/** Security headers on every answer. Pages load only what we serve, and cannot be framed. */
import { hash } from 'node:crypto'
import type { App } from '@shop/service_kit/http/app'

/** `styles` are the texts of the style elements that a page may have. */
export const contentSecurityPolicy = (styles: readonly string[] = []): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    ["style-src 'self'", ...styles.map((style) => `'sha256-${hash('sha256', style, 'base64')}'`)].join(' '),
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const HEADERS = {
  'content-security-policy': contentSecurityPolicy(),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}
/** Two years, which the browsers' preload lists require. */
const HSTS = { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }

export function addSecurityHeaders(app: App, behindTls: boolean): void {
  const headers = Object.entries(behindTls ? { ...HEADERS, ...HSTS } : HEADERS)
  // An onRequest hook would not run for a request that an earlier one refuses.
  app.addHook('onSend', (_request, reply, payload, next) => {
    for (const [name, value] of headers) if (!reply.hasHeader(name)) reply.header(name, value)
    next(null, payload)
  })
}
