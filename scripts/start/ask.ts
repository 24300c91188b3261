/** One call to a service of this shop, for scripts that set it up. */

export type Asked = { readonly method?: string; readonly body?: unknown; readonly token?: string }

/**
 * The JSON that a service answers to a GET or, with a body, a POST. A form is sent as it is, everything else as JSON.
 * Rejects with the status and detail of a problem.
 */
export async function ask<T>(url: string, { method, body, token = 'none' }: Asked = {}): Promise<T> {
  const { pathname, origin } = new URL(url)
  const form = body instanceof FormData
  const answer = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { authorization: `Bearer ${token}`, ...(!form && { 'content-type': 'application/json' }) },
    body: body === undefined ? null : form ? body : JSON.stringify(body),
  }).catch(({ message, cause }) => {
    throw new Error(`${pathname} of ${origin} cannot be reached: ${cause?.message ?? message}`)
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${pathname} answered ${answer.status}: ${detailIn(text)}`)
  return JSON.parse(text)
}

function detailIn(text: string): string {
  try {
    return JSON.parse(text).detail ?? text
  } catch {
    return text
  }
}
