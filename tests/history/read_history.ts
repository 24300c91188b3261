/** Reads a history file line by line: a file of a million operations is never in memory as a whole. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { HistoryLine } from './format.ts'
import { parseLine, UnreadableLine } from './parse_line.ts'

/** An unreadable file has many lines like these. */
const UNREADABLE_SHOWN_MAX = 5

export class UnreadableHistory extends Error {
  override name = 'UnreadableHistory'
}

/**
 * Calls `onLine` with each line, and the number of bytes read so far. Fails with UnreadableHistory, which names the unreadable
 * lines by their number.
 */
export async function readHistory(
  file: string,
  onLine: (line: HistoryLine, bytesRead: number) => void,
): Promise<void> {
  const stream = createReadStream(file)
  const unreadable: string[] = []
  let number = 0
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
      number++
      if (text.trim() === '') continue
      try {
        const line = parseLine(text)
        if ((number === 1) !== (line.is === 'history')) {
          throw new UnreadableLine(number === 1 ? 'must have "is": "history"' : 'begins a second history')
        }
        onLine(line, stream.bytesRead)
      } catch (error) {
        if (!(error instanceof UnreadableLine)) throw error
        unreadable.push(`Line ${number} ${error.message}.`)
        if (number === 1 || unreadable.length === UNREADABLE_SHOWN_MAX) break
      }
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new UnreadableHistory(`It cannot be read: ${message}.`, { cause: error })
  } finally {
    stream.destroy()
  }
  if (number === 0) throw new UnreadableHistory('It is empty.')
  if (unreadable.length > 0) throw new UnreadableHistory(unreadable.join('\n'))
}
