/** Reads a table that may take many minutes. One that breaks off or stalls is no table: it must not be saved as a short one. */
import { ShopProblem } from '@shop/client/problem'

export async function readTable(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onProgress: (bytes: number) => void,
  silenceMs: number,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const reader = stream.getReader()
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  const brokenOff = (cause: unknown) =>
    new ShopProblem('unreachable', 'The table is incomplete; nothing was saved.', { retryable: true, cause })
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`nothing arrived for ${silenceMs} ms`)), silenceMs)
    })
    try {
      const { done, value } = await Promise.race([reader.read(), silence])
      if (done) return pieces
      pieces.push(value)
      bytes += value.byteLength
      onProgress(bytes)
    } catch (error) {
      await reader.cancel(error).catch(() => {})
      throw brokenOff(error)
    } finally {
      clearTimeout(timer)
    }
  }
}
