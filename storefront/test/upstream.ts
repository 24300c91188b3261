/** A storefront in front of HTTP servers of the test, which decides what they answer and reads what they get. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { App } from '@shop/service_kit/http/app'
import { startTracing } from '@shop/service_kit/http/start_tracing'
import { systemRuntime } from '@shop/service_kit/runtime/runtime'
import { serve } from '@shop/service_kit/test_support/http_server'
import { createApp, type Deps } from '../src/app.ts'
import type { Upstreams } from '../src/config.ts'

export const PAGE =
  '<!doctype html><html lang="en"><head><!--head--><title>The shop</title><!--/head--></head><body><div id="root"></div></body></html>'
export const THEME = 'theme = 1'
export const SCRIPT = 'console.log("the shop")'

/** A folder as the build makes it. */
export function builtPages(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'storefront_'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), PAGE)
  writeFileSync(join(folder, 'theme.js'), THEME)
  writeFileSync(join(folder, 'theme.js.gz'), gzipSync(THEME))
  writeFileSync(join(folder, 'assets', 'index-1a2b3c4d.js'), SCRIPT)
  writeFileSync(join(folder, 'assets', 'index-1a2b3c4d.js.br'), brotliCompressSync(SCRIPT))
  return folder
}

/** An origin where no server listens. */
export async function unusedOrigin(t: TestContext): Promise<string> {
  const origin = await serve(t, () => {})
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  return origin.replace(/\d+$/, String(port))
}

type Options = Partial<Upstreams> & Pick<Deps, 'publicUrl' | 'trustedProxies' | 'limits' | 'verifyToken'>

/** A listening storefront; resolves with its origin. */
export const storefront = async (t: TestContext, options: Options) => (await storefrontApp(t, options)).origin

export async function storefrontApp(t: TestContext, options: Options): Promise<{ app: App; origin: string }> {
  const away = [await unusedOrigin(t)]
  const {
    auth = away,
    products = away,
    orders = away,
    notifications = away,
    payments = [],
    ...rest
  } = options
  const app = createApp({
    upstreams: { auth, products, orders, notifications, payments },
    pages: builtPages(t),
    sessionTtlSeconds: 3_600,
    runtime: systemRuntime,
    tracing: await startTracing('storefront', {}, systemRuntime),
    ...rest,
  })
  t.after(() => app.close())
  return { app, origin: await app.listen({ host: '127.0.0.1', port: 0 }) }
}

export type Raw = { status: number; headers: IncomingHttpHeaders; text: string }

/** A request whose path and headers are sent exactly as written; `fetch` would normalise them. */
export function raw(
  origin: string,
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Raw> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, text }))
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

export async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}
