/** Sends a picture with the progress of its bytes, which `fetch` does not report. */

import { problemOf, ShopProblem } from '@shop/client/problem'
import { shop } from '../../api/shop.ts'
import { PICTURE_BYTES_MAX } from './uploads.ts'

const ADDRESS = '/api/media'
/** The gateway wants all of it within two minutes, and the service takes seconds to make the renditions. */
const TIMEOUT_MS = 150_000

export type Sending = {
  readonly signal: AbortSignal
  /** The share of the file that was sent, from 0 to 1. */
  readonly onProgress: (share: number) => void
}

/** Resolves the id of the picture. Rejects with a ShopProblem, or the reason of the signal. */
export async function uploadPicture(file: File, sending: Sending): Promise<string> {
  if (file.size > PICTURE_BYTES_MAX) throw new ShopProblem('body_too_large', file.name)
  const token = await shop.accessToken()
  try {
    return await send(file, token, sending)
  } catch (error) {
    if (!(error instanceof ShopProblem) || error.code !== 'unauthenticated') throw error
    return send(file, await shop.accessToken(token), sending)
  }
}

async function send(file: File, token: string | undefined, { signal, onProgress }: Sending) {
  signal.throwIfAborted()
  const form = new FormData()
  form.append('file', file)
  const request = new XMLHttpRequest()
  const abort = () => request.abort()
  signal.addEventListener('abort', abort)
  try {
    const answer = await new Promise<Response>((resolve, reject) => {
      request.open('POST', ADDRESS)
      if (token !== undefined) request.setRequestHeader('authorization', `Bearer ${token}`)
      request.timeout = TIMEOUT_MS
      request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total)
      request.onload = () => resolve(answerOf(request))
      request.onerror = () => reject(new ShopProblem('unreachable', ADDRESS, { retryable: true }))
      request.ontimeout = () => reject(new ShopProblem('timed_out', ADDRESS, { retryable: true }))
      request.onabort = () => reject(signal.reason)
      request.send(form)
    })
    if (!answer.ok) throw await problemOf(answer)
    return ((await answer.json()) as { id: string }).id
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

const answerOf = (request: XMLHttpRequest): Response =>
  new Response(request.responseText, {
    status: request.status,
    headers: Object.fromEntries(
      ['content-type', 'retry-after'].flatMap((name) => {
        const value = request.getResponseHeader(name)
        return value === null ? [] : [[name, value]]
      }),
    ),
  })
