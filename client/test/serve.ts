/** HTTP servers that record their requests, and answers of the services. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { serve as serveHttp } from '@shop/service_kit/test_support/http_server'

export type Seen = { method: string; path: string; headers: IncomingMessage['headers']; body: unknown }
type Handler = (seen: Seen, response: ServerResponse) => void | Promise<void>

export async function serve(t: TestContext, handler: Handler): Promise<{ origin: string; seen: Seen[] }> {
  const seen: Seen[] = []
  const origin = await serveHttp(t, async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const one = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
    seen.push(one)
    await handler(one, response)
  })
  return { origin, seen }
}

export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  retryable: boolean,
  headers: Record<string, string> = {},
): void {
  answer(
    response,
    status,
    {
      type: `urn:shop:problem:${code}`,
      title: code,
      detail: `${code}.`,
      status,
      code,
      retryable,
      request_id: 'r1',
    },
    { 'content-type': 'application/problem+json', ...headers },
  )
}
